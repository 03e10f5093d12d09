package io.sluice.contract;

import io.sluice.settings.ValidationErrors;

/**
 * Adds the errors of one contract's file to those of all files, each with its place in the file.
 */
final class FileErrors {
  private final ValidationErrors errors;
  private final String file;
  private int count;

  FileErrors(ValidationErrors errors, String file) {
    this.errors = errors;
    this.file = file;
  }

  /**
   * Adds an error.
   *
   * @param place its path in the file, such as {@code schema[0].properties[3].enum}; empty for the
   *     file as a whole
   * @param expected what must be there instead
   */
  void add(String place, String expected) {
    errors.add(place.isEmpty() ? file : file + ": " + place, expected);
    count++;
  }

  /** The file's name without its folder. */
  String file() {
    return file;
  }

  /** How many errors this file has so far. */
  int count() {
    return count;
  }

  /** Whether this file has no error so far. */
  boolean isEmpty() {
    return count == 0;
  }
}
