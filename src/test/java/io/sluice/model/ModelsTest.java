package io.sluice.model;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.demo.purchaseorders.OrderHistory;
import io.sluice.demo.server.S3Server;
import io.sluice.mart.Mart;
import io.sluice.mart.Marts;
import io.sluice.purchaseorders.OrderFraud;
import io.sluice.run.RunContext;
import io.sluice.run.RunResult;
import io.sluice.run.StoppedException;
import io.sluice.settings.ValidationErrors;
import io.sluice.table.Checkpoint;
import io.sluice.table.LakeTable;
import io.sluice.table.TableSpec;
import io.sluice.table.TableTransaction;
import io.sluice.testing.LocalSpark;
import io.sluice.testing.MlflowServer;
import io.sluice.testing.NeedsServers;
import io.sluice.testing.TestLake;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Date;
import java.time.Clock;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.apache.spark.ml.classification.LogisticRegression;
import org.apache.spark.ml.classification.RandomForestClassifier;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A model's life on one lake: trained, promoted, scored, challenged, watched, rolled back. */
@NeedsServers
class ModelsTest {
  private static final LocalDate FIRST = LocalDate.of(2026, 9, 1);
  private static final int DAYS = 42;
  private static final LocalDate LAST_MATURE = FIRST.plusDays(DAYS - 1 - 14);

  private static RunContext context;
  private static OrderHistory history;
  private static ModelRegistry registry;

  /** Order fraud with one small candidate, so that the tests are quick. */
  private record Quick(List<String> inputs, Candidate candidate, GatePolicy policy)
      implements Model {
    private static final Model FRAUD = new OrderFraud();

    @Override
    public String name() {
      return FRAUD.name();
    }

    @Override
    public String description() {
      return FRAUD.description();
    }

    @Override
    public String owner() {
      return FRAUD.owner();
    }

    @Override
    public Task task() {
      return FRAUD.task();
    }

    @Override
    public List<String> reads() {
      return FRAUD.reads();
    }

    @Override
    public String day() {
      return FRAUD.day();
    }

    @Override
    public List<String> key() {
      return FRAUD.key();
    }

    @Override
    public int historyDays() {
      return FRAUD.historyDays();
    }

    @Override
    public Dataset<Row> features(Map<String, Dataset<Row>> tables) {
      return FRAUD.features(tables);
    }

    @Override
    public List<String> learnsFrom() {
      return FRAUD.learnsFrom();
    }

    @Override
    public Dataset<Row> labels(Map<String, Dataset<Row>> tables) {
      return FRAUD.labels(tables);
    }

    @Override
    public OptionalDouble ifUnheard() {
      return FRAUD.ifUnheard();
    }

    @Override
    public int matureDays() {
      return FRAUD.matureDays();
    }

    @Override
    public List<Candidate> candidates() {
      return List.of(candidate);
    }
  }

  private static Model quick() {
    List<String> inputs = new OrderFraud().inputs();
    return new Quick(
        inputs,
        Candidate.of(
            "small forest",
            inputs,
            new RandomForestClassifier()
                .setWeightCol("weight")
                .setNumTrees(20)
                .setMaxDepth(6)
                .setSeed(7)),
        GatePolicy.defaults()
            .withValidationDays(5)
            .withHoldoutDays(5)
            .withFewestPositives(4)
            .withFalsePositiveRate(0.02)
            .withCostOfMiss(50)
            .withSegmentTolerance(0.5));
  }

  /** A model that sees next to nothing, and whose gate lets everything pass if asked to. */
  private static Model blind(double margin) {
    List<String> inputs = List.of("lines");
    return new Quick(
        inputs,
        Candidate.of("blind", inputs, new LogisticRegression().setWeightCol("weight")),
        GatePolicy.defaults()
            .withValidationDays(5)
            .withHoldoutDays(5)
            .withFewestPositives(4)
            .withFalsePositiveRate(0.02)
            .withCostOfMiss(50)
            .withMargin(margin)
            .withSegmentTolerance(10));
  }

  private static void write(String layer, String name, Dataset<Row> rows, String day) {
    TableTransaction.begin(
            context.lake().table(layer, name),
            new TableSpec("As its command makes it.", rows.schema(), List.of(day), List.of()))
        .append(rows.repartition(1))
        .publish(SaveMode.Append, "{}");
  }

