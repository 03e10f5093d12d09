package io.sluice.refine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.contract.Arrival;
import io.sluice.contract.Contract;
import io.sluice.engine.CompiledRows;
import io.sluice.engine.LocalRows;
import io.sluice.ingest.Bronze;
import io.sluice.ingest.TopicIntake;
import io.sluice.kafka.Brokers;
import io.sluice.lineage.LineageRecorder;
import io.sluice.run.RowCounts;
import io.sluice.run.Run;
import io.sluice.run.RunContext;
import io.sluice.table.RowWriter;
import io.sluice.table.TableTransaction;
import io.sluice.testing.NeedsServers;
import io.sluice.testing.TestLake;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;

/**
 * The same rows make the same tables and the same row counts, whether jobs or the driver alone
 * refine them: in whatever batches, topics and versions they come.
 */
@NeedsServers
class RefineCommitProperties {
  private static final Path CONTRACTS = Path.of("src/test/resources/contracts/versions");
  private static final Instant ARRIVED = Instant.parse("2026-03-01T10:00:00Z");

  /**
   * A record of a topic.
   *
   * @param value longer than three characters breaks a rule
   */
  record Sent(int topic, int partition, String key, int day, int version, String value) {
    String json() {
      return String.format(
          Locale.ROOT,
          "{\"key\":\"%s\",\"day\":\"2026-03-0%d\",\"version\":%d,\"value\":\"%s\"}",
          key,
          day,
          version,
          value);
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
                Arbitraries.of("x", "yy", "broken"))
            .as(Sent::new);
    return sent.list().ofMinSize(1).ofMaxSize(12).list().ofMinSize(2).ofMaxSize(3);
  }

  @Property(tries = 4, seed = "20261128", shrinking = ShrinkingMode.OFF)
  void jobsAndTheDriverMakeTheSameTables(@ForAll("batches") List<List<Sent>> batches) {
    String name = "versions-" + UUID.randomUUID();
    Lake jobs = new Lake(TestLake.open(name + "/jobs", CONTRACTS, settings()));
    Lake driver = new Lake(TestLake.open(name + "/driver", CONTRACTS, settings()));
    for (int i = 0; i < batches.size(); i++) {
      LocalRows rows = driver.land(batches.get(i), i);
      jobs.land(batches.get(i), i);
      RowCounts byJobs = new Refine(jobs.context, "versions").run().rowCounts();
      assertEquals(byJobs, driver.refine(rows, i));
      assertEquals(jobs.silver(), driver.silver());
      assertEquals(jobs.quarantine(), driver.quarantine());
    }
  }

  private static Map<String, String> settings() {
    // Nothing is read from a broker: the records are at hand.
    return Map.of("kafka.servers", "127.0.0.1:1");
  }

  /** A lake that is given the same records as another. */
  private static final class Lake {
    private final RunContext context;
    private final Contract contract;
    private final SilverTable silver;
    private final LocalRefiner refiner;
    private final long[] offsets = new long[4];

    Lake(RunContext context) {
      this.context = context;
      this.contract = context.contracts().get("versions");
      this.silver = new SilverTable(context, contract);
      this.refiner = new LocalRefiner(context, silver, RowJudge.open(context, contract));
    }

    /** Appends a batch to bronze and gives its rows as bronze holds them. */
    LocalRows land(List<Sent> batch, int number) {
      TableTransaction bronze = TableTransaction.begin(silver.bronze(), Bronze.spec(contract));
      TopicIntake intake =
          new TopicIntake(contract, Brokers.of(context.settings()), Optional.empty(), ARRIVED);
      List<LocalRows> rows = new ArrayList<>();
      for (int topic = 0; topic < 2; topic++) {
        Arrival arrival = contract.topics().get(topic);
        LocalRows.Builder records = LocalRows.builder(TopicIntake.RECORDS);
        for (Sent one : batch) {
          if (one.topic == topic) {
            records.add(
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
        rows.add(
            CompiledRows.of(
                    context.spark(),
                    TopicIntake.RECORDS,
                    sent -> TableTransaction.ordered(intake.bronze(sent, arrival), bronze.schema()))
                .orElseThrow()
                .apply(records.build()));
      }
      LocalRows all = LocalRows.concat(rows);
      bronze.append(new RowWriter(), all).publish(SaveMode.Append, "{}");
      return all;
    }

    /** In the driver if it can decide, else by jobs, as a stream does. */
    RowCounts refine(LocalRows rows, long until) {
      RefineCommit commit =
          until == 0
              ? RefineCommit.begin(context, silver)
              : RefineCommit.beginAsKnown(context, silver).orElseThrow();
      Run run = context.runs().begin("refine", "versions");
      LocalRefiner.Batch batch = refiner.batch(rows, run, until);
      Optional<Staged> staged = commit.stage(batch);
      if (staged.isEmpty()) {
        return new Refine(context, "versions").run().rowCounts();
      }
      var result =
          commit.publishNews(
              run, LineageRecorder.unused(), staged.get(), until, QuarantineGate.of(contract));
      batch.published(result.version());
      return result.rowCounts();
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
