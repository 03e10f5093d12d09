package io.sluice.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.run.Run;
import io.sluice.run.RunContext;
import io.sluice.table.FencedException;
import io.sluice.testing.Lines;
import io.sluice.testing.LocalLake;
import io.sluice.testing.Readings;
import io.sluice.transactions.SpendingWindows;
import io.sluice.transactions.SpendingWindows.Payment;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Totals that were kept are taken up as they were, by one driver at a time. */
class SpendingTotalsTest {
  private static final Run RUN = new Run("an-id", "stream", "transactions", Instant.EPOCH);
  private static final long MINUTE = 60_000_000;

  @TempDir private Path folder;
  private RunContext context;

  @BeforeEach
  void open() {
    context = LocalLake.open(folder, Readings.CONTRACTS, Map.of());
  }

  private SpendingTotals totals() {
    return new SpendingTotals(context, Runnable::run);
  }

  private static SpendingWindows windows(int payments) {
    SpendingWindows windows = new SpendingWindows();
    for (int i = 0; i < payments; i++) {
      windows.add(
          new Payment("topic/" + i % 2, i, "T-" + i, "U-" + i % 3, i * MINUTE / 4, 100 + i),
          alert -> {});
    }
    return windows;
  }

  private String lastCommit() {
    return context
        .spark()
        .sql("describe history delta.`" + context.lake().ops("spending_windows").path() + "`")
        .orderBy(org.apache.spark.sql.functions.col("version").desc())
        .first()
        .getAs("userMetadata");
  }

  @Test
  void areTakenUpAsTheyWereKept() throws Exception {
    SpendingTotals totals = totals();
    assertEquals(-1, totals.restore(new SpendingWindows()), "nothing has been kept yet");
    SpendingWindows windows = windows(9);
    totals.counted(new SpendingTotals.Counts(9, 2));
    totals.counted(new SpendingTotals.Counts(1, 0));
    totals.keep(RUN, windows, 4);
    assertEquals(
        new ObjectMapper()
            .readTree(
                """
                {"command": "stream", "subject": "transactions", "run_id": "an-id",
                 "from_version": -1, "until_version": 4, "read": 10, "accepted": 8, "late": 2}
                """),
        new ObjectMapper().readTree(lastCommit()));

    SpendingWindows again = new SpendingWindows();
    assertEquals(4, totals().restore(again));
    assertEquals(windows.marks(), again.marks());
    assertEquals(windows.totals().size(), again.totals().size());
    assertEquals(List.copyOf(sorted(windows)), List.copyOf(sorted(again)));
  }

  private static List<String> sorted(SpendingWindows windows) {
    return windows.totals().stream().map(Object::toString).sorted().toList();
  }

  @Test
  void theNewestTakeThePlaceOfThoseBefore() {
    SpendingTotals totals = totals();
    totals.restore(new SpendingWindows());
    totals.keep(RUN, windows(3), 0);
    totals.keep(RUN, windows(6), 1);
    assertEquals(windows(6).totals().size(), context.lake().ops("spending_windows").read().count());
    long version = context.lake().ops("spending_windows").version();
    totals.keep(RUN, windows(9), 1);
    assertEquals(
        version, context.lake().ops("spending_windows").version(), "no new version of silver");
    assertEquals(
        6L,
        Lines.of(context.lake().ops("spending_windows").read().selectExpr("sum(count)")).stream()
            .mapToLong(Long::parseLong)
            .sum());
  }

  @Test
  void aSecondDriverIsRefused() {
    SpendingTotals first = totals();
    SpendingTotals second = totals();
    first.restore(new SpendingWindows());
    second.restore(new SpendingWindows());
    first.keep(RUN, windows(3), 0);
    assertThrows(FencedException.class, () -> second.keep(RUN, windows(4), 1));
  }
}