  @BeforeAll
  static void lake() throws Exception {
    context = TestLake.open("models", Path.of("conf/contracts"));
    registry = new ModelRegistry(context.spark(), context.lake(), Clock.systemUTC());
    history = new OrderHistory(5, FIRST, 250).days(DAYS);
    Map<String, Dataset<Row>> silver = history.silver(context.spark());
    write("silver", "fraud_outcomes", silver.get("fraud_outcomes"), "decided_on");
    for (String name : List.of("order_features", "buyer_outcomes")) {
      Mart mart = Marts.get(name, context.contracts());
      write("gold", name, mart.build(silver), mart.partition());
    }
  }

  private static Dataset<Row> predictions() {
    return context.lake().predictions("order_fraud").read();
  }

  private static Row lastMove() {
    return registry.movesTable().read().orderBy(col("move").desc()).first();
  }

  /** One life, step by step: each step finds the lake as the one before has left it. */
  @Test
  void aModelIsTrainedPromotedWatchedAndRolledBack() throws Exception {
    nothingServesBeforeAVersionIsPromoted();
    theCardSaysWhatTheVersionIs();
    theChampionScoresWhatIsNewAndOnlyThat();
    theSameTablesGiveTheSameModel();
    aWorseChallengerStaysOneAndTheRecordSaysWhy();
    aCanaryThatIsWorseByOutcomesIsTakenOut();
    aChampionThatIsWorseThanTheOneBeforeRollsBackByItself();
    oneCommandRollsBack();
    aPoisonedDayStopsTrainingAndDriftIsSeen();
    aPipelineThatWasTamperedWithIsNotLoaded();
    analystsReadItInNotebooksWithoutSpark();
    mlflowShowsWhatTheLakeKnowsAndMayBeDead();
  }

  private void nothingServesBeforeAVersionIsPromoted() {
    assertThrows(
        ValidationErrors.ValidationException.class, () -> new Score(context, quick()).run());
    new Train(context, quick()).run();
    ServingState state = registry.state("order_fraud");
    assertEquals(Optional.empty(), state.champion());
    assertEquals(Optional.of(1), state.challenger());
    assertThrows(
        ValidationErrors.ValidationException.class, () -> new Score(context, quick()).run());
    assertEquals(List.of(), context.lake().tables("predictions"));
  }

  private void theCardSaysWhatTheVersionIs() {
    ModelVersion version = registry.versions("order_fraud").get(0);
    assertTrue(version.passed(), version.reasons().toString());
    assertEquals(LAST_MATURE, version.heldOutUntil());
    Card card = Card.read(version.card());
    assertEquals(
        Map.of(
            "1 learned", FIRST + " to " + LAST_MATURE.minusDays(10),
            "2 validated", LAST_MATURE.minusDays(9) + " to " + LAST_MATURE.minusDays(5),
            "3 held out", LAST_MATURE.minusDays(4) + " to " + LAST_MATURE),
        card.days());
    assertEquals(
        Map.of("gold.buyer_outcomes", 0L, "gold.order_features", 0L, "silver.fraud_outcomes", 0L),
        card.tables());
    assertEquals("1.0.0", card.contracts().get("fraud_outcomes"));
    assertTrue(card.metrics().get("average_precision") > 0.3, card.metrics().toString());
    assertTrue(card.metrics().get("recall") > 0.4, card.metrics().toString());
    // The label that comes after the order is no feature, so nobody is better than the generator.
    assertTrue(card.metrics().get("average_precision") < 0.95, card.metrics().toString());
    assertTrue(card.importances().size() >= 10, card.importances().toString());
    assertTrue(card.spread().containsKey("score"));
    assertEquals(10, card.calibration().size());
    assertTrue(card.segments().size() > 4);
  }

