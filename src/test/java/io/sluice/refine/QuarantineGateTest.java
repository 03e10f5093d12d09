package io.sluice.refine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.contract.Contract;
import io.sluice.contract.Contracts;
import io.sluice.quality.CheckResult;
import io.sluice.run.RowCounts;
import io.sluice.testing.Readings;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How many broken rows stop a batch; the contract's limit is 0.6 and 20 rows. */
class QuarantineGateTest {
  private static final Contract CONTRACT = Contracts.read(Readings.CONTRACTS).get("readings");

  /** A clock that goes on when it is told to. */
  private static final class SetClock extends Clock {
    private Instant now = Instant.parse("2026-03-01T10:00:00Z");

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  private static RowCounts rows(long read, long quarantined) {
    return new RowCounts(read, read - quarantined, quarantined, 0, 0);
  }

  private static boolean stops(QuarantineGate gate, long read, long quarantined) {
    return gate.judge(rows(read, quarantined), Tally.NONE).stops();
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, false",
    "1, 1, false",
    "19, 19, false",
    "20, 20, true",
    "100, 60, false",
    "100, 61, true",
    "30, 19, false",
    "30, 20, true"
  })
  void batchIsStoppedByItsShareFromTwentyRowsOn(long read, long quarantined, boolean stops) {
    assertEquals(stops, stops(QuarantineGate.of(CONTRACT), read, quarantined));
  }

  @Test
  void messageSaysHowManyOfHowManyAndTheThreeCommonestReasons() {
    Tally tally =
        new Tally(
            1_000,
            700,
            new TreeMap<>(Map.of("kwh/range", 690L, "day/type", 8L, "unit/enum", 9L, "a/b", 1L)),
            List.of(),
            wanted -> {
              assertEquals(3, wanted.size());
              return Map.of("kwh/range", new Tally.Place("a\nb.csv", 12));
            });
    CheckResult result = QuarantineGate.of(CONTRACT).judge(rows(1_000, 700), tally);
    assertEquals(
        "check quarantine_limit failed: share of quarantined rows <= 0.6, or fewer than 20 of them"
            + " (700 of 1,000 rows are quarantined; the commonest reasons: kwh/range 690 rows"
            + " (first: a\\nb.csv, position 12); unit/enum 9 rows; day/type 8 rows), measured 0.7",
        result.sentence());
  }

  @Test
  void examplesAreNotAskedForUnlessTheBatchStops() {
    Tally tally =
        new Tally(
            10,
            1,
            new TreeMap<>(Map.of("kwh/range", 1L)),
            List.of(),
            wanted -> {
              throw new AssertionError("it takes a job");
            });
    assertFalse(QuarantineGate.of(CONTRACT).judge(rows(10, 1), tally).stops());
  }

  @Test
  void runIsGivenAnotherShareForTheRecord() {
    QuarantineGate gate = QuarantineGate.of(CONTRACT, 0.9);
    assertFalse(stops(gate, 100, 90));
    assertTrue(stops(gate, 100, 91));
    String note = "quarantine limit 0.9 in place of the contract's 0.6";
    assertEquals(Optional.of(note), gate.note());
    assertTrue(gate.judge(rows(100, 90), Tally.NONE).rule().contains(note));
    assertEquals(Optional.empty(), QuarantineGate.of(CONTRACT).note());
  }

  @Test
  void streamIsStoppedByItsLastMinuteAndNotByHalfASecond() {
    SetClock clock = new SetClock();
    QuarantineGate gate = QuarantineGate.ofStream(CONTRACT, clock);
    assertFalse(stops(gate, 100, 100), "too short a stretch");
    for (int i = 0; i < 30; i++) {
      gate.published(rows(100, 0));
      clock.now = clock.now.plusMillis(500);
    }
    assertFalse(stops(gate, 100, 100), "100 of 3,100");
    for (int i = 0; i < 44; i++) {
      gate.published(rows(100, 100));
      clock.now = clock.now.plusMillis(500);
    }
    assertFalse(stops(gate, 100, 100), "4,500 of 7,500");
    gate.published(rows(100, 100));
    assertTrue(stops(gate, 100, 100), "4,600 of 7,600");
    CheckResult result = gate.judge(rows(100, 100), Tally.NONE);
    assertTrue(
        result
            .message()
            .startsWith(
                "4,600 of the stream's last 7,600 rows are quarantined, of its newest batch 100 of"
                    + " 100 rows are quarantined"),
        result.message());
    // A minute later only the newest thousand count.
    clock.now = clock.now.plus(Duration.ofMinutes(2));
    for (int i = 0; i < 10; i++) {
      gate.published(rows(100, 0));
    }
    assertFalse(stops(gate, 100, 100), "100 of 1,100");
  }

  @Test
  void slowStreamIsJudgedOverAThousandRowsHoweverLongTheyTook() {
    SetClock clock = new SetClock();
    QuarantineGate gate = QuarantineGate.ofStream(CONTRACT, clock);
    for (int i = 0; i < 900; i++) {
      gate.published(rows(1, 0));
      clock.now = clock.now.plusSeconds(10);
    }
    for (int i = 0; i < 598; i++) {
      assertFalse(stops(gate, 1, 1), "after " + i);
      gate.published(rows(1, 1));
      clock.now = clock.now.plusSeconds(10);
    }
    for (int i = 0; i < 5; i++) {
      gate.published(rows(1, 1));
      clock.now = clock.now.plusSeconds(10);
    }
    assertTrue(stops(gate, 1, 1));
  }

  @Test
  void youngStreamIsJudgedAfterAMinute() {
    SetClock clock = new SetClock();
    QuarantineGate gate = QuarantineGate.ofStream(CONTRACT, clock);
    gate.published(rows(30, 30));
    assertFalse(stops(gate, 1, 1));
    clock.now = clock.now.plus(Duration.ofMinutes(1));
    assertTrue(stops(gate, 1, 1));
  }
}
