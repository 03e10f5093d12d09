package io.sluice.ingest;

import java.io.Serializable;

/**
 * What became of a landed file.
 *
 * @param records how many were read from it
 * @param header what stands in it once and belongs to each record; null for nothing
 * @param problem why it cannot be read whole, so that none of its records is in bronze; null if it
 *     was
 */
record FileOutcome(String path, long records, String header, String problem)
    implements Serializable {}
