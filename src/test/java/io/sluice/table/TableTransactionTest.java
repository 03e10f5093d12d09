package io.sluice.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.testing.LocalSpark;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What two drivers do to each other, and what a commit holds, on a lake in a local folder. */
class TableTransactionTest {
  private static final Checkpoint READER = new Checkpoint("reader");
  private static final StructType COLUMNS =
      new StructType().add("kind", DataTypes.StringType).add("n", DataTypes.LongType);
  private static final TableSpec SPEC =
      new TableSpec("Things.", COLUMNS, List.of("kind"), List.of("n"));

  @TempDir private Path folder;
  private final SparkSession spark = LocalSpark.withoutS3();
  private Lake lake;
  private LakeTable table;

  @BeforeEach
  void openLake() {
    lake = Lake.open(spark, folder.toUri().toString());
    table = lake.silver("things");
  }

  private TableTransaction begin() {
    return TableTransaction.begin(table, SPEC);
  }

  private Dataset<Row> rows(String kind, long... numbers) {
    List<Row> rows = new ArrayList<>();
    for (long number : numbers) {
      rows.add(RowFactory.create(kind, number));
    }
    return spark.createDataFrame(rows, COLUMNS).coalesce(1);
  }

  private long publish(TableTransaction transaction) {
    return transaction.publish(SaveMode.Append, "{}");
  }

  private List<Long> numbers() {
    return table.read().select("n").orderBy("n").collectAsList().stream()
        .map(row -> row.getLong(0))
        .toList();
  }

  @Test
  void nothingIsVisibleUntilItIsPublished() {
    TableTransaction transaction = begin().append(rows("a", 1, 2)).checkpoint(READER, 5);
    assertFalse(table.exists());
    assertEquals(2, transaction.rowsStaged());
    assertEquals(2, transaction.staged().count());
    assertEquals(0, publish(transaction));
    assertEquals(List.of(1L, 2L), numbers());
    assertEquals(5, table.checkpoint(READER));
    assertEquals(-1, table.checkpoint(Checkpoint.REFINED));
  }

  @Test
  void whoCommitsBehindAMovedCheckpointIsFenced() {
    publish(begin().append(rows("a", 1)).checkpoint(READER, 1));
    TableTransaction slow = begin();
    assertEquals(1, slow.checkpoint(READER));
    publish(begin().append(rows("a", 2)).checkpoint(READER, 2));
    slow.append(rows("a", 2)).checkpoint(READER, 2);
    assertThrows(FencedException.class, () -> publish(slow));
    assertEquals(List.of(1L, 2L), numbers());
  }

  @Test
  void whoFindsACheckpointElsewhereIsFencedToo() {
    publish(begin().append(rows("a", 1)).checkpoint(READER, 3));
    FencedException fenced =
        assertThrows(FencedException.class, () -> begin().requireAt(READER, -1));
    assertTrue(fenced.getMessage().contains("silver.things: another driver"), fenced.getMessage());
    assertTrue(fenced.getMessage().contains("reader stands at 3, not at -1"), fenced.getMessage());
    publish(begin().requireAt(READER, 3).checkpoint(READER, 4));
    assertEquals(4, table.checkpoint(READER));
  }

  @Test
  void whoseFilesHaveChangedReadsAgain() {
    publish(begin().append(rows("a", 1)).append(rows("b", 2)));
    TableTransaction slow = begin();
    TableTransaction.Files mine = slow.files(functions.col("kind").equalTo("a"));
    assertEquals(1, mine.count());
    publish(begin().discard(functions.col("kind").equalTo("a")));
    slow.remove(mine).append(rows("a", 10));
    assertThrows(StaleReadException.class, () -> publish(slow));
    assertEquals(List.of(2L), numbers());

    // Another partition's files are nothing to it.
    TableTransaction other = begin();
    TableTransaction.Files none = other.files(functions.col("kind").equalTo("a"));
    assertTrue(none.isEmpty());
    publish(begin().discard(functions.col("kind").equalTo("b")));
    publish(other.append(rows("a", 3)));
    assertEquals(List.of(3L), numbers());
  }

  @Test
  void aFenceShutsOutWhoBeganBefore() {
    publish(begin().append(rows("a", 1)).checkpoint(READER, 1));
    TableTransaction dead = begin();
    dead.append(rows("a", 2));
    TableTransaction alive = begin();
    alive.checkpoint(READER);
    TableTransaction after = alive.fence(SPEC);
    assertThrows(StaleReadException.class, () -> publish(dead));
    publish(after.append(rows("a", 3)));
    // It can be done again.
    publish(begin().fence(SPEC).append(rows("a", 4)));
    assertEquals(List.of(1L, 3L, 4L), numbers());
    assertEquals(1, table.checkpoint(Checkpoint.FENCE));
  }

  @Test
  void aFenceIsRefusedIfTheCheckpointHasMoved() {
    publish(begin().append(rows("a", 1)).checkpoint(READER, 1));
    TableTransaction slow = begin();
    slow.checkpoint(READER);
    publish(begin().checkpoint(READER, 2));
    assertThrows(FencedException.class, () -> slow.fence(SPEC));
  }

  @Test
  void aFamilyOfCheckpointsIsFoundByThePrefix() {
    publish(
        begin()
            .append(rows("a", 1))
            .checkpoint(Checkpoint.alertOffsets("u/t").of("t/0"), 7)
            .checkpoint(Checkpoint.alertOffsets("u/t").of("t/1"), 9)
            .checkpoint(Checkpoint.alertClocks("u/t").of("t/0"), 11)
            .checkpoint(Checkpoint.alerted("u/t"), 1));
    assertEquals(Map.of("t/0", 7L, "t/1", 9L), begin().checkpoints(Checkpoint.alertOffsets("u/t")));
    assertEquals(Map.of("t/0", 11L), begin().checkpoints(Checkpoint.alertClocks("u/t")));
  }

