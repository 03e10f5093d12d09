package io.sluice.ops;

import java.time.Instant;

/**
 * One run of a program over one source, mart or model.
 *
 * @param id a UUID, the same in tables, commits, lineage and logs
 * @param subject what it works on
 */
public record Run(String id, String program, String subject, Instant startedAt) {

  /** How a run ended. */
  public enum Outcome {
    DONE,
    /** A check stopped it; nothing was published. */
    STOPPED,
    CRASHED
  }
}
