package io.sluice.table;

import static org.apache.spark.sql.functions.col;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.testing.LocalSpark;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What came and went between two versions, by the log alone. */
class ChangesTest {
  @TempDir private Path folder;
  private final SparkSession spark = LocalSpark.withoutS3();
  private LakeTable table;

  @BeforeEach
  void makeTable() {
    table = Lake.open(spark, folder.toUri().toString()).silver("things");
    append("(1, date'2026-03-01'), (2, date'2026-03-02')");
    append("(3, date'2026-03-02'), (4, null)");
    TableTransaction transaction = begin();
    transaction.discard(col("day").equalTo("2026-03-01"));
    transaction.publish(SaveMode.Append, "{}");
  }

  private TableTransaction begin() {
    Dataset<Row> rows = rows("(1, date'2026-03-01')");
    return TableTransaction.begin(
        table, new TableSpec("Things.", rows.schema(), List.of("day"), List.of("n")));
  }

  private Dataset<Row> rows(String values) {
    return spark.sql("select * from values " + values + " as t(n, day)").coalesce(1);
  }

  private void append(String values) {
    begin().append(rows(values)).publish(SaveMode.Append, "{}");
  }

  private List<Integer> numbers(Changes changes) {
    return changes.rows().select("n").orderBy("n").collectAsList().stream()
        .map(row -> row.getInt(0))
        .toList();
  }

  @Test
  void filesRowsAndPartitionsOfARange() {
    Changes all = table.changes(-1);
    assertEquals(2, all.until());
    assertEquals(4, all.filesAdded());
    assertEquals(1, all.filesRemoved());
    assertEquals(4, all.rowsAdded());
    assertTrue(all.bytes() > 0);

    Changes second = table.changes(0, 1);
    assertEquals(1, second.until());
    assertEquals(List.of(3, 4), numbers(second));
    assertEquals(Arrays.asList(null, "2026-03-02"), new ArrayList<>(second.partitions("day")));
    assertEquals(new TreeSet<>(List.of("2026-03-01")), table.changes(1).partitions("day"));

    Changes back = table.backTo(0);
    assertEquals(1, back.rowsAdded());
    assertEquals(2, back.rowsRemoved());

    assertTrue(table.changes(2).isEmpty());
    assertFalse(second.isEmpty());
  }

  @Test
  void aCompactionChangesNothing() {
    long before = table.version();
    append("(5, date'2026-03-02')");
    assertTrue(new Maintenance(table, 1 << 20).compact().removed() > 0);
    Changes changes = table.changes(before);
    assertEquals(before + 2, changes.until());
    assertEquals(1, changes.filesAdded());
    assertEquals(0, changes.filesRemoved());
    assertEquals(List.of(5), numbers(changes));
  }

  @Test
  void aGapInTheLogIsSaid() throws Exception {
    // As Delta cleans a log up: from its beginning, up to a checkpoint.
    table.log().checkpoint();
    Path log = Path.of(URI.create(table.path())).resolve("_delta_log");
    for (int version = 0; version < 2; version++) {
      Files.delete(log.resolve(String.format("%020d.json", version)));
    }
    IllegalStateException gone = assertThrows(IllegalStateException.class, () -> table.changes(-1));
    assertTrue(gone.getMessage().contains("every version after -1"), gone.getMessage());
    // What lies behind the gap can be had.
    assertEquals(1, table.changes(1).filesRemoved());
  }
}