  private void theChampionScoresWhatIsNewAndOnlyThat() {
    Model model = quick();
    new Promote(context, model).promote(Optional.empty());
    long orders = context.lake().gold("order_features").read().count();
    assertEquals(orders, new Score(context, model).run().rowCounts().accepted());
    assertEquals(orders, predictions().count());
    assertEquals(orders, predictions().where("served and role = 'champion'").count());
    long before = context.lake().predictions("order_fraud").version();
    assertEquals(RunResult.NOTHING_NEW, new Score(context, model).run());
    assertEquals(before, context.lake().predictions("order_fraud").version());
    assertEquals(RunResult.NOTHING_NEW, new Train(context, model).run());

    // A loaded pipeline is the one that was trained: it says the same of the same rows.
    ModelVersion version = registry.versions("order_fraud").get(0);
    assertEquals(
        version.merit(),
        Card.read(version.card()).metrics().get("average_precision"),
        "merit is the holdout's average precision");
    long called = predictions().where("decision").count();
    assertTrue(called > 0 && called < orders * 0.08, called + " of " + orders);
  }

  private void theSameTablesGiveTheSameModel() {
    Model model = quick();
    ModelVersion version = registry.versions("order_fraud").get(0);
    Card card = Card.read(version.card());
    Map<String, Dataset<Row>> tables =
        Map.of(
            "gold.order_features", context.lake().gold("order_features").read(),
            "gold.buyer_outcomes", context.lake().gold("buyer_outcomes").read(),
            "silver.fraud_outcomes", context.lake().silver("fraud_outcomes").read());
    Trainer trainer = new Trainer(model);
    Dataset<Row> examples =
        Examples.of(model, model.features(tables), model.labels(tables), FIRST.plusDays(DAYS - 1))
            .persist();
    TimeSplit split = TimeSplit.of(model.policy(), FIRST, LAST_MATURE);
    TrainedModel again = trainer.train(examples, split);
    assertEquals(card.hash(), again.hash());
    assertEquals(card.rows(), again.rows());
    assertEquals(version.threshold(), again.threshold());
    assertEquals(card.trials(), again.trials());
    assertArrayEquals(
        Trainer.scores(registry.load(version), split.holdout(examples, model.day())).scores(),
        again.holdout().scores());
    examples.unpersist();
    assertTrue(card.seconds() > 0 && card.cpuSeconds() > 0, "what it took and cost");
    assertTrue(
        card.metrics().get("merit_low") < version.merit()
            && version.merit() < card.metrics().get("merit_high"),
        card.metrics().toString());
  }

  private void aWorseChallengerStaysOneAndTheRecordSaysWhy() {
    touch();
    new Train(context, blind(0)).run();
    ModelVersion version = registry.versions("order_fraud").get(1);
    assertTrue(!version.passed());
    assertTrue(version.reasons().get(0).contains("not better than version 1"));
    StoppedException stopped =
        assertThrows(
            StoppedException.class, () -> new Promote(context, blind(0)).promote(Optional.empty()));
    assertTrue(stopped.getMessage().contains("goes on serving"), stopped.getMessage());
    assertEquals(Optional.of(1), registry.state("order_fraud").champion());
    assertEquals(Optional.of(2), registry.state("order_fraud").challenger());
  }

  private void aCanaryThatIsWorseByOutcomesIsTakenOut() {
    touch();
    new Train(context, blind(-10)).run();
    new Promote(context, blind(-10)).canary(Optional.empty(), 30);
    long before = predictions().count();
    new Score(context, blind(-10)).again(FIRST.plusDays(2), LAST_MATURE);
    Dataset<Row> again = predictions().where("version = 3 or served and role = 'champion'");
    assertTrue(predictions().count() > before);
    long served = again.where("version = 3 and served").count();
    long shadowed = again.where("version = 3 and not served").count();
    assertTrue(
        Math.abs(served / (double) (served + shadowed) - 0.3) < 0.03, served + "/" + shadowed);
    assertEquals(
        0,
        predictions()
            .where("role <> 'shadow' or version = 1")
            .groupBy("order_id", "run_id")
            .agg(org.apache.spark.sql.functions.expr("count_if(served)").as("times"))
            .where("times <> 1")
            .count());
    Row move = lastMove();
    assertEquals("withdraw", move.getAs("kind"));
    assertTrue(move.<String>getAs("reason").contains("version 3 is worse than version 1"));
    assertEquals(Optional.of(1), registry.state("order_fraud").champion());
    assertEquals(Optional.empty(), registry.state("order_fraud").challenger());
  }

