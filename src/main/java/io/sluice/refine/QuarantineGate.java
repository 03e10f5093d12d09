package io.sluice.refine;

import io.sluice.contract.Contract;
import io.sluice.contract.QuarantineLimit;
import io.sluice.quality.CheckResult;
import io.sluice.run.RowCounts;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Optional;

/**
 * Decides whether the broken rows among a source's new ones are so many that the batch must not be
 * published.
 *
 * <p>A run's batch is judged by itself. A stream's batches are half a second each, so they are
 * judged together: the rows of the last minute, and of at least the last 1,000; while there are
 * fewer, and for less than a minute, nothing is stopped. Reads and writes nothing.
 */
public final class QuarantineGate {
  /** How long a stretch of a stream is, at least. */
  static final Duration STRETCH = Duration.ofMinutes(1);

  /** How many rows a stretch of a stream has, at least. */
  static final long ROWS = 1_000;

  private final QuarantineLimit limit;
  private final Optional<Double> instead;
  private final Optional<Stretch> stretch;

  private QuarantineGate(
      QuarantineLimit limit, Optional<Double> instead, Optional<Stretch> stretch) {
    this.limit = limit;
    this.instead = instead;
    this.stretch = stretch;
  }

  /** Of a run: each batch by itself, by the contract's limit. */
  public static QuarantineGate of(Contract contract) {
    return new QuarantineGate(contract.quarantineLimit(), Optional.empty(), Optional.empty());
  }

  /** Of a run that someone has given another share, from 0 to 1. */
  public static QuarantineGate of(Contract contract, double share) {
    return new QuarantineGate(contract.quarantineLimit(), Optional.of(share), Optional.empty());
  }

  /** Of a stream that begins now: its batches together. */
  public static QuarantineGate ofStream(Contract contract, Clock clock) {
    return new QuarantineGate(
        contract.quarantineLimit(), Optional.empty(), Optional.of(new Stretch(clock)));
  }

  /** What was given in place of the contract's share, for the record; empty if nothing was. */
  Optional<String> note() {
    return instead.map(
        share -> "quarantine limit " + share + " in place of the contract's " + limit.share());
  }

  /** What the check says of a batch that would be published next. */
  CheckResult judge(RowCounts batch, Tally tally) {
    QuarantineLimit now = instead.map(limit::withShare).orElse(limit);
    Rows judged = stretch.map(one -> one.with(batch)).orElseGet(() -> Rows.of(batch));
    boolean isLongEnough = stretch.isEmpty() || stretch.get().isLongEnough(judged);
    return BuiltInChecks.error(
        "quarantine_limit",
        now + note().map(note -> " (" + note + ")").orElse(""),
        !(isLongEnough && now.isExceeded(judged.read, judged.quarantined)),
        judged.read == 0 ? 0.0 : (double) judged.quarantined / judged.read,
        () ->
            stretch.map(one -> one.sentence(judged)).orElse("")
                + String.format(
                    Locale.ROOT,
                    "%,d of %,d rows are quarantined; the commonest reasons: %s",
                    batch.quarantined(),
                    batch.read(),
                    tally.commonest()));
  }

  /** Notes that a batch has been published. */
  void published(RowCounts batch) {
    stretch.ifPresent(one -> one.add(batch));
  }

  private record Rows(Instant at, long read, long quarantined) {
    static Rows of(RowCounts batch) {
      return new Rows(Instant.EPOCH, batch.read(), batch.quarantined());
    }
  }

  /** The newest batches of a stream. */
  private static final class Stretch {
    private final Clock clock;
    private final Instant begun;
    private final Deque<Rows> batches = new ArrayDeque<>();
    private long read;
    private long quarantined;

    Stretch(Clock clock) {
      this.clock = clock;
      this.begun = clock.instant();
    }

    Rows with(RowCounts batch) {
      return new Rows(clock.instant(), read + batch.read(), quarantined + batch.quarantined());
    }

    boolean isLongEnough(Rows rows) {
      return rows.read >= ROWS || !rows.at.isBefore(begun.plus(STRETCH));
    }

    void add(RowCounts batch) {
      Instant now = clock.instant();
      batches.addLast(new Rows(now, batch.read(), batch.quarantined()));
      read += batch.read();
      quarantined += batch.quarantined();
      while (batches.getFirst().at.isBefore(now.minus(STRETCH))
          && read - batches.getFirst().read >= ROWS) {
        Rows oldest = batches.removeFirst();
        read -= oldest.read;
        quarantined -= oldest.quarantined;
      }
    }

    String sentence(Rows rows) {
      return String.format(
          Locale.ROOT,
          "%,d of the stream's last %,d rows are quarantined, of its newest batch ",
          rows.quarantined,
          rows.read);
    }
  }
}
