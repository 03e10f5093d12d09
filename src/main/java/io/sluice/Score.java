package io.sluice;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;

import io.sluice.lineage.ColumnOrigins;
import io.sluice.lineage.Trace;
import io.sluice.model.Model;
import io.sluice.model.Registry;
import io.sluice.model.Scorer;
import io.sluice.model.Trainer;
import io.sluice.model.Watch;
import io.sluice.ops.Account;
import io.sluice.ops.Run;
import io.sluice.settings.Faults;
import io.sluice.table.Changes;
import io.sluice.table.Stage;
import io.sluice.table.Table;
import io.sluice.table.TableSpec;
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
 * {@code predictions.<model>}, and beside it what its rival says.
 *
 * <p>Which days have new rows is known from the feature table's log. A row that has been scored is
 * not scored again when its features change; a range of days can be ({@link #again}), and then its
 * predictions stand beside the earlier ones. Cost: the days that changed, and the keys of their
 * predictions.
 */
final class Score {
  private static final String CHECKPOINT = "score:";

  private final Workplace place;
  private final Model model;
  private final Registry registry;

  Score(Workplace place, Model model) {
    this.place = place;
    this.model = model;
    this.registry = new Registry(place.spark(), place.lake(), Clock.systemUTC());
  }

  Workplace.Published run() {
    return place.run("score", model.name(), (run, trace) -> publish(run, trace, Optional.empty()));
  }

  /** Scores the days of a range, whether they have been scored or not. */
  Workplace.Published again(LocalDate from, LocalDate to) {
    SortedSet<LocalDate> days = new TreeSet<>(from.datesUntil(to.plusDays(1)).toList());
    return place.run("score", model.name(), (run, trace) -> publish(run, trace, Optional.of(days)));
  }

  private Workplace.Published publish(Run run, Trace trace, Optional<SortedSet<LocalDate>> asked) {
    Map<String, Table> tables = Train.tables(place, model);
    Table first = tables.get(model.reads().get(0));
    Registry.State state = registry.state(model.name());
    if (state.champion().isEmpty()) {
      Faults faults = new Faults();
      faults.add("model " + model.name(), "has no champion; train and promote a version first");
      throw faults.exception();
    }
    Table predictions = place.lake().predictions(model.name());
    long handled = predictions.checkpoint(CHECKPOINT + first.name());
    Changes changes = first.changes(handled);
    SortedSet<LocalDate> days = asked.orElseGet(() -> days(changes));
    if (days.isEmpty()) {
      return Workplace.Published.NOTHING_NEW;
    }
    List<Registry.Version> versions = registry.versions(model.name());
    Registry.Loaded champion = registry.load(versions.get(state.champion().get() - 1));
    Optional<Registry.Loaded> rival =
        state.rival().map(number -> registry.load(versions.get(number - 1)));
    Dataset<Row> features = features(tables, changes, days, trace);
    if (asked.isEmpty() && predictions.exists()) {
      features = features.join(known(predictions, days), columns(), "left_anti");
    }
    features = features.persist(StorageLevel.MEMORY_AND_DISK());
    try {
      long rows = features.count();
      Dataset<Row> scored =
          new Scorer(model, champion, rival, state.canaryPercent())
              .score(features)
              .withColumn("run_id", lit(run.id()))
              .withColumn("scored_at", lit(Timestamp.from(run.startedAt())));
      Stage stage = Stage.begin(predictions, spec(scored.schema()));
      if (stage.checkpoint(CHECKPOINT + first.name()) != handled) {
        throw new IllegalStateException(
            predictions.name() + ": someone else has scored meanwhile; run it again");
      }
      if (rows > 0) {
        stage.append(scored.repartition(col(model.day())));
      }
      if (asked.isEmpty()) {
        stage.checkpoint(CHECKPOINT + first.name(), changes.until());
      }
      Account account = new Account(rows, rows, 0, 0, 0);
      long written = stage.rowsStaged();
      long version = stage.publish(SaveMode.Append, account.json(run, handled, changes.until()));
      trace.wrote(
          predictions.path(),
          model.description(),
          scored.schema(),
          version,
          written,
          ColumnOrigins.of(scored));
      if (rows > 0) {
        watch(run, trace, state, champion, rival, features);
      }
      return new Workplace.Published(account, version);
    } finally {
      features.unpersist();
    }
  }

  /**
   * Records drift, and takes back at once a canary or a new champion that is worse than the other.
   */
  private void watch(
      Run run,
      Trace trace,
      Registry.State state,
      Registry.Loaded champion,
      Optional<Registry.Loaded> rival,
      Dataset<Row> features) {
    Watch watch = new Watch(model, place.spark(), place.lake());
    place.judge(
        run,
        trace,
        "predictions." + model.name(),
        List.of(watch.drift(run, champion, features)),
        "");
    if (rival.isEmpty()) {
      return;
    }
    int other = rival.get().version().version();
    int serving = champion.version().version();
    if (state.canary().isPresent()) {
      Optional<String> why = worse(watch, other, serving);
      if (why.isEmpty() && watch.scoreDrift(champion, features).isEmpty()) {
        why = watch.scoreDrift(rival.get(), features);
      }
      if (why.isEmpty()) {
        why = watch.slowness(rival.get(), champion, features);
      }
      why.ifPresent(
          reason ->
              registry.move(
                  run,
                  model.name(),
                  state,
                  Registry.Kind.WITHDRAW,
                  state.champion(),
                  Optional.empty(),
                  0,
                  reason));
    } else if (state.predecessors().stream().findFirst().equals(Optional.of(other))) {
      worse(watch, serving, other)
          .ifPresent(
              reason ->
                  registry.move(
                      run,
                      model.name(),
                      state,
                      Registry.Kind.ROLLBACK,
                      Optional.of(other),
                      Optional.empty(),
                      0,
                      reason));
    }
  }

  /** Holds two versions' predictions of the days whose labels are known against each other. */
  private Optional<String> worse(Watch watch, int version, int other) {
    Map<String, Dataset<Row>> told = new HashMap<>();
    model.learnsFrom().forEach(name -> told.put(name, place.lake().named(name).read()));
    Dataset<Row> predictions =
        place.lake().predictions(model.name()).read().where(col("version").isin(version, other));
    Row newest = place.lake().named(model.reads().get(0)).read().agg(max(model.day())).first();
    return watch.worse(
        new Trainer(model)
            .examples(predictions, model.labels(told), newest.getDate(0).toLocalDate()),
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

  private Dataset<Row> known(Table predictions, SortedSet<LocalDate> days) {
    Column[] key = model.key().stream().map(name -> col(name)).toArray(Column[]::new);
    return predictions.read().where(in(days)).select(key);
  }

  private Column in(SortedSet<LocalDate> days) {
    return col(model.day()).isin(days.stream().map(Date::valueOf).toArray());
  }

  /** The features of the days' rows, with as much history before them as the model looks at. */
  private Dataset<Row> features(
      Map<String, Table> tables, Changes changes, SortedSet<LocalDate> days, Trace trace) {
    Map<String, Dataset<Row>> read = new HashMap<>();
    for (String name : model.reads()) {
      boolean first = name.equals(model.reads().get(0));
      Table table = tables.get(name);
      long version = first ? changes.until() : table.version();
      int before = first ? model.lookbackDays() : model.historyDays();
      Dataset<Row> rows = table.read(version);
      trace.reads(table.path(), rows.schema(), version);
      read.put(
          name,
          ColumnOrigins.mark(rows, table.path())
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
            "role", "champion; canary (a rival that serves the row); shadow (one that does not).",
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