  private void aChampionThatIsWorseThanTheOneBeforeRollsBackByItself() {
    new Promote(context, blind(-10)).promote(Optional.of(3));
    assertEquals(Optional.of(3), registry.state("order_fraud").champion());
    new Score(context, quick()).again(LAST_MATURE, LAST_MATURE);
    Row move = lastMove();
    assertEquals("rollback", move.getAs("kind"), move.toString());
    assertEquals(Optional.of(1), registry.state("order_fraud").champion());
    assertEquals(List.of(), registry.state("order_fraud").predecessors());
  }

  private void oneCommandRollsBack() {
    new Promote(context, blind(-10)).promote(Optional.of(3));
    long scored = context.lake().predictions("order_fraud").version();
    long began = System.nanoTime();
    new Promote(context, quick()).rollback("complaints");
    // Two small tables are read and a row is written; the bound is for a busy machine.
    double seconds = (System.nanoTime() - began) / 1e9;
    System.err.printf("rolled back in %.1f s%n", seconds);
    assertTrue(seconds < 60, seconds + " s");
    assertEquals(scored, context.lake().predictions("order_fraud").version());
    assertEquals(Optional.of(1), registry.state("order_fraud").champion());
    assertEquals("complaints", lastMove().getAs("reason"));
    assertThrows(
        ValidationErrors.ValidationException.class,
        () -> new Promote(context, quick()).rollback("once more"));
  }

  private void aPoisonedDayStopsTrainingAndDriftIsSeen() {
    LakeTable features = context.lake().gold("order_features");
    Dataset<Row> day = features.read().where(col("day").equalTo(Date.valueOf(LAST_MATURE)));
    Dataset<Row> poisoned =
        day.withColumn("total", col("total").multiply(1000))
            .withColumn("lines", col("lines").plus(40))
            .withColumn("office_hour", lit(23.5))
            .withColumn("limit_share", lit(0.95))
            .withColumn("alike_least_limit_share", lit(0.95))
            .withColumn("price_over_usual", lit(4.0));
    TableTransaction transaction =
        TableTransaction.begin(
            features,
            new TableSpec("As its command makes it.", day.schema(), List.of("day"), List.of()));
    Column of = col("day").equalTo(Date.valueOf(LAST_MATURE));
    transaction.append(poisoned).remove(transaction.files(of)).publish(SaveMode.Overwrite, "{}");

    StoppedException stopped =
        assertThrows(StoppedException.class, () -> new Train(context, quick()).run());
    assertTrue(stopped.getMessage().contains("inputs_in_line"), stopped.getMessage());
    assertTrue(stopped.getMessage().contains(LAST_MATURE.toString()), stopped.getMessage());
    assertEquals(Optional.of(1), registry.state("order_fraud").champion());
    assertEquals(3, registry.versions("order_fraud").size());

    new Score(context, quick()).again(LAST_MATURE, LAST_MATURE);
    assertEquals(
        "failed",
        context
            .lake()
            .ops("check_results")
            .read()
            .where("check = 'inputs_as_learned'")
            .orderBy(col("judged_at").desc())
            .first()
            .getAs("outcome"));
    assertTrue(
        context.lake().models("drift").read().where("column = 'total' and drifted").count() > 0);
  }

  private void aPipelineThatWasTamperedWithIsNotLoaded() throws Exception {
    ModelVersion version = registry.versions("order_fraud").get(0);
    org.apache.hadoop.fs.Path extra =
        new org.apache.hadoop.fs.Path(
            context.lake().folder("models", version.files()) + "/stages/other");
    var fs = extra.getFileSystem(context.spark().sparkContext().hadoopConfiguration());
    try (var out = fs.create(extra)) {
      out.write(1);
    }
    try {
      IllegalStateException refused =
          assertThrows(IllegalStateException.class, () -> registry.load(version));
      assertTrue(refused.getMessage().contains("not those that were recorded"));
    } finally {
      fs.delete(extra, false);
    }
    assertNotEquals(null, registry.load(version).pipeline());
  }

