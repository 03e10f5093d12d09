package io.sluice.run;

import java.time.Instant;

/**
 * One run of a command over one source, mart or model.
 *
 * @param id a UUID, the same in tables, commits, lineage and logs
 * @param subject what it works on
 */
public record Run(String id, String command, String subject, Instant startedAt) {

  /** How a run ended. */
  public enum Outcome {
    DONE,
    /** A check stopped it; nothing was published. */
    STOPPED,
    CRASHED
  }

  /** The name of the job, in lineage, that this is a run of. */
  public String job() {
    return command + "." + subject;
  }
}
