package io.sluice.kafka;

/** A broker did not do what it was asked; the message says why and what can fix it. */
public final class KafkaFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  KafkaFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
