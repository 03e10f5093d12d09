package io.sluice.model;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;

import io.sluice.contract.Contract;
import io.sluice.lineage.LineageRecorder;
import io.sluice.run.Build;
import io.sluice.run.RowCounts;
import io.sluice.run.Run;
import io.sluice.run.RunContext;
import io.sluice.run.RunRecorder;
import io.sluice.run.RunResult;
import io.sluice.table.Checkpoint;
import io.sluice.table.TableTransaction;
import java.sql.Date;
import java.time.Clock;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.storage.StorageLevel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a model's feature tables and what turned out, and writes a new version of the model: its
 * pipeline, its card, and whether the gate lets it be promoted.
 *
 * <p>The version becomes the champion's challenger: scored beside it, serving nobody. If the tables
 * have not changed since a version was trained, nothing is done. Data that is out of line stops the
 * run, and the champion goes on serving. Cost: the days that the model's policy names, read once; a
 * fit for each candidate and one more.
 */
public final class Train {
  private static final Logger LOG = LoggerFactory.getLogger("sluice");

  private final RunContext context;
  private final Model model;
  private final ModelRegistry registry;

  public Train(RunContext context, Model model) {
    this.context = context;
    this.model = model;
    this.registry = new ModelRegistry(context.spark(), context.lake(), Clock.systemUTC());
  }

  public RunResult run() {
    return context.run(
        "train",
        model.name(),
        (run, recorder) -> {
          try (TaskTime cost = TaskTime.measure(context.spark(), run)) {
            return publish(run, recorder, cost);
          }
        });
  }

  private RunResult publish(Run run, LineageRecorder recorder, TaskTime cost) {
    registry.create();
    ModelTables tables = ModelTables.now(context, model);
    List<ModelVersion> earlier = registry.versions(model.name());
    if (earlier.size() > registry.state(model.name()).newest()) {
      // The run that trained it was killed before it could say so.
      challenge(run, earlier.get(earlier.size() - 1));
    }
    if (tables.versions().entrySet().stream()
        .allMatch(one -> handled(one.getKey()) == one.getValue())) {
      return RunResult.NOTHING_NEW;
    }
    LocalDate known = day(tables, max(model.day())).orElse(LocalDate.EPOCH);
    LocalDate learnable =
        day(tables, min(model.day()))
            .map(first -> first.plusDays(model.warmUpDays()))
            .orElse(LocalDate.EPOCH);
    Dataset<Row> examples =
        Examples.of(
                model,
                features(tables, known, recorder)
                    .where(col(model.day()).geq(Date.valueOf(learnable))),
                labels(tables, recorder),
                known)
            .persist(StorageLevel.MEMORY_AND_DISK());
    try {
      Row days = examples.agg(min(model.day()), max(model.day())).first();
      if (days.isNullAt(0)) {
        return tooEarly("no day");
      }
      TimeSplit split =
          TimeSplit.of(
              model.policy(), days.getDate(0).toLocalDate(), days.getDate(1).toLocalDate());
      if (!split.isEnough()) {
        return tooEarly(split.learnFrom() + " to " + split.holdOutUntil());
      }
      RunRecorder.requirePassed(
          context,
          run,
          recorder,
          "models." + model.name(),
          new ExampleChecks(model).judge(examples, split),
          "No version was trained, and the champion goes on serving; look at "
              + tables.versions().keySet()
              + ".");
      TrainedModel trained = new Trainer(model).train(examples, split);
      List<Gate> gates = gates(trained, split.holdout(examples, model.day()), earlier);
      ModelFiles files = registry.save(run, model.name(), trained);
      Card card = Card.of(model, trained, gates, origin(run, tables, earlier, cost));
      ModelVersion version = version(earlier.size() + 1, trained, card, files);
      long published = publish(run, version, tables);
      challenge(run, version);
      long rows = trained.rows() + trained.holdout().size();
      recorder.wrote(
          registry.versionsTable().path(),
          "Versions of models.",
          registry.versionsTable().read().schema(),
          published,
          1,
          List.of());
      return new RunResult(new RowCounts(rows, rows, 0, 0, 0), published);
    } finally {
      examples.unpersist();
    }
  }

