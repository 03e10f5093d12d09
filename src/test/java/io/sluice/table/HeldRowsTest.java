package io.sluice.table;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.xxhash64;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.engine.KeyReader;
import io.sluice.engine.KeyedRow;
import io.sluice.engine.LocalRows;
import io.sluice.testing.LocalSpark;
import java.nio.file.Path;
import java.sql.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a table holds keys, and its files without some of them. */
class HeldRowsTest {
  private static final Date DAY = Date.valueOf("2026-03-01");
  private static final KeyColumns COLUMNS =
      new KeyColumns(List.of("id"), "version", Optional.of("day"), schema -> xxhash64(col("said")));

  @TempDir private Path folder;
  private final SparkSession spark = LocalSpark.withoutS3();
  private LakeTable table;

  @BeforeEach
  void openLake() {
    table = Lake.open(spark, folder.toUri().toString()).silver("things");
  }

  /** Things whose version is ten times their number, and that say their number. */
  private Dataset<Row> rows(long from, long until) {
    return spark
        .range(from, until)
        .selectExpr(
            "id", "10 * id as version", "cast(id as string) as said", "date'2026-03-01' as day");
  }

  private TableTransaction begin() {
    return TableTransaction.begin(
        table, new TableSpec("Things.", rows(0, 1).schema(), List.of("day"), List.of("id")));
  }

  private void append(long from, long until, int files) {
    begin().append(rows(from, until).repartition(files)).publish(SaveMode.Append, "{}");
  }

  /** Rows of some keys, by their keys. */
  private Map<Long, KeyedRow> asked(long... ids) {
    Dataset<Row> rows =
        spark
            .createDataset(LongStream.of(ids).boxed().toList(), Encoders.LONG())
            .selectExpr(
                "value as id",
                "0L as version",
                "date'2026-03-01' as day",
                "timestamp'2026-03-01 00:00:00' as _arrived_at",
                "'' as _file",
                "0L as _position",
                "0L as _content")
            .withColumn("_key", COLUMNS.hash());
    KeyReader reader =
        new KeyReader(rows.schema(), List.of("id"), "version", Optional.of("day"), "_key");
    Map<Long, KeyedRow> asked = new TreeMap<>();
    LocalRows.of(rows.schema(), rows.collectAsList())
        .forEach(row -> asked.put(row.number(0), reader.read(row)));
    return asked;
  }

  private KnownKeys known(TableTransaction transaction, long bytes) {
    KnownKeys known = new KnownKeys(COLUMNS, bytes);
    known.learn(table, transaction, Set.of(DAY));
    return known;
  }

  /** What is found of some keys: their versions, and what their rows say. */
  private void assertFindsWhatIsThere(TableTransaction transaction, KnownKeys known) {
    HeldRows held = new HeldRows(table, known);
    Map<Long, KeyedRow> asked = asked(3, 70, 1_000_000);
    Map<Object, HeldRows.Place> places = held.find(transaction, asked.values());
    assertEquals(2, places.size());
    assertEquals(30L, places.get(asked.get(3L).key()).ordering());
    assertEquals(700L, places.get(asked.get(70L).key()).ordering());

    List<KeyedRow> one = List.of(asked.get(70L));
    assertEquals(
        Map.of(
            one.get(0).key(),
            spark.sql("select '70' as said").select(xxhash64(col("said"))).first().getLong(0)),
        held.contents(transaction, one, places));
  }

  @Test
  void keysAreFoundInAFewFilesThatAreKnown() {
    append(0, 100, 3);
    TableTransaction transaction = begin();
    KnownKeys known = known(transaction, 10_000_000);
    assertTrue(known.day(DAY).orElseThrow().hasAllFiles());
    assertFindsWhatIsThere(transaction, known);
  }

  @Test
  void andInFilesOfWhichNothingIsKnown() {
    append(0, 100, 3);
    TableTransaction transaction = begin();
    assertFindsWhatIsThere(transaction, known(transaction, 1));
  }

  @Test
  void andInMoreFilesThanOneThreadReads() {
    append(0, 100, 80);
    TableTransaction transaction = begin();
    KnownKeys known = known(transaction, 10_000_000);
    assertFalse(known.day(DAY).orElseThrow().hasAllFiles());
    assertFindsWhatIsThere(transaction, known);
  }

  @Test
  void filesThatOthersHaveMergedAreNotLookedFor() {
    append(0, 50, 3);
    append(50, 100, 3);
    KnownKeys known = known(begin(), 10_000_000);
    spark.sql("optimize delta.`" + table.path() + "`");
    TableTransaction transaction = begin();
    known.learn(table, transaction, Set.of(DAY));
    assertFindsWhatIsThere(transaction, known);
    assertEquals(1, known.day(DAY).orElseThrow().files().size(), "they are known again");
  }

  @Test
  void filesOfThisDriversCommitsAreSearchedWithoutTheLog() {
    append(0, 50, 1);
    KnownKeys known = known(begin(), 10_000_000);
    TableTransaction transaction = begin();
    transaction.append(rows(50, 100).repartition(1));
    known.reached(transaction, transaction.publish(SaveMode.Append, "{}"));
    TableTransaction next = begin();
    known.learn(table, next, Set.of(DAY));
    assertEquals(2, known.day(DAY).orElseThrow().files().size());
    assertFindsWhatIsThere(next, known);
  }

  @Test
  void aFileIsTakenOutAndItsOtherRowsAreGiven() {
    append(0, 10, 1);
    append(10, 20, 1);
    TableTransaction transaction = begin();
    KnownKeys known = known(transaction, 10_000_000);
    HeldRows held = new HeldRows(table, known);
    Map<Long, KeyedRow> asked = asked(3, 5);
    Map<Object, HeldRows.Place> places = held.find(transaction, asked.values());
    assertTrue(HeldRows.areSmall(places.values()));

    LocalRows others = held.takeOut(transaction, places);
    assertEquals(8, others.size());
    transaction.append(new RowWriter(), others);
    known.reached(transaction, transaction.publish(SaveMode.Append, "{}"));

    assertEquals(
        LongStream.range(0, 20).filter(id -> id != 3 && id != 5).boxed().toList(),
        table.read().orderBy("id").collectAsList().stream().map(row -> row.getLong(0)).toList());
    // The file that is gone is not searched any more, the new one is.
    TableTransaction next = begin();
    known.learn(table, next, Set.of(DAY));
    assertEquals(2, known.day(DAY).orElseThrow().files().size());
    Map<Long, KeyedRow> again = asked(3, 4);
    assertEquals(Set.of(again.get(4L).key()), held.find(next, again.values()).keySet());
  }

  @Test
  void moreFilesThanAreSmallAreLeftToJobs() {
    append(0, 200, 80);
    TableTransaction transaction = begin();
    HeldRows held = new HeldRows(table, known(transaction, 10_000_000));
    Map<Object, HeldRows.Place> places =
        held.find(transaction, asked(LongStream.range(0, 200).toArray()).values());
    assertEquals(200, places.size());
    assertFalse(HeldRows.areSmall(places.values()));
    assertTrue(HeldRows.areSmall(List.of(places.values().iterator().next())));
  }
}
