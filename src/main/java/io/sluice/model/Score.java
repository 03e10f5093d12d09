package io.sluice.model;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;

import io.sluice.engine.PlanOrigins;
import io.sluice.lineage.LineageRecorder;
import io.sluice.run.RowCounts;
import io.sluice.run.Run;
import io.sluice.run.RunContext;
import io.sluice.run.RunRecorder;
import io.sluice.run.RunResult;
import io.sluice.settings.ValidationErrors;
import io.sluice.table.Changes;
import io.sluice.table.Checkpoint;
import io.sluice.table.LakeTable;
import io.sluice.table.TableSpec;
import io.sluice.table.TableTransaction;
import java.sql.Date;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;

/**
 * Reads the feature rows that have no prediction yet and appends what the champion says of them to
 * {@code predictions.<model>}, and beside it what its challenger says.
 *
 * <p>Which days have new rows is known from the feature table's log. A row that has been scored is
 * not scored again when its features change; a range of days can be ({@link #again}), and then its
 * predictions stand beside the earlier ones. Cost: the days that changed, and the keys of their
 * predictions.
 */
public final class Score {

  private final RunContext context;
  private final Model model;
  private final ModelRegistry registry;

  public Score(RunContext context, Model model) {
    this.context = context;
    this.model = model;
    this.registry = new ModelRegistry(context.spark(), context.lake(), Clock.systemUTC());
  }

  public RunResult run() {
    return context.run(
        "score", model.name(), (run, recorder) -> publish(run, recorder, Optional.empty()));
  }

  /** Scores the days of a range, whether they have been scored or not. */
  public RunResult again(LocalDate from, LocalDate to) {
    SortedSet<LocalDate> days = new TreeSet<>(from.datesUntil(to.plusDays(1)).toList());
    return context.run(
        "score", model.name(), (run, recorder) -> publish(run, recorder, Optional.of(days)));
  }

  private RunResult publish(
      Run run, LineageRecorder recorder, Optional<SortedSet<LocalDate>> asked) {
    ModelTables tables = ModelTables.now(context, model);
    LakeTable first = tables.table(model.reads().get(0));
    ServingState state = registry.state(model.name());
    if (state.champion().isEmpty()) {
      ValidationErrors errors = new ValidationErrors();
      errors.add("model " + model.name(), "has no champion; train and promote a version first");
      throw errors.exception();
    }
    LakeTable predictions = context.lake().predictions(model.name());
    Checkpoint upTo = Checkpoint.scored(first.name());
    long handled = predictions.checkpoint(upTo);
    Changes changes = first.changes(handled, tables.versions().get(model.reads().get(0)));
    SortedSet<LocalDate> days = asked.orElseGet(() -> days(changes));
    if (days.isEmpty()) {
      return RunResult.NOTHING_NEW;
    }
    List<ModelVersion> versions = registry.versions(model.name());
    LoadedModel champion = registry.load(versions.get(state.champion().get() - 1));
    Optional<LoadedModel> challenger =
        state.challenger().map(number -> registry.load(versions.get(number - 1)));
    Dataset<Row> features = features(tables, days, recorder);
    if (asked.isEmpty() && predictions.exists()) {
      features = features.join(known(predictions, days), columns(), "left_anti");
    }
    features = features.persist(StorageLevel.MEMORY_AND_DISK());
    try {
      long rows = features.count();
      Dataset<Row> scored =
          new Scorer(model, champion, challenger, state.canaryPercent())
              .score(features)
              .withColumn("run_id", lit(run.id()))
              .withColumn("scored_at", lit(Timestamp.from(run.startedAt())));
      TableTransaction transaction = TableTransaction.begin(predictions, spec(scored.schema()));
      transaction.requireAt(upTo, handled);
      if (rows > 0) {
        transaction.append(scored.repartition(col(model.day())));
      }
      if (asked.isEmpty()) {
        transaction.checkpoint(upTo, changes.until());
      }
      RowCounts rowCounts = new RowCounts(rows, rows, 0, 0, 0);
      long written = transaction.rowsStaged();
      long version =
          transaction.publish(SaveMode.Append, rowCounts.json(run, handled, changes.until()));
      recorder.wrote(
          predictions.path(),
          model.description(),
          scored.schema(),
          version,
          written,
          PlanOrigins.of(scored));
      if (rows > 0) {
        look(run, recorder, state, champion, challenger, features);
      }
      return new RunResult(rowCounts, version);
    } finally {
      features.unpersist();
    }
  }

