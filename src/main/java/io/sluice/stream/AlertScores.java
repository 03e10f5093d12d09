package io.sluice.stream;

import io.sluice.engine.CompiledRows;
import io.sluice.engine.LocalRows;
import io.sluice.model.Model;
import io.sluice.model.ModelRegistry;
import io.sluice.model.ModelVersion;
import io.sluice.model.Scorer;
import io.sluice.model.ServingState;
import io.sluice.run.RunContext;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Scores measured rows by the version of a rule's model that serves them at the moment: its
 * champion, of the canary's rows its challenger; nothing if it has no champion.
 *
 * <p>Features and pipelines are compiled once for each move of the model and run over the rows at
 * hand, without a job. Cost: a look at the moves every ten seconds; each row once, while a canary
 * serves twice at most. What a challenger says of the others is kept by {@link
 * io.sluice.model.Score}, of the same features.
 */
final class AlertScores {
  private static final Logger LOG = LoggerFactory.getLogger("sluice");
  private static final Duration LOOKED = Duration.ofSeconds(10);
  private static final StructType MEASURED =
      new StructType()
          .add("row_key", DataTypes.StringType)
          .add("measures", DataTypes.createArrayType(DataTypes.LongType));

  private final RunContext context;
  private final AlertFold.Rule rule;
  private final ModelRegistry registry;
  private Optional<CompiledRows> serving = Optional.empty();
  private long moves = -1;
  private Instant lookAt = Instant.EPOCH;

  AlertScores(RunContext context, AlertFold.Rule rule) {
    this.context = context;
    this.rule = rule;
    this.registry = new ModelRegistry(context.spark(), context.lake(), Clock.systemUTC());
  }

  /** What a row was given, and by which version. */
  record Served(int version, double score) {}

  /** Whether any version scores rows at the moment. */
  boolean isServing() {
    look();
    return serving.isPresent();
  }

  /** Takes up what has been promoted or taken out meanwhile. */
  private void look() {
    if (Instant.now().isBefore(lookAt)) {
      return;
    }
    Model model = rule.rule().model();
    long now = registry.movesTable().version();
    if (now != moves) {
      ServingState state = registry.state(model.name());
      serving = state.champion().map(champion -> compiled(model, champion, state));
      moves = now;
      LOG.info(
          "{}: champion {}, canary {}",
          model.name(),
          state.champion().map(String::valueOf).orElse("none"),
          state.canary().map(String::valueOf).orElse("none"));
    }
    lookAt = Instant.now().plus(LOOKED);
  }

  private CompiledRows compiled(Model model, int champion, ServingState state) {
    List<ModelVersion> versions = registry.versions(model.name());
    Scorer scorer =
        new Scorer(
            model,
            registry.load(versions.get(champion - 1)),
            state.canary().map(number -> registry.load(versions.get(number - 1))),
            state.canaryPercent());
    return CompiledRows.of(
            context.spark(), MEASURED, rows -> scorer.served(rule.rule().features(rows)))
        .orElseThrow(
            () -> new IllegalStateException(model.name() + ": more than one pass over a row"));
  }

  /**
   * The score of each row.
   *
   * @param measured rows of {@link AlertFold#RAISED} that the rule gave
   * @return in the same order; empty if no version serves
   */
  List<Served> scores(List<Row> measured) {
    if (serving.isEmpty() || measured.isEmpty()) {
      return List.of();
    }
    LocalRows.Builder rows = LocalRows.builder(MEASURED);
    for (Row row : measured) {
      rows.add(row.<String>getAs("row_key"), AlertFold.measures(row));
    }
    List<Served> scores = new ArrayList<>();
    for (LocalRows.LocalRow one : serving.get().apply(rows.build())) {
      scores.add(new Served(one.integer(0), one.real(1)));
    }
    return scores;
  }

  AlertFold.Rule rule() {
    return rule;
  }
}
