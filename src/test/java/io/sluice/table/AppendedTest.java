package io.sluice.table;

import static org.apache.spark.sql.functions.col;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.testing.LocalSpark;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is new in a table to which rows are only added, whatever restores and compactions lie
 * between: its version n adds row n.
 */
class AppendedTest {
  @TempDir private Path folder;
  private final SparkSession spark = LocalSpark.withoutS3();
  private LakeTable table;

  @BeforeEach
  void makeTable() {
    table = Lake.open(spark, folder.toUri().toString()).bronze("things");
    append(0);
    append(1);
    append(2);
  }

  private void append(int number) {
    Dataset<Row> rows = spark.sql("select " + number + " as n").coalesce(1);
    TableTransaction.begin(table, new TableSpec("Things.", rows.schema(), List.of(), List.of("n")))
        .append(rows)
        .publish(SaveMode.Append, "{}");
  }

  private void compact() {
    new Maintenance(table, 1 << 20).compact();
  }

  private void assertNews(int after, Integer... expected) {
    Changes news = table.news(after);
    assertEquals(
        List.of(expected),
        news.isEmpty()
            ? List.of()
            : news.rows().select("n").orderBy("n").collectAsList().stream()
                .map(row -> row.getInt(0))
                .toList(),
        "after version " + after);
    assertEquals(table.version(), news.until());
  }

  @Test
  void rowsThatCameAreNew() {
    assertNews(-1, 0, 1, 2);
    assertNews(0, 1, 2);
    assertNews(2);
    assertEquals(1, table.news(0, 1).filesAdded());
  }

  @Test
  void whatARestoreWithdrewIsNotNew() {
    table.restore(0);
    append(4);
    assertNews(-1, 0, 4);
    assertNews(0, 4);
    assertNews(1, 4);
    assertNews(3, 4);
  }

  @Test
  void whatAnotherRestoreBringsBackIsNewToWhoDidNotHaveIt() {
    table.restore(0);
    table.restore(2);
    assertNews(-1, 0, 1, 2);
    assertNews(0, 1, 2);
    assertNews(1, 2);
    assertNews(2);
    assertNews(3, 1, 2);
    assertNews(4);
  }

  @Test
  void aCompactionIsNothingNewBeforeARestoreAndBehindIt() {
    compact();
    append(4);
    assertNews(2, 4);
    table.restore(3);
    assertNews(-1, 0, 1, 2);
    assertNews(1, 2);
    assertNews(3);
    assertNews(4);
    table.restore(1);
    assertNews(-1, 0, 1);
    assertNews(0, 1);
    assertNews(1);
    assertNews(3);
    table.restore(4);
    assertNews(1, 2, 4);
    assertNews(5, 4);
    assertNews(6, 2, 4);
    assertEquals(
        List.of(0, 1, 2, 4),
        table.read().orderBy("n").collectAsList().stream().map(row -> row.getInt(0)).toList());
  }

  @Test
  void restoresWithinRestoresAreFollowedBack() {
    table.restore(1);
    table.restore(2);
    compact();
    append(6);
    table.restore(4);
    append(8);
    assertNews(3, 2, 8);
    assertNews(4, 8);
    assertNews(5, 8);
    assertNews(6, 8);
    assertNews(7, 8);
  }

  @Test
  void whatAnotherCommitTakesAwayIsNotNewEither() {
    TableTransaction transaction = TableTransaction.reopen(table);
    transaction.discard(col("n").equalTo(1));
    transaction.publish(SaveMode.Overwrite, "{}");
    assertNews(-1, 0, 2);
    assertNews(0, 2);
    append(4);
    compact();
    transaction = TableTransaction.reopen(table);
    transaction.discard(col("n").equalTo(4));
    transaction.publish(SaveMode.Overwrite, "{}");
    // Of a file that a compaction made, the rest is read where it stands now.
    assertNews(-1, 0, 2);
    assertNews(0, 0, 2);
  }

  /** Against the rows themselves, over many versions. */
  @Test
  void newsIsWhatTheTableHasAndDidNotHave() {
    Random random = new Random(7);
    Map<Long, Set<Integer>> rows = new HashMap<>();
    rows.put(-1L, Set.of());
    for (int v = 0; v <= 2; v++) {
      rows.put((long) v, IntStream.rangeClosed(0, v).boxed().collect(Collectors.toSet()));
    }
    for (int i = 3; i < 16; i++) {
      long before = table.version();
      switch (random.nextInt(4)) {
        case 0 -> {
          long to = random.nextInt((int) before);
          table.restore(to);
          rows.put(table.version(), rows.get(to));
        }
        case 1 -> {
          compact();
          rows.put(table.version(), rows.get(before));
        }
        default -> {
          append(i);
          Set<Integer> more = new HashSet<>(rows.get(before));
          more.add(i);
          rows.put(table.version(), more);
        }
      }
    }
    for (long after = -1; after <= table.version(); after++) {
      Set<Integer> expected = new TreeSet<>(rows.get(table.version()));
      expected.removeAll(rows.get(after));
      assertNews((int) after, expected.toArray(Integer[]::new));
    }
  }
}
