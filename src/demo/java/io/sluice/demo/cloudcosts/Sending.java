package io.sluice.demo.cloudcosts;

/**
 * A line to be sent, and what it does to silver.
 *
 * @param replaced the version in silver that it replaces, or null
 */
record Sending<T>(T line, Effect effect, T replaced) {

  /** What a line sent does to silver. */
  enum Effect {
    NEW,
    REPLACES,
    DUPLICATE,
    /** An older version arrives after a newer one. */
    SUPERSEDED
  }

  static <T> Sending<T> first(T line) {
    return new Sending<>(line, Effect.NEW, null);
  }

  static <T> Sending<T> again(T line) {
    return new Sending<>(line, Effect.DUPLICATE, null);
  }

  static <T> Sending<T> older(T line) {
    return new Sending<>(line, Effect.SUPERSEDED, null);
  }

  static <T> Sending<T> replacing(T replaced, T line) {
    return new Sending<>(line, Effect.REPLACES, replaced);
  }
}
