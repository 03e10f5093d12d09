package io.sluice.table;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.xxhash64;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.engine.KeyedRow;
import io.sluice.testing.LocalSpark;
import java.nio.file.Path;
import java.sql.Date;
import java.time.LocalDate;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.unsafe.types.UTF8String;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which keys a table may hold, from commit to commit, within so many bytes. */
class KnownKeysTest {
  private static final Date FIRST = Date.valueOf("2026-03-01");
  private static final Date SECOND = Date.valueOf("2026-03-02");
  private static final long ENOUGH = 10_000_000;
  private static final KeyColumns COLUMNS =
      new KeyColumns(
          List.of("id"), "version", Optional.of("day"), schema -> xxhash64(col("version")));

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

  private long hash(long id) {
    return spark.sql("select " + id + "L as id").select(COLUMNS.hash()).first().getLong(0);
  }

  private static KeyedRow row(Date day, long hash, Object key, Object ordering) {
    return new KeyedRow(null, day, hash, key, ordering, 0, null, 0, 7);
  }

  @Test
  void theDaysAskedForAreLearnedAndThenWhatOthersAdd() {
    append("(1L, 1L, date'2026-03-01'), (2L, 1L, date'2026-03-02')");
    KnownKeys keys = new KnownKeys(COLUMNS, ENOUGH);
    keys.learn(table, begin(), Set.of(FIRST));
    assertTrue(keys.mayHold(FIRST, hash(1)));
    assertFalse(keys.mayHold(FIRST, hash(2)));
    assertTrue(keys.mayHold(SECOND, hash(3)), "of a day that is not known nothing is ruled out");

    append("(3L, 1L, date'2026-03-01')");
    keys.learn(table, begin(), Set.of(FIRST, SECOND));
    assertTrue(keys.mayHold(FIRST, hash(1)));
    assertTrue(keys.mayHold(FIRST, hash(3)));
    assertTrue(keys.mayHold(SECOND, hash(2)));
    assertFalse(keys.mayHold(SECOND, hash(3)));
  }

  @Test
  void aDayWithoutRowsHoldsNoKeyUntilSomeAreAdded() {
    append("(1L, 1L, date'2026-03-01')");
    KnownKeys keys = new KnownKeys(COLUMNS, ENOUGH);
    keys.learn(table, begin(), Set.of(SECOND));
    assertFalse(keys.mayHold(SECOND, hash(1)));
    // Zero is a hash like any other.
    assertFalse(keys.mayHold(SECOND, 0));

    keys.added(List.of(row(SECOND, 0, "key", 1L)));

    assertTrue(keys.mayHold(SECOND, 0));
    assertEquals(Optional.of(new KnownKeys.Held(1L, 7)), keys.newest("key"));
    assertEquals(Optional.empty(), keys.newest("another"));
  }

  @Test
  void whatOthersTakeOutIsNoLongerAmongTheNewestKeysOfItsDay() {
    append("(1L, 1L, date'2026-03-01'), (2L, 1L, date'2026-03-02')");
    KnownKeys keys = new KnownKeys(COLUMNS, ENOUGH);
    keys.learn(table, begin(), Set.of(FIRST, SECOND));
    keys.added(List.of(row(FIRST, 5, "first", 1L), row(SECOND, 5, "second", 1L)));

    begin().discard(col("day").equalTo(FIRST)).publish(SaveMode.Append, "{}");
    keys.learn(table, begin(), Set.of(FIRST, SECOND));

    assertEquals(Optional.empty(), keys.newest("first"));
    assertEquals(Optional.of(new KnownKeys.Held(1L, 7)), keys.newest("second"));
    assertTrue(keys.mayHold(FIRST, hash(1)), "it is looked up");
    assertTrue(keys.mayHold(SECOND, hash(2)));
  }

  @Test
  void theBytesAreNeverExceededByRowsThatAreAdded() {
    append("(1L, 1L, date'2026-03-01')");
    long most = 1_000_000;
    KnownKeys keys = new KnownKeys(COLUMNS, most);
    keys.learn(table, begin(), Set.of(FIRST));
    SplittableRandom random = new SplittableRandom(1);
    long[] hashes = LongStream.generate(random::nextLong).limit(120_000).toArray();
    for (int i = 0; i < hashes.length; i++) {
      keys.added(
          List.of(
              row(
                  FIRST,
                  hashes[i],
                  UTF8String.fromString("a long key ".repeat(20) + i),
                  UTF8String.fromString("version"))));
      if (i % 1000 == 0) {
        assertTrue(keys.bytes() <= most, keys.bytes() + " bytes");
      }
    }

    assertTrue(keys.bytes() <= most, keys.bytes() + " bytes");
    for (long hash : hashes) {
      assertTrue(keys.mayHold(FIRST, hash));
    }
    long errors =
        LongStream.generate(random::nextLong)
            .limit(100_000)
            .filter(hash -> keys.mayHold(FIRST, hash))
            .count();
    assertTrue(errors < 100_000 / 100, errors + " of 100,000 are taken for one that is there");
    assertEquals(
        Optional.empty(), keys.newest(UTF8String.fromString("a long key ".repeat(20) + 0)));
    assertTrue(keys.newest(UTF8String.fromString("a long key ".repeat(20) + 119_999)).isPresent());
  }

