package io.sluice.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.testing.LocalSpark;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

/** How two sets of rows differ, row by row. */
class ComparisonTest {
  private static final List<String> KEY = List.of("id");

  private static Dataset<Row> rows(String values) {
    return LocalSpark.withoutS3()
        .sql(
            "select id, name, cast(cost as decimal(10,2)) as cost, map('a', name) as tags, run from values "
                + values
                + " as t(id, name, cost, run)");
  }

  @Test
  void whatIsAddedRemovedAndChangedIsCountedByKeyAndColumn() {
    Comparison difference =
        Comparison.of(
            rows("(1, 'a', 1.50, 'r1'), (2, 'b', 2.00, 'r1'), (3, 'c', 3.00, 'r1')"),
            rows("(1, 'a', 1.75, 'r2'), (2, 'B', 2.00, 'r2'), (4, 'd', 4.00, 'r2')"),
            KEY,
            List.of("run"));
    assertEquals(1, difference.added());
    assertEquals(1, difference.removed());
    assertEquals(2, difference.changed());
    assertEquals(Map.of("cost", 1L, "name", 1L, "tags", 1L), difference.byColumn());
    assertEquals(Map.of("cost", "6.50 -> 7.75"), difference.totals());
    assertFalse(difference.isEmpty());
    assertEquals(
        "1 rows added, 1 removed, 2 changed; changed by column {cost=1, name=1, tags=1};"
            + " totals {cost=6.50 -> 7.75}",
        difference.toString());
  }

  @Test
  void aKeyOrAValueMayBeNull() {
    Dataset<Row> before = rows("(null, 'a', 1.50, 'r1'), (2, null, null, 'r1')");
    assertTrue(Comparison.of(before, before, KEY, List.of()).isEmpty());
    Comparison difference =
        Comparison.of(before, rows("(null, null, 1.50, 'r1'), (2, null, 2, 'r1')"), KEY, List.of());
    assertEquals(2, difference.changed());
    assertEquals(Map.of("cost", 1L, "name", 1L, "tags", 1L), difference.byColumn());
  }

  @Test
  void whatMayDifferIsLeftOut() {
    assertTrue(
        Comparison.of(
                rows("(1, 'a', 1.50, 'r1')"), rows("(1, 'a', 1.50, 'r2')"), KEY, List.of("run"))
            .isEmpty());
  }
}
