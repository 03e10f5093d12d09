package io.sluice.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.settings.ValidationErrors.ValidationException;
import io.sluice.testing.Lines;
import io.sluice.testing.LocalSpark;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A table gets other columns by one commit, beside others that publish. */
class ReshapingTest {
  private static final TableSpec BEFORE = spec("1.4.0", "n INT, day DATE, gone STRING", "day");
  private static final TableSpec NOW = spec("2.0.0", "number BIGINT, Day DATE", "Day");

  @TempDir private Path folder;
  private final SparkSession spark = LocalSpark.withoutS3();
  private LakeTable table;

  private static TableSpec spec(String version, String columns, String partition) {
    return new TableSpec(
        "Things.",
        StructType.fromDDL(columns),
        List.of(partition),
        List.of(),
        Map.of(TableSpec.CONTRACT_VERSION, version),
        new TableSpec.Origin("sluice migrate --source things", Map.of("number", List.of("n"))));
  }

  @BeforeEach
  void makeTable() {
    table = Lake.open(spark, folder.toUri().toString()).silver("things");
    append(1);
  }

  private Dataset<Row> before(int n) {
    return spark.sql("select " + n + " as n, date'2026-03-01' as day, 'x' as gone");
  }

  private void append(int n) {
    TableTransaction.begin(table, BEFORE).append(before(n)).publish(SaveMode.Append, "{}");
  }

  /** A transaction that gives the table its columns of now, and a row in place of all it had. */
  private TableTransaction reshaping(long number) {
    TableTransaction transaction = Reshaping.begin(table, NOW);
    assertTrue(Reshaping.isReshaping(transaction, NOW));
    TableTransaction.Files live = transaction.files();
    return transaction
        .append(spark.sql("select " + number + "L as number, date'2026-03-01' as Day"))
        .remove(live);
  }

  private List<String> lines(Dataset<Row> rows) {
    return Lines.of(rows);
  }

  @Test
  void eachDifferenceIsNamedAndTheCommandThatHelps() {
    assertEquals(
        List.of(
            "number is called n in the table",
            "number is INT in the table and BIGINT by its declaration",
            "Day is called day in the table",
            "gone is in the table and not declared any more",
            "the table is partitioned by [day], and by [Day] by its declaration"),
        Reshaping.differences(table, NOW));
    String refused =
        assertThrows(ValidationException.class, () -> TableTransaction.begin(table, NOW))
            .getMessage();
    assertTrue(refused.contains("Day is called day in the table; run: sluice migrate"), refused);
    assertTrue(refused.contains("3 errors"), refused);
    assertTrue(Reshaping.isOfOtherMajor(table, NOW));
    assertFalse(Reshaping.isOfOtherMajor(table, BEFORE));
  }

  @Test
  void rowsAndColumnsAreSwappedByOneCommitAndTheEarlierContractIsRefused() {
    reshaping(5_000_000_000L).publish(SaveMode.Overwrite, "{}");
    assertEquals(List.of("5000000000|2026-03-01"), lines(table.read()));
    assertEquals(List.of("1|2026-03-01|x"), lines(table.read(0)));
    assertEquals(List.of(), Reshaping.differences(table, NOW));
    assertFalse(Reshaping.isReshaping(Reshaping.begin(table, NOW), NOW));
    String refused = assertThrows(ValidationException.class, () -> append(2)).getMessage();
    assertTrue(refused.contains("version 2.0.0 of its contract has written it"), refused);
  }

  @Test
  void whoPublishesMeanwhileIsSeenByBoth() {
    TableTransaction transaction = reshaping(1);
    append(2);
    assertThrows(StaleReadException.class, () -> transaction.publish(SaveMode.Overwrite, "{}"));
    TableTransaction appending = TableTransaction.begin(table, BEFORE).append(before(3));
    reshaping(1).publish(SaveMode.Overwrite, "{}");
    assertThrows(StaleReadException.class, () -> appending.publish(SaveMode.Append, "{}"));
    assertEquals(List.of("1|2026-03-01"), lines(table.read()));
  }

  @Test
  void whoFollowsTheTableReadsNoFileOfItsEarlierColumns() {
    append(2);
    reshaping(7).publish(SaveMode.Overwrite, "{}");
    assertEquals(List.of("7|2026-03-01"), lines(table.changes(0).rows()));
    assertEquals(List.of("7|2026-03-01"), lines(table.changes(-1).rows()));
    assertEquals(Set.of("2026-03-01"), table.changes(0).partitions("Day"));
    long reshaped = table.version();
    TableTransaction.begin(table, NOW)
        .append(spark.sql("select 8L as number, date'2026-03-02' as Day"))
        .publish(SaveMode.Append, "{}");
    assertEquals(List.of("8|2026-03-02"), lines(table.changes(reshaped).rows()));
  }

  @Test
  void aTableThatGoesBackHasTheColumnsOfThen() {
    long version = table.version();
    reshaping(7).publish(SaveMode.Overwrite, "{}");
    table.restore(version);
    assertEquals(List.of("1|2026-03-01|x"), lines(table.read()));
    append(2);
    assertEquals(List.of("1|2026-03-01|x", "2|2026-03-01|x"), lines(table.read()));
    assertEquals(List.of("1|2026-03-01|x", "2|2026-03-01|x"), lines(table.changes(1).rows()));
  }
}
