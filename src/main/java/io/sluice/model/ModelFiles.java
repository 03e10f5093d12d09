package io.sluice.model;

/**
 * Where a pipeline's files are.
 *
 * @param folder below {@code models/_files}
 * @param digest SHA-256 of the files, in hexadecimal digits
 */
record ModelFiles(String folder, String digest) {}
