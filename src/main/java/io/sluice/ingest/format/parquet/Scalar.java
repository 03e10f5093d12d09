package io.sluice.ingest.format.parquet;

/** Writes a column's plain values as JSON. */
@FunctionalInterface
interface Scalar {
  /** Writes a value; one that its type does not allow is told to the record as a problem. */
  void write(Cell value, RecordText record);
}
