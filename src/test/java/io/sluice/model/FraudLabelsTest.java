package io.sluice.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.testing.LocalSpark;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

class FraudLabelsTest {

  @Test
  void theLastWordOfEachDayCounts() {
    Dataset<Row> decisions =
        LocalSpark.withoutS3()
            .sql(
                "select * from values"
                    + " ('a', 'confirmed', timestamp'2026-03-01 10:00:00', date'2026-03-01'),"
                    + " ('a', 'cleared', timestamp'2026-03-01 11:00:00', date'2026-03-01'),"
                    + " ('a', 'confirmed', timestamp'2026-03-02 09:00:00', date'2026-03-02'),"
                    + " ('b', 'undecided', timestamp'2026-03-01 09:00:00', date'2026-03-01')"
                    + " as t(order_id, outcome, decided_at, decided_on)");
    assertEquals(
        List.of("a|0.0|2026-03-01", "a|1.0|2026-03-02", "b|0.0|2026-03-01"),
        FraudLabels.confirmed(decisions, "order_id")
            .orderBy("order_id", "known_on")
            .collectAsList()
            .stream()
            .map(row -> row.mkString("|"))
            .toList());
  }
}