  private void analystsReadItInNotebooksWithoutSpark() throws Exception {
    Path python = Path.of(System.getProperty("sluice.python", ".venv/bin/python"));
    assumeTrue(Files.isExecutable(python), "no Python environment; `make test` makes one");
    ProcessBuilder builder =
        new ProcessBuilder(python.toString(), "src/test/python/run_notebooks.py")
            .redirectErrorStream(true);
    builder.environment().put("SLUICE_LAKE", "s3://lake/models");
    builder.environment().put("AWS_ENDPOINT_URL", LocalSpark.server().endpoint());
    builder.environment().put("AWS_ACCESS_KEY_ID", S3Server.ACCESS_KEY);
    builder.environment().put("AWS_SECRET_ACCESS_KEY", S3Server.SECRET_KEY);
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), out);
    assertTrue(out.contains("notebooks/compare_models.ipynb: 7 cells, 2 plots, 4 tables\n"), out);
    assertTrue(out.contains("notebooks/explore_gold.ipynb: 5 cells, 2 plots, 2 tables\n"), out);
  }

  private void mlflowShowsWhatTheLakeKnowsAndMayBeDead() throws Exception {
    Path token = Files.createTempFile("mlflow", ".token");
    Files.writeString(token, "a token of tests");
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    RunContext shown =
        TestLake.open(
            "models",
            Path.of("conf/contracts"),
            Map.of("mlflow.url", "http://127.0.0.1:" + port, "mlflow.token", "file:" + token));
    Model model = quick();
    // Nobody listens: a warning, and nothing else.
    MlflowSync.catchUp(shown, List.of(model));

    try (MlflowServer server = MlflowServer.start(port, "a token of tests")) {
      MlflowSync.catchUp(shown, List.of(model));
      assertEquals(Map.of("champion", "1"), server.aliases("local.order_fraud"));
      assertEquals(List.of("1", "2", "3"), server.versions("local.order_fraud"));
      JsonNode version = server.version("local.order_fraud", "2");
      ModelVersion recorded = registry.versions("order_fraud").get(1);
      assertEquals(registry.location(recorded), version.path("source").asText());
      assertTrue(
          version.path("description").asText().contains("not better than version 1"),
          version.toString());
      JsonNode run = server.run(version.path("run_id").asText());
      assertEquals("FINISHED", run.at("/info/status").asText());
      Map<String, String> tags = MlflowServer.map(run.at("/data/tags"));
      assertEquals(recorded.digest(), tags.get("sluice.digest"));
      assertEquals("1.0.0", tags.get("sluice.contract.fraud_outcomes"));
      assertEquals("0", tags.get("sluice.table.gold.order_features"));
      assertEquals("blind", MlflowServer.map(run.at("/data/params")).get("candidate"));
      assertEquals(
          recorded.merit(),
          Double.parseDouble(MlflowServer.map(run.at("/data/metrics")).get("average_precision")));
      assertEquals(recorded.card(), server.artifact(run, "card.json"));

      // The aliases follow the moves; what is there is not made again.
      new Promote(shown, model).promote(Optional.of(3));
      MlflowSync.catchUp(shown, List.of(model));
      assertEquals(Map.of("champion", "3", "challenger", "1"), server.aliases("local.order_fraud"));
      new Promote(shown, model).rollback("MLflow follows");
      // A run that ended between a version's run and its registration.
      server.forget("local.order_fraud", "2");
      MlflowSync.catchUp(shown, List.of(model));
      assertEquals(Map.of("champion", "1"), server.aliases("local.order_fraud"));
      assertEquals(List.of("1", "3", "4"), server.versions("local.order_fraud"));
      assertEquals(version.path("run_id"), server.version("local.order_fraud", "4").path("run_id"));
    }
  }

  /** A new version of a table read, without any change to its rows. */
  private static void touch() {
    TableTransaction.begin(
            context.lake().silver("fraud_outcomes"),
            new TableSpec(
                "As its command makes it.",
                context.lake().silver("fraud_outcomes").read().schema(),
                List.of("decided_on"),
                List.of()))
        .checkpoint(new Checkpoint("touched"), System.nanoTime())
        .publish(SaveMode.Append, "{}");
  }
}
