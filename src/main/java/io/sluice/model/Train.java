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
import io.sluice.settings.ValidationErrors;
import io.sluice.table.Checkpoint;
import io.sluice.table.LakeTable;
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
import java.util.stream.Stream;
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
          try (TaskTime cost = new TaskTime(context.spark(), run)) {
            return publish(run, recorder, cost);
          }
        });
  }

  private RunResult publish(Run run, LineageRecorder recorder, TaskTime cost) {
    long began = System.nanoTime();
    registry.create();
    Map<String, LakeTable> tables = tables(context, model);
    SortedMap<String, Long> versions = new TreeMap<>();
    tables.forEach((name, table) -> versions.put(name, table.version()));
    List<ModelRegistry.Version> earlier = registry.versions(model.name());
    if (earlier.size() > registry.state(model.name()).newest()) {
      // The run that trained it was killed before it could say so.
      challenge(run, earlier.get(earlier.size() - 1));
    }
    if (versions.entrySet().stream().allMatch(one -> handled(one.getKey()) == one.getValue())) {
      return RunResult.NOTHING_NEW;
    }
    ModelRegistry.State state = registry.state(model.name());
    LocalDate known = newest(tables.get(model.reads().get(0)));
    Trainer trainer = new Trainer(model);
    Dataset<Row> examples =
        trainer
            .examples(
                features(tables, versions, known, recorder)
                    .where(col(model.day()).geq(Date.valueOf(learnable(tables)))),
                labels(tables, versions, recorder),
                known)
            .persist(StorageLevel.MEMORY_AND_DISK());
    try {
      Row days = examples.agg(min(model.day()), max(model.day())).first();
      if (days.isNullAt(0)) {
        return tooEarly("no day");
      }
      Trainer.Split split =
          trainer.split(days.getDate(0).toLocalDate(), days.getDate(1).toLocalDate());
      if (!split.learnFrom().isBefore(split.learnUntil())) {
        return tooEarly(split.learnFrom() + " to " + split.holdOutUntil());
      }
      RunRecorder.requirePassed(
          context,
          run,
          recorder,
          "models." + model.name(),
          trainer.checkResults(examples, split),
          "No version was trained, and the champion goes on serving; look at "
              + versions.keySet()
              + ".");
      Trainer.Trained trained = trainer.train(examples, split);
      List<Gate> gates = gates(trainer, trained, trainer.holdout(examples, split), state, earlier);
      ModelRegistry.Files files = registry.save(run, model.name(), trained);
      ModelRegistry.Version version =
          version(
              run,
              trained,
              gates,
              files,
              versions,
              earlier,
              (System.nanoTime() - began) / 1e9,
              cost.seconds());
      TableTransaction transaction = registry.begin();
      Checkpoint newest = Checkpoint.version(model.name());
      transaction
          .requireAt(newest, earlier.isEmpty() ? -1 : earlier.size())
          .checkpoint(newest, version.version());
      versions.forEach((name, at) -> transaction.checkpoint(checkpoint(name), at));
      long published = registry.publish(transaction, run, version);
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
  private void challenge(Run run, ModelRegistry.Version version) {
    ModelRegistry.State state = registry.state(model.name());
    registry.move(
        run,
        model.name(),
        state,
        ModelRegistry.Kind.CHALLENGE,
        state.champion(),
        Optional.of(version.version()),
        0,
        version.passed() ? "the gate lets it be promoted" : String.join("; ", version.reasons()));
  }

  private Checkpoint checkpoint(String table) {
    return Checkpoint.learned(model.name(), table);
  }

  private long handled(String table) {
    return registry.versionsTable().checkpoint(checkpoint(table));
  }

  /** The tables that a model reads and learns from; all that are missing at once. */
  static Map<String, LakeTable> tables(RunContext context, Model model) {
    Map<String, LakeTable> tables = new TreeMap<>();
    ValidationErrors errors = new ValidationErrors();
    Stream.concat(model.reads().stream(), model.learnsFrom().stream())
        .distinct()
        .forEach(
            name -> {
              LakeTable table = context.lake().named(name);
              if (!table.exists()) {
                errors.add("model " + model.name(), "reads " + name + ", which does not exist yet");
              }
              tables.put(name, table);
            });
    errors.throwIfAny();
    return tables;
  }

  /** The first day that may be learned from. */
  private LocalDate learnable(Map<String, LakeTable> tables) {
    Row first = tables.get(model.reads().get(0)).read().agg(min(model.day())).first();
    return first.isNullAt(0)
        ? LocalDate.EPOCH
        : first.getDate(0).toLocalDate().plusDays(model.warmUpDays());
  }

  private LocalDate newest(LakeTable table) {
    Row row = table.read().agg(max(model.day())).first();
    return row.isNullAt(0) ? LocalDate.EPOCH : row.getDate(0).toLocalDate();
  }

  private Dataset<Row> features(
      Map<String, LakeTable> tables,
      SortedMap<String, Long> versions,
      LocalDate known,
      LineageRecorder recorder) {
    Map<String, Dataset<Row>> read = new HashMap<>();
    int days =
        model.matureDays()
            + model.policy().learnDays()
            + model.policy().validationDays()
            + model.policy().holdoutDays()
            + Math.max(model.lookbackDays(), model.historyDays());
    for (String name : model.reads()) {
      Dataset<Row> rows = tables.get(name).read(versions.get(name));
      recorder.reads(tables.get(name).path(), rows.schema(), versions.get(name));
      read.put(name, rows.where(col(model.day()).gt(Date.valueOf(known.minusDays(days)))));
    }
    return model.features(read);
  }

  private Dataset<Row> labels(
      Map<String, LakeTable> tables, SortedMap<String, Long> versions, LineageRecorder recorder) {
    Map<String, Dataset<Row>> read = new HashMap<>();
    for (String name : model.learnsFrom()) {
      Dataset<Row> rows = tables.get(name).read(versions.get(name));
      recorder.reads(tables.get(name).path(), rows.schema(), versions.get(name));
      read.put(name, rows);
    }
    return model.labels(read);
  }

  private List<Gate> gates(
      Trainer trainer,
      Trainer.Trained trained,
      Dataset<Row> holdout,
      ModelRegistry.State state,
      List<ModelRegistry.Version> earlier) {
    List<Gate> gates = new ArrayList<>();
    state
        .champion()
        .ifPresent(
            number -> {
              ModelRegistry.Loaded champion = registry.load(earlier.get(number - 1));
              gates.add(
                  Gate.judge(
                      model,
                      trained.holdout(),
                      trainer.scores(champion, holdout),
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

  private String why(List<ModelRegistry.Version> earlier) {
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

  private ModelRegistry.Version version(
      Run run,
      Trainer.Trained trained,
      List<Gate> gates,
      ModelRegistry.Files files,
      SortedMap<String, Long> versions,
      List<ModelRegistry.Version> earlier,
      double seconds,
      double cpuSeconds) {
    List<String> reasons = gates.stream().flatMap(gate -> gate.reasons().stream()).toList();
    SortedMap<String, String> contracts = new TreeMap<>();
    for (Contract contract : context.contracts().inOrder()) {
      contracts.put(contract.id(), contract.version());
    }
    Card card =
        Card.of(
            model,
            trained,
            gates,
            versions,
            contracts,
            Build.code(),
            why(earlier),
            run.startedAt().toString(),
            seconds,
            cpuSeconds);
    return new ModelRegistry.Version(
        model.name(),
        earlier.size() + 1,
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