  private long publish(Run run, ModelVersion version, ModelTables tables) {
    TableTransaction transaction = registry.begin();
    Checkpoint newest = Checkpoint.version(model.name());
    transaction
        .requireAt(newest, version.version() == 1 ? -1 : version.version() - 1)
        .checkpoint(newest, version.version());
    tables.versions().forEach((name, at) -> transaction.checkpoint(checkpoint(name), at));
    return registry.publish(transaction, run, version);
  }

  private RunResult tooEarly(String days) {
    LOG.info(
        "train {}: too early; labels are known of {} that may be learned from, and {} days are"
            + " needed to learn, validate and hold out",
        model.name(),
        days,
        model.policy().fewestDays());
    return RunResult.NOTHING_NEW;
  }

  /** Lets a version be scored beside the champion, serving nobody. */
  private void challenge(Run run, ModelVersion version) {
    ServingState state = registry.state(model.name());
    registry.move(
        run,
        model.name(),
        state,
        state.challengedBy(
            version.version(),
            version.passed()
                ? "the gate lets it be promoted"
                : String.join("; ", version.reasons())));
  }

  private Checkpoint checkpoint(String table) {
    return Checkpoint.learned(model.name(), table);
  }

  private long handled(String table) {
    return registry.versionsTable().checkpoint(checkpoint(table));
  }

  /** The first or last day of the first table, if it has a row. */
  private Optional<LocalDate> day(ModelTables tables, Column which) {
    Row row = tables.read(model.reads().get(0)).agg(which).first();
    return row.isNullAt(0) ? Optional.empty() : Optional.of(row.getDate(0).toLocalDate());
  }

  private Dataset<Row> features(ModelTables tables, LocalDate known, LineageRecorder recorder) {
    int days =
        model.matureDays()
            + model.policy().days()
            + Math.max(model.lookbackDays(), model.historyDays());
    Map<String, Dataset<Row>> read = new HashMap<>();
    for (String name : model.reads()) {
      read.put(
          name,
          tables
              .read(name, recorder)
              .where(col(model.day()).gt(Date.valueOf(known.minusDays(days)))));
    }
    return model.features(read);
  }

  private Dataset<Row> labels(ModelTables tables, LineageRecorder recorder) {
    Map<String, Dataset<Row>> read = new HashMap<>();
    model.learnsFrom().forEach(name -> read.put(name, tables.read(name, recorder)));
    return model.labels(read);
  }

  /** Holds what has learned against the champion, and against what takes no model. */
  private List<Gate> gates(TrainedModel trained, Dataset<Row> holdout, List<ModelVersion> earlier) {
    List<Gate> gates = new ArrayList<>();
    registry
        .state(model.name())
        .champion()
        .ifPresent(
            number -> {
              LoadedModel champion = registry.load(earlier.get(number - 1));
              gates.add(
                  Gate.judge(
                      model,
                      trained.holdout(),
                      Trainer.scores(champion, holdout),
                      "version " + number));
            });
    if (gates.isEmpty() || model.hasBaseline()) {
      gates.add(
          Gate.judge(
              model,
              trained.holdout(),
              trained.baseline(),
              model.hasBaseline() ? "the baseline" : "no model"));
    }
    return gates;
  }

  private String why(List<ModelVersion> earlier) {
    if (earlier.isEmpty()) {
      return "there was no version";
    }
    return registry
        .state(model.name())
        .champion()
        .flatMap(new ModelMonitor(model, context.spark(), context.lake())::drifting)
        .map(drift -> "its tables have changed, and " + drift)
        .orElse("its tables have changed");
  }

  private Card.Origin origin(
      Run run, ModelTables tables, List<ModelVersion> earlier, TaskTime cost) {
    SortedMap<String, String> contracts = new TreeMap<>();
    for (Contract contract : context.contracts().inOrder()) {
      contracts.put(contract.id(), contract.version());
    }
    return new Card.Origin(
        tables.versions(),
        contracts,
        Build.code(),
        why(earlier),
        run.startedAt().toString(),
        cost.wallSeconds(),
        cost.cpuSeconds());
  }

  private ModelVersion version(int number, TrainedModel trained, Card card, ModelFiles files) {
    List<String> reasons = card.gates().stream().flatMap(gate -> gate.reasons().stream()).toList();
    return new ModelVersion(
        model.name(),
        number,
        trained.candidate().name(),
        trained.split().holdOutUntil(),
        trained.holdout().merit(model.task()),
        trained.threshold(),
        reasons.isEmpty(),
        reasons,
        files.folder(),
        files.digest(),
        card.json());
  }
}