  @Test
  void aDayOfMoreThanItsBytesIsForgottenAndStillDecidesRightly() {
    append("(1L, 1L, date'2026-03-01')");
    KnownKeys keys = new KnownKeys(COLUMNS, 100_000);
    keys.learn(table, begin(), Set.of(FIRST));
    for (int i = 0; i < 200_000; i++) {
      keys.added(List.of(row(FIRST, 31L * i, UTF8String.fromString("k" + i), 1L)));
    }
    assertTrue(keys.bytes() <= 100_000, keys.bytes() + " bytes");
    assertTrue(keys.mayHold(FIRST, -1), "nothing is ruled out");
    assertTrue(keys.mayHold(FIRST, 0));
  }

  @Test
  void ofManyDaysThoseAskedForLastAreKnown() {
    append("(1L, 1L, date'2026-03-01')");
    long most = 400_000;
    KnownKeys keys = new KnownKeys(COLUMNS, most);
    TableTransaction transaction = begin();
    for (int i = 0; i < 20; i++) {
      Date day = Date.valueOf(LocalDate.of(2026, 1, 1).plusDays(i));
      keys.learn(table, transaction, Set.of(day));
      for (long hash = 1; hash <= 2000; hash++) {
        keys.added(List.of(row(day, hash, UTF8String.fromString(day + "-" + hash), 1L)));
      }
      assertTrue(keys.bytes() <= most, keys.bytes() + " bytes");
      assertFalse(keys.mayHold(day, -1));
    }
    assertTrue(keys.mayHold(Date.valueOf("2026-01-01"), -1), "it has made room");
    assertFalse(keys.mayHold(Date.valueOf("2026-01-20"), -1));
  }

  @Test
  void ofHardlyAnyKeyItIsSaidWronglyThatItMayBeThere() {
    append("(1L, 1L, date'2026-03-01')");
    KnownKeys keys = new KnownKeys(COLUMNS, ENOUGH);
    keys.learn(table, begin(), Set.of(FIRST));
    SplittableRandom random = new SplittableRandom(2);
    for (int i = 0; i < 100_000; i++) {
      keys.added(List.of(row(FIRST, random.nextLong(), "key", 1L)));
    }
    long errors =
        LongStream.generate(random::nextLong)
            .limit(1_000_000)
            .filter(hash -> keys.mayHold(FIRST, hash))
            .count();
    assertTrue(errors < 15, errors + " of 1,000,000 are taken for one that is there");
  }

  @Test
  void aTableWithoutPartitionsIsOfOneDay() {
    KeyColumns columns =
        new KeyColumns(COLUMNS.key(), COLUMNS.ordering(), Optional.empty(), COLUMNS.content());
    TableSpec spec =
        new TableSpec(
            "Things.", rows("(1L, 1L, date'2026-03-01')").schema(), List.of(), List.of("id"));
    TableTransaction.begin(table, spec)
        .append(rows("(1L, 1L, date'2026-03-01')"))
        .publish(SaveMode.Append, "{}");
    KnownKeys keys = new KnownKeys(columns, ENOUGH);
    Set<Object> day = new HashSet<>();
    day.add(null);

    keys.learn(table, TableTransaction.begin(table, spec), day);

    assertTrue(keys.mayHold(null, hash(1)));
    assertFalse(keys.mayHold(null, hash(2)));

    TableTransaction.begin(table, spec)
        .append(rows("(2L, 1L, date'2026-03-01')"))
        .publish(SaveMode.Append, "{}");
    keys.learn(table, TableTransaction.begin(table, spec), day);
    assertTrue(keys.mayHold(null, hash(2)));
  }

  @Test
  void withoutMemoryNothingIsRuledOut() {
    append("(1L, 1L, date'2026-03-01')");
    KnownKeys keys = new KnownKeys(COLUMNS, 1);
    keys.learn(table, begin(), Set.of(FIRST));
    keys.added(List.of(row(FIRST, 2, "key", 1L)));
    assertTrue(keys.mayHold(FIRST, 3));
    assertEquals(Optional.empty(), keys.newest("key"));
    assertEquals(0, keys.bytes());
  }

  @Test
  void whatThisDriverHasAddedIsNotLearnedAgain() {
    append("(1L, 1L, date'2026-03-01')");
    KnownKeys keys = new KnownKeys(COLUMNS, ENOUGH);
    TableTransaction transaction = begin();
    keys.learn(table, transaction, Set.of(FIRST));
    transaction.append(rows("(2L, 1L, date'2026-03-01')"));
    keys.reached(transaction, transaction.publish(SaveMode.Append, "{}"));

    keys.learn(table, begin(), Set.of(FIRST));

    // It has not been told of the row.
    assertFalse(keys.mayHold(FIRST, hash(2)));
  }
}
