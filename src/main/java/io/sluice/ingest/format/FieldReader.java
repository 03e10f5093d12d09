package io.sluice.ingest.format;

import org.apache.spark.unsafe.types.UTF8String;

/** Takes records apart into their fields, as text. Not for several threads at once. */
@FunctionalInterface
public interface FieldReader {
  /**
   * Gives a record's fields to a sink.
   *
   * @param header what stands with each record of its file; null for formats without
   * @throws BrokenRecordException if the record cannot be used; its message holds no value of it
   */
  void read(byte[] record, UTF8String header, FieldSink sink) throws BrokenRecordException;
}
