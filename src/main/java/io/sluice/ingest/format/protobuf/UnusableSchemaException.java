package io.sluice.ingest.format.protobuf;

/** A schema that no record can be read by; the message says why, and where. */
final class UnusableSchemaException extends Exception {
  private static final long serialVersionUID = 1L;

  UnusableSchemaException(String message) {
    super(message);
  }
}
