package io.sluice.table.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.table.Checkpoint;
import io.sluice.table.FencedException;
import io.sluice.table.Lake;
import io.sluice.table.LakeTable;
import io.sluice.table.TableSpec;
import io.sluice.table.TableTransaction;
import io.sluice.testing.LocalSpark;
import io.sluice.testing.NeedsServers;
import java.io.FileNotFoundException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;

/** A commit is a conditional PUT: of several writers one wins. */
@NeedsServers
class ConditionalPutTest {
  private static Configuration conf() {
    return LocalSpark.get().sparkContext().hadoopConfiguration();
  }

  @Test
  void ofWritersThatRaceExactlyOneWins() throws Exception {
    int writers = 6;
    int rounds = 15;
    ExecutorService pool = Executors.newFixedThreadPool(writers);
    CyclicBarrier start = new CyclicBarrier(writers);
    Configuration conf = conf();
    List<Future<Integer>> wins = new ArrayList<>();
    for (int writer = 0; writer < writers; writer++) {
      int id = writer;
      Callable<Integer> race =
          () -> {
            int won = 0;
            try (FileSystem fs = FileSystem.newInstance(java.net.URI.create("s3a://lake"), conf)) {
              for (int round = 0; round < rounds; round++) {
                // A writer that fails must not leave the others waiting.
                start.await(1, TimeUnit.MINUTES);
                try {
                  ConditionalPutLogStore.putIfAbsent(
                      fs, new Path("s3a://lake/race/" + round), bytes("writer " + id));
                  won++;
                } catch (FileAlreadyExistsException lost) {
                  // Another was first.
                }
              }
            }
            return won;
          };
      wins.add(pool.submit(race));
    }
    int total = 0;
    for (Future<Integer> win : wins) {
      total += win.get();
    }
    pool.shutdown();
    assertEquals(rounds, total);
  }

  @Test
  void aLostAnswerIsSettledByWhatStandsThere() throws Exception {
    Path path = new Path("s3a://lake/lost/answer");
    FileSystem fs = path.getFileSystem(conf());
    ConditionalPutLogStore.putIfAbsent(fs, path, bytes("ours"));
    // The client tries again because it never heard that its PUT was done.
    ConditionalPutLogStore.putIfAbsent(fs, path, bytes("ours"));
    assertThrows(
        FileAlreadyExistsException.class,
        () -> ConditionalPutLogStore.putIfAbsent(fs, path, bytes("ours, and more")));
    assertThrows(
        FileAlreadyExistsException.class,
        () -> ConditionalPutLogStore.putIfAbsent(fs, path, bytes("our")));
    try (var in = fs.open(path)) {
      assertArrayEquals(bytes("ours"), in.readAllBytes());
    }
  }

  @Test
  void aLogIsListedFromANameOn() throws Exception {
    Path log = new Path("s3a://lake/listing/_delta_log");
    FileSystem fs = log.getFileSystem(conf());
    ConditionalPutLogStore store = new ConditionalPutLogStore(conf());
    Path second = new Path(log, "00000000000000000002.json");
    assertThrows(FileNotFoundException.class, () -> store.listFrom(second, conf()));
    for (int version = 1; version <= 3; version++) {
      ConditionalPutLogStore.putIfAbsent(
          fs, new Path(log, String.format("%020d.json", version)), bytes("{}"));
    }
    ConditionalPutLogStore.putIfAbsent(fs, new Path(log, "00000000000000000002.crc"), bytes("{}"));
    ConditionalPutLogStore.putIfAbsent(fs, new Path(log, "_sidecars/a"), bytes("{}"));

    assertEquals(
        List.of("00000000000000000002.json", "00000000000000000003.json", "_sidecars"),
        names(store, second));
    assertEquals(
        List.of(
            "00000000000000000002.crc",
            "00000000000000000002.json",
            "00000000000000000003.json",
            "_sidecars"),
        names(store, new Path(log, "00000000000000000002.")));
    assertEquals(List.of(), names(store, new Path(log, "z")));
  }

  private static List<String> names(ConditionalPutLogStore store, Path from) throws Exception {
    List<String> names = new ArrayList<>();
    store.listFrom(from, conf()).forEachRemaining(file -> names.add(file.getPath().getName()));
    return names;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void theOlderOfTwoDriversIsFenced() {
    SparkSession spark = LocalSpark.get();
    LakeTable table = Lake.open(spark, "s3a://lake/fencing").silver("things");
    Dataset<Row> rows = spark.range(3).toDF("n");
    TableSpec spec = new TableSpec("Things.", rows.schema(), List.of(), List.of("n"));
    TableTransaction.begin(table, spec)
        .append(rows)
        .checkpoint(Checkpoint.REFINED, 1)
        .publish(SaveMode.Append, "{}");

    TableTransaction zombie = TableTransaction.begin(table, spec);
    assertEquals(1, zombie.checkpoint(Checkpoint.REFINED));
    zombie.append(rows);
    TableTransaction replacement = TableTransaction.begin(table, spec);
    assertEquals(1, replacement.checkpoint(Checkpoint.REFINED));
    replacement.append(rows).checkpoint(Checkpoint.REFINED, 2).publish(SaveMode.Append, "{}");
    zombie.checkpoint(Checkpoint.REFINED, 2);
    FencedException fenced =
        assertThrows(FencedException.class, () -> zombie.publish(SaveMode.Append, "{}"));

    assertTrue(fenced.getMessage().contains("silver.things: another driver"), fenced.getMessage());
    assertEquals(6, table.read().count());
    assertEquals(2, table.checkpoint(Checkpoint.REFINED));
  }

  @Test
  void columnsAreAddedButNeverRetyped() {
    SparkSession spark = LocalSpark.get();
    LakeTable table = Lake.open(spark, "s3a://lake/evolving").silver("things");
    Dataset<Row> rows = spark.range(2).toDF("n");
    TableTransaction.begin(table, new TableSpec("Things.", rows.schema(), List.of(), List.of("n")))
        .append(rows)
        .publish(SaveMode.Append, "{}");
    Dataset<Row> wider = rows.selectExpr("n", "'x' as kind");
    TableTransaction.begin(table, new TableSpec("Things.", wider.schema(), List.of(), List.of("n")))
        .append(wider)
        .publish(SaveMode.Append, "{}");
    assertEquals(2, table.read().where("kind is null").count());
    assertEquals(2, table.read().where("kind = 'x'").count());

    Dataset<Row> other = rows.selectExpr("cast(n as string) as n");
    IllegalStateException refused =
        assertThrows(
            IllegalStateException.class,
            () ->
                TableTransaction.begin(
                    table, new TableSpec("Things.", other.schema(), List.of(), List.of())));
    assertTrue(refused.getMessage().contains("n is BIGINT in the table"), refused.getMessage());
  }
}
