package io.sluice.table;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.xxhash64;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.testing.LocalSpark;
import java.nio.file.Path;
import java.sql.Date;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which keys a table may hold, from commit to commit. */
class KnownKeysTest {
  private static final Date FIRST = Date.valueOf("2026-03-01");
  private static final Date SECOND = Date.valueOf("2026-03-02");

  @TempDir private Path folder;
  private final SparkSession spark = LocalSpark.withoutS3();
  private LakeTable table;

  @BeforeEach
  void openLake() {
    table = Lake.open(spark, folder.toUri().toString()).silver("things");
  }

  private Dataset<Row> rows(String values) {
    return spark.sql("select * from values " + values + " as t(id, version, day)");
  }

  private TableTransaction begin() {
    return TableTransaction.begin(
        table,
        new TableSpec(
            "Things.", rows("(1L, 1L, date'2026-03-01')").schema(), List.of("day"), List.of("id")));
  }

  private void append(String values) {
    begin().append(rows(values)).publish(SaveMode.Append, "{}");
  }

  private static KnownKeys keys(long most) {
    return new KnownKeys(
        List.of("id"), "version", Optional.of("day"), most, schema -> xxhash64(col("version")));
  }

  private long hash(KnownKeys keys, long id) {
    return spark.sql("select " + id + "L as id").select(keys.hash()).first().getLong(0);
  }

  @Test
  void theDaysAskedForAreLearnedAndThenWhatOthersAdd() {
    append("(1L, 1L, date'2026-03-01'), (2L, 1L, date'2026-03-02')");
    KnownKeys keys = keys(1000);
    assertTrue(keys.knows(table, begin(), List.of(FIRST)));
    assertTrue(keys.mayHold(FIRST, hash(keys, 1)));
    assertFalse(keys.mayHold(FIRST, hash(keys, 2)));

    append("(3L, 1L, date'2026-03-01')");
    assertTrue(keys.knows(table, begin(), List.of(FIRST, SECOND)));
    assertTrue(keys.mayHold(FIRST, hash(keys, 1)));
    assertTrue(keys.mayHold(FIRST, hash(keys, 3)));
    assertTrue(keys.mayHold(SECOND, hash(keys, 2)));
    assertFalse(keys.mayHold(SECOND, hash(keys, 3)));
  }

  @Test
  void aDayWithoutRowsHoldsNoKey() {
    append("(1L, 1L, date'2026-03-01')");
    KnownKeys keys = keys(1000);
    assertTrue(keys.knows(table, begin(), List.of(SECOND)));
    assertFalse(keys.mayHold(SECOND, hash(keys, 1)));
    // Zero is a hash like any other.
    assertFalse(keys.mayHold(SECOND, 0));
    keys.add(SECOND, 0, "key", new KnownKeys.Held(1L, 0));
    assertTrue(keys.mayHold(SECOND, 0));
    assertEquals(Optional.of(new KnownKeys.Held(1L, 0)), keys.newest("key"));
    assertEquals(Optional.empty(), keys.newest("another"));
  }

  @Test
  void ofTooManyRowsNothingIsKnown() {
    append("(1L, 1L, date'2026-03-01'), (2L, 1L, date'2026-03-01')");
    assertFalse(keys(1).knows(table, begin(), List.of(FIRST)));
    assertTrue(keys(2).knows(table, begin(), List.of(FIRST)));
  }

  @Test
  void whatThisDriverHasAddedIsNotLearnedAgain() {
    append("(1L, 1L, date'2026-03-01')");
    KnownKeys keys = keys(2);
    TableTransaction transaction = begin();
    assertTrue(keys.knows(table, transaction, List.of(FIRST)));
    transaction.append(rows("(2L, 1L, date'2026-03-01')"));
    keys.add(FIRST, hash(keys, 2), "key", new KnownKeys.Held(1L, 0));
    keys.reached(transaction.publish(SaveMode.Append, "{}"));
    // Learned again they would be too many.
    assertTrue(keys.knows(table, begin(), List.of(FIRST)));
    assertTrue(keys.mayHold(FIRST, hash(keys, 2)));
  }
}