  /**
   * Records drift, and takes back at once a canary or a new champion that is worse than the other.
   */
  private void look(
      Run run,
      LineageRecorder recorder,
      ServingState state,
      LoadedModel champion,
      Optional<LoadedModel> challenger,
      Dataset<Row> features) {
    ModelMonitor monitor = new ModelMonitor(model, context.spark(), context.lake());
    RunRecorder.requirePassed(
        context,
        run,
        recorder,
        "predictions." + model.name(),
        List.of(monitor.drift(run, champion, features)),
        "");
    if (challenger.isEmpty()) {
      return;
    }
    int other = challenger.get().version().version();
    int serving = champion.version().version();
    if (state.canary().isPresent()) {
      Optional<String> why = worse(monitor, other, serving);
      if (why.isEmpty() && monitor.scoreDrift(champion, features).isEmpty()) {
        why = monitor.scoreDrift(challenger.get(), features);
      }
      if (why.isEmpty()) {
        why = monitor.slowness(challenger.get(), champion, features);
      }
      why.ifPresent(reason -> registry.move(run, model.name(), state, state.withdrawal(reason)));
    } else if (state.predecessors().stream().findFirst().equals(Optional.of(other))) {
      worse(monitor, serving, other)
          .ifPresent(reason -> registry.move(run, model.name(), state, state.rollback(reason)));
    }
  }

  /** Holds two versions' predictions of the days whose labels are known against each other. */
  private Optional<String> worse(ModelMonitor monitor, int version, int other) {
    Map<String, Dataset<Row>> told = new HashMap<>();
    model.learnsFrom().forEach(name -> told.put(name, context.lake().named(name).read()));
    Dataset<Row> predictions =
        context.lake().predictions(model.name()).read().where(col("version").isin(version, other));
    Row newest = context.lake().named(model.reads().get(0)).read().agg(max(model.day())).first();
    return monitor.worse(
        Examples.of(model, predictions, model.labels(told), newest.getDate(0).toLocalDate()),
        version,
        other);
  }

  private SortedSet<LocalDate> days(Changes changes) {
    SortedSet<LocalDate> days = new TreeSet<>();
    changes.partitions(model.day()).forEach(day -> days.add(LocalDate.parse(day)));
    return days;
  }

  private String[] columns() {
    return model.key().toArray(String[]::new);
  }

  private Dataset<Row> known(LakeTable predictions, SortedSet<LocalDate> days) {
    Column[] key = model.key().stream().map(name -> col(name)).toArray(Column[]::new);
    return predictions.read().where(in(days)).select(key);
  }

  private Column in(SortedSet<LocalDate> days) {
    return col(model.day()).isin(days.stream().map(Date::valueOf).toArray());
  }

  /** The features of the days' rows, with as much history before them as the model looks at. */
  private Dataset<Row> features(
      ModelTables tables, SortedSet<LocalDate> days, LineageRecorder recorder) {
    Map<String, Dataset<Row>> read = new HashMap<>();
    for (String name : model.reads()) {
      boolean first = name.equals(model.reads().get(0));
      int before = first ? model.lookbackDays() : model.historyDays();
      Dataset<Row> rows = tables.read(name, recorder);
      read.put(
          name,
          PlanOrigins.mark(rows, tables.table(name).path())
              .where(
                  first && before == 0
                      ? in(days)
                      : col(model.day())
                          .between(
                              Date.valueOf(days.first().minusDays(before)),
                              Date.valueOf(days.last()))));
    }
    return model.features(read).where(in(days));
  }

  private TableSpec spec(StructType scored) {
    Map<String, String> meaning =
        Map.of(
            "segment", "What the row belongs to, for comparing.",
            "version", "The version that says so.",
            "role",
                "champion; canary (a challenger that serves the row); shadow (one that does not).",
            "served", "Whether this is the prediction that counts.",
            "score",
                model.task() == Model.Task.CLASSIFICATION
                    ? "The probability, 0 to 1."
                    : "The number expected.",
            "decision", "Whether the score reaches the version's threshold; null for a number.",
            "run_id", "The run that scored it.",
            "scored_at", "When that run began.");
    StructField[] fields =
        Stream.of(scored.fields())
            .map(
                field ->
                    DataTypes.createStructField(field.name(), field.dataType(), true)
                        .withComment(
                            meaning.getOrDefault(
                                field.name(), "As in " + model.reads().get(0) + ".")))
            .toArray(StructField[]::new);
    return new TableSpec(
        model.description(), new StructType(fields), List.of(model.day()), model.key());
  }
}
