package io.sluice.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.testing.LocalSpark;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

class AsOfTest {
  private static Dataset<Row> table(String columns, String... rows) {
    return LocalSpark.withoutS3()
        .sql("select * from values " + String.join(",", rows) + " as t(" + columns + ")");
  }

  /** A row of the history counts for ten days. */
  private static AsOf.History known(Dataset<Row> rows) {
    return new AsOf.History(rows, "day", "who", 10, List.of("known"));
  }

  @Test
  void seesTheNewestRowBeforeTheDayAndNothingLater() {
    Dataset<Row> rows =
        table(
            "id, day, who",
            "(1, date'2026-01-05', 'a')",
            "(2, date'2026-01-06', 'a')",
            "(3, date'2026-01-05', 'b')",
            "(4, date'2026-01-20', 'a')",
            "(5, date'2026-01-05', null)",
            "(6, date'2026-01-05', 'a')");
    Dataset<Row> history =
        table(
            "day, who, known",
            "(date'2026-01-01', 'a', 10)",
            // Of the same day as rows 1 and 6: known only when that day closed.
            "(date'2026-01-05', 'a', 50)",
            "(date'2026-01-07', 'a', 70)",
            "(date'2026-01-09', 'b', 99)",
            "(date'2026-01-01', null, 1)");
    List<String> joined =
        AsOf.join(rows, "day", known(history))
            .orderBy("id")
            .select("id", "known")
            .collectAsList()
            .stream()
            .map(row -> row.mkString("|"))
            .toList();
    // Row 4 is 13 days after the newest of its history, which counts for 10.
    assertEquals(List.of("1|10", "2|50", "3|null", "4|null", "5|null", "6|10"), joined);
  }

  @Test
  void anOldRowThatStillCountsIsTakenAndANullInItIsNotPassedOver() {
    Dataset<Row> rows = table("day, who", "(date'2026-01-11', 'a')");
    Dataset<Row> history =
        table(
            "day, who, known",
            "(date'2026-01-01', 'a', 10)",
            "(date'2026-01-02', 'a', cast(null as int))");
    Row row = AsOf.join(rows, "day", known(history)).first();
    assertEquals(null, row.get(2));
    assertEquals(10, AsOf.join(rows, "day", known(history.where("known = 10"))).first().getInt(2));
  }
}
