package io.sluice.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.sluice.run.Run;
import io.sluice.run.RunContext;
import io.sluice.table.FencedException;
import io.sluice.testing.Lines;
import io.sluice.testing.LocalLake;
import io.sluice.testing.Readings;
import io.sluice.transactions.SpendingWindows.Payment;
import io.sluice.transactions.SpendingWindows.Raised;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Alerts of a batch reach their table once and whole, with the version that they reach. */
class AlertTableTest {
  private static final Run RUN = new Run("an-id", "stream", "transactions", Instant.EPOCH);
  private static final Payment BY = new Payment("topic/0", 7, "T-7", "U", 61_000_000, 4_550);

  @TempDir private Path folder;

  private static AlertTable.Batch batch(long until) {
    AlertTable.Batch batch = new AlertTable.Batch(RUN, until);
    batch.add(new Raised("minute", 60_000_000, "amount", 3, 100_001, BY));
    return batch;
  }

  @Test
  void limitsAndScoresAreRowsOfOneBatch() {
    RunContext context = LocalLake.open(folder, Readings.CONTRACTS, Map.of());
    AlertTable table = new AlertTable(context, Runnable::run);
    assertEquals(-1, table.raisedUpTo());
    AlertTable.Batch batch = batch(2);
    batch.add(
        new Raised("transaction", BY.time(), "score", 3, 100_001, BY),
        new PaymentScores.Served(4, 0.5));
    table.publish(RUN, batch.rows(), -1, 2);
    assertEquals(2, table.raisedUpTo());
    assertEquals(
        List.of(
            "minute|U|1970-01-01 00:01:00|amount|3|1000.01|T-7|1970-01-01 00:01:01|null|null|an-id|2",
            "transaction|U|1970-01-01 00:01:01|score|3|1000.01|T-7|1970-01-01 00:01:01|0.5|4|an-id|2"),
        Lines.of(
            context
                .lake()
                .gold("spending_alerts")
                .read()
                .selectExpr(
                    "window",
                    "user_id",
                    "cast(window_start as string)",
                    "rule",
                    "count",
                    "amount",
                    "transaction_id",
                    "cast(event_time as string)",
                    "score",
                    "model_version",
                    "run_id",
                    "batch")));

    table.publish(RUN, batch(5).rows(), 2, 5);
    assertEquals(1, table.after(2).count());
    assertEquals(3, table.after(-1).count());
  }

  @Test
  void whoRaisesWhatHasBeenRaisedIsRefused() {
    RunContext context = LocalLake.open(folder, Readings.CONTRACTS, Map.of());
    AlertTable table = new AlertTable(context, Runnable::run);
    table.publish(RUN, batch(2).rows(), -1, 2);
    assertThrows(FencedException.class, () -> table.publish(RUN, batch(2).rows(), 1, 2));
    assertEquals(1, context.lake().gold("spending_alerts").read().count());
  }
}
