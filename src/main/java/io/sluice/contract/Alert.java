package io.sluice.contract;

import java.io.Serializable;
import java.time.Duration;

/**
 * An alert that a contract declares over the rows that reach silver by a topic.
 *
 * @param name what the column {@code alert} of {@code gold.<source>_alerts} says
 * @param key the field by whose values rows are counted apart
 * @param time the field that says when a row happened
 * @param judgement what raises it
 * @param lateness how far a row may be behind the newest time of its key
 * @param behind how far a row may be behind the newest time of its topic's partition; no less than
 *     {@code lateness}
 * @param topic the Kafka topic that gets it once; null for none
 */
public record Alert(
    String name,
    String key,
    String time,
    Judgement judgement,
    Duration lateness,
    Duration behind,
    String topic)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** {@code lateness} where a contract states none. */
  public static final Duration USUAL_LATENESS = Duration.ofMinutes(2);

  /** {@code behind} where a contract states none. */
  public static final Duration USUAL_BEHIND = Duration.ofHours(1);

  /** What raises an alert. */
  public sealed interface Judgement extends Serializable {}

  /**
   * A condition over the rows of a window, raised by the row that makes it true.
   *
   * @param window how long a window is
   * @param slide how far apart windows begin; {@code window} if they do not overlap
   * @param when SQL over aggregates of silver's columns
   */
  public record Windowed(Duration window, Duration slide, String when) implements Judgement {
    private static final long serialVersionUID = 1L;
  }

  /**
   * A rule that is written in Java.
   *
   * @param rule its name
   * @param above a row whose score by the rule's model is above this raises the alert
   */
  public record Ruled(String rule, double above) implements Judgement {
    private static final long serialVersionUID = 1L;
  }
}
