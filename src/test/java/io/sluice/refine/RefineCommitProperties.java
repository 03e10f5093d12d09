package io.sluice.refine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.contract.Arrival;
import io.sluice.contract.Contract;
import io.sluice.engine.LocalRows;
import io.sluice.ingest.TopicIntake;
import io.sluice.run.RowCounts;
import io.sluice.run.RunContext;
import io.sluice.table.TableTransaction;
import io.sluice.testing.LocalLake;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * The same rows make the same tables and the same row counts, whether jobs or the driver alone
 * refine them: in whatever batches, topics and versions they come, whatever they refer to, however
 * little memory there is, and whatever others commit in between.
 */
class RefineCommitProperties {
  private static final Path CONTRACTS = Path.of("src/test/resources/contracts/versions");
  private static final Instant ARRIVED = Instant.parse("2026-03-01T10:00:00Z");

  /**
   * A record of a topic.
   *
   * @param value longer than three characters breaks a rule
   * @param shop null for none; only some exist, and one of them from the second batch on
   */
  record Sent(
      int topic,
      int partition,
      String key,
      int day,
      int version,
      String value,
      String shop,
      Integer floor) {
    String json() {
      return String.format(
          Locale.ROOT,
          "{\"key\":\"%s\",\"day\":\"2026-03-0%d\",\"version\":%d,\"value\":\"%s\",\"shop\":%s,\"floor\":%s}",
          key,
          day,
          version,
          value,
          shop == null ? null : "\"" + shop + "\"",
          floor);
    }
  }

  @Provide
  Arbitrary<List<List<Sent>>> batches() {
    Arbitrary<Sent> sent =
        Combinators.combine(
                Arbitraries.integers().between(0, 1),
                Arbitraries.integers().between(0, 1),
                Arbitraries.of("a", "b", "c", "d"),
                Arbitraries.integers().between(1, 2),
                Arbitraries.integers().between(0, 3),
                Arbitraries.of("x", "yy", "broken"),
                Arbitraries.of("s1", "s1", "s1", "s2", "gone").injectNull(0.2),
                Arbitraries.of(1, 1, 1, 2, 9).injectNull(0.2))
            .as(Sent::new);
    return sent.list().ofMinSize(1).ofMaxSize(12).list().ofSize(4);
  }

  @Property(tries = 2, seed = "20261128", shrinking = ShrinkingMode.OFF)
  void jobsAndTheDriverMakeTheSameTables(@ForAll("batches") List<List<Sent>> batches)
      throws IOException {
    same(batches, Map.of());
  }

  @Property(tries = 2, seed = "20261129", shrinking = ShrinkingMode.OFF)
  void soTheyDoWhereNothingCanBeKeptInMemory(@ForAll("batches") List<List<Sent>> batches)
      throws IOException {
    same(batches, Map.of("stream.known-keys", "1"));
  }

  /** Of four batches the driver lake's third is refined by jobs, as others would do. */
  private static void same(List<List<Sent>> batches, Map<String, String> settings)
      throws IOException {
    Path folder =
        Files.createTempDirectory(Files.createDirectories(Path.of("target")), "versions-")
            .toAbsolutePath();
    Lake jobs = new Lake(folder.resolve("jobs"), settings);
    Lake driver = new Lake(folder.resolve("driver"), settings);
    for (int i = 0; i < batches.size(); i++) {
      if (i < 2) {
        jobs.addShop(i + 1);
        driver.addShop(i + 1);
      }
      LocalRows rows = driver.land(batches.get(i), i);
      jobs.land(batches.get(i), i);
      RowCounts byJobs = new Refine(jobs.context, "versions").run().rowCounts();
      RowCounts byDriver =
          i == 2
              ? new Refine(driver.context, "versions").run().rowCounts()
              : driver.refine(rows, i);
      assertEquals(byJobs, byDriver);
      assertEquals(jobs.silver(), driver.silver());
      assertEquals(jobs.quarantine(), driver.quarantine());
    }
  }

  /** A lake that is given the same records as another. */
  private static final class Lake {
    private final RunContext context;
    private final Contract contract;
    private final SilverTable silver;
    private final LocalRefiner refiner;
    private final long[] offsets = new long[4];

    Lake(Path folder, Map<String, String> settings) {
      Map<String, String> all = new TreeMap<>(settings);
      // Nothing is read from a broker: the records are at hand.
      all.put("kafka.servers", "127.0.0.1:1");
      this.context = LocalLake.open(folder, CONTRACTS, all);
      this.contract = context.contracts().get("versions");
      this.silver = new SilverTable(context, contract);
      this.refiner = new LocalRefiner(context, silver, RowJudge.open(context, contract));
    }

    /** Shop s1 has one floor, and so on. */
    void addShop(int number) {
      SilverTable shops = new SilverTable(context, context.contracts().get("shops"));
      TableTransaction.begin(shops.table(), shops.spec())
          .append(
              new StructType().add("shop", DataTypes.StringType).add("floors", DataTypes.LongType),
              List.of(RowFactory.create("s" + number, (long) number)))
          .publish(SaveMode.Append, "{}");
    }

    /** Appends a batch to bronze and gives its rows as bronze holds them. */
    LocalRows land(List<Sent> batch, int number) {
      Map<Arrival, LocalRows> received = new LinkedHashMap<>();
      for (int topic = 0; topic < 2; topic++) {
        Arrival arrival = contract.topics().get(topic);
        LocalRows.Builder records = LocalRows.builder(TopicIntake.RECEIVED);
        for (Sent one : batch) {
          if (one.topic == topic) {
            records.add(
                arrival.topic().name(),
                null,
                one.json().getBytes(StandardCharsets.UTF_8),
                one.partition,
                offsets[2 * topic + one.partition]++,
                0L,
                null,
                (ARRIVED.getEpochSecond() + number) * 1_000_000,
                "run",
                (long) number);
          }
        }
        received.put(arrival, records.build());
      }
      return LocalBatches.land(context, contract.id(), received, ARRIVED);
    }

    /** In the driver, which refuses none of these batches. */
    RowCounts refine(LocalRows rows, long until) {
      RefineCommit commit =
          until == 0
              ? RefineCommit.begin(context, silver)
              : RefineCommit.beginAsKnown(context, silver).orElseThrow();
      return LocalBatches.refine(context, commit, refiner, "versions", rows, until).rowCounts();
    }

    List<String> silver() {
      return lines(
          silver.table().exists() ? silver.table().read() : context.spark().emptyDataFrame());
    }

    List<String> quarantine() {
      return silver.quarantine().exists()
          ? lines(silver.quarantine().read().drop("run_id", "quarantined_at"))
          : List.of();
    }

    private static List<String> lines(Dataset<Row> rows) {
      List<String> lines = new ArrayList<>();
      rows.toJSON().collectAsList().forEach(lines::add);
      lines.sort(null);
      return lines;
    }
  }
}