  @Test
  void filesOfATransactionThatDiedAreAdopted() {
    String manifest = begin().append(rows("a", 1, 2)).append(rows("b", 3)).manifest();
    assertEquals(2, manifest.lines().count());
    TableTransaction next = begin().adopt(manifest);
    assertEquals(3, next.rowsStaged());
    publish(next);
    assertEquals(List.of(1L, 2L, 3L), numbers());

    String gone = manifest.replace("part-", "port-");
    assertThrows(IllegalStateException.class, () -> begin().adopt(gone));
  }

  @Test
  void whatIsResetOrRemovedBeforeTheCommitIsNotInIt() {
    TableTransaction transaction = begin().append(rows("a", 1)).reset().append(rows("a", 2));
    TableTransaction.Files second = transaction.stagedFiles();
    transaction.append(rows("a", 3)).remove(second);
    publish(transaction);
    assertEquals(List.of(3L), numbers());
  }

  @Test
  void discardTakesOutTheRowsAndKeepsTheirNeighboursAndNulls() {
    Dataset<Row> none = rows("a", 3).withColumn("n", functions.lit(null).cast("long"));
    publish(begin().append(rows("a", 1, 2).unionByName(none)));
    publish(begin().discard(functions.col("n").gt(1)));
    assertEquals(1, table.read().where("n = 1").count());
    assertEquals(1, table.read().where("n is null").count());
    assertEquals(2, table.read().count());
  }

  @Test
  void rowsAtHandAreWrittenWithColumnsTheyLackAsNull() {
    StructType known = new StructType().add("n", DataTypes.LongType);
    publish(begin().append(known, List.of(RowFactory.create(4L), RowFactory.create(5L))));
    RowWriter writer = new RowWriter();
    for (int i = 0; i < 2; i++) {
      TableTransaction transaction = begin();
      assertTrue(transaction.canWriteLocally());
      publish(transaction.append(writer, COLUMNS, List.of(RowFactory.create("x/y =%", 10L + i))));
    }
    assertEquals(List.of(4L, 5L, 10L, 11L), numbers());
    assertEquals(2, table.read().where("kind is null").count());
    assertEquals(2, table.read().where("kind = 'x/y =%'").count());
    // Statistics are as a job writes them: files are skipped by them.
    assertEquals(1, begin().files(functions.col("n").equalTo(11L)).count());
    assertEquals(2, begin().counted(functions.col("n").lt(9L)).rowCount());
  }

  @Test
  void aRestoreBringsRowsAndCheckpointsBackAndKeepsTheRest() {
    long first = publish(begin().append(rows("a", 1)).checkpoint(READER, 1));
    publish(begin().append(rows("a", 2)).checkpoint(READER, 2).checkpoint(Checkpoint.REFINED, 8));
    publish(begin().discard(functions.col("n").equalTo(1)));
    assertEquals(List.of(2L), numbers());
    assertEquals(3, table.restore(first));
    assertEquals(List.of(1L), numbers());
    assertEquals(1, table.checkpoint(READER));
    assertEquals(-1, table.checkpoint(Checkpoint.REFINED));
    // What was handled after it is new again to who reads this table.
    Changes back = table.changes(2);
    assertEquals(1, back.filesAdded());
    assertEquals(1, back.filesRemoved());
  }

  @Test
  void aCommitDuringARestoreIsNoticed() {
    long first = publish(begin().append(rows("a", 1)));
    publish(begin().append(rows("a", 2)));
    TableTransaction restoring = TableTransaction.reopen(table).readsAll();
    publish(begin().append(rows("a", 3)));
    restoring.remove(restoring.files(functions.col("n").equalTo(2)));
    assertThrows(StaleReadException.class, () -> restoring.commit(Delta.restore(first)));
    assertEquals(List.of(1L, 2L, 3L), numbers());
  }

  @Test
  void aLakeOpenedToReadRefusesEveryTransaction() {
    publish(begin().append(rows("a", 1)));
    LakeTable readOnly = Lake.openToRead(spark, lake.root()).silver("things");
    assertEquals(1, readOnly.read().count());
    assertThrows(IllegalStateException.class, () -> TableTransaction.begin(readOnly, SPEC));
    assertThrows(IllegalStateException.class, () -> TableTransaction.beginAsKnown(readOnly, SPEC));
    assertThrows(IllegalStateException.class, () -> readOnly.restore(0));
    assertThrows(IllegalStateException.class, () -> new Maintenance(readOnly, 1));
  }

  @Test
  void ofDriversThatMakeOneTableAllGoOn() throws Exception {
    int drivers = 4;
    ExecutorService pool = Executors.newFixedThreadPool(drivers);
    try {
      for (int round = 0; round < 6; round++) {
        LakeTable made = lake.ops("made_" + round);
        CyclicBarrier start = new CyclicBarrier(drivers);
        Callable<Void> driver =
            () -> {
              start.await();
              lake.create(made, SPEC);
              return null;
            };
        List<Future<Void>> all =
            IntStream.range(0, drivers).mapToObj(one -> pool.submit(driver)).toList();
        for (Future<Void> one : all) {
          one.get();
        }
        assertEquals(0, made.version());
      }
    } finally {
      pool.shutdown();
    }
  }
}
