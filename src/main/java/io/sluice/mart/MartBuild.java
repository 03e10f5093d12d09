package io.sluice.mart;

import static org.apache.spark.sql.functions.col;

import io.sluice.contract.Field;
import io.sluice.engine.PlanOrigins;
import io.sluice.lineage.LineageRecorder;
import io.sluice.quality.CheckResult;
import io.sluice.quality.CheckRunner;
import io.sluice.run.RowCounts;
import io.sluice.run.Run;
import io.sluice.run.RunContext;
import io.sluice.run.RunRecorder;
import io.sluice.run.RunResult;
import io.sluice.settings.ValidationErrors;
import io.sluice.table.Changes;
import io.sluice.table.Checkpoint;
import io.sluice.table.Comparison;
import io.sluice.table.LakeTable;
import io.sluice.table.TableSpec;
import io.sluice.table.TableTransaction;
import java.sql.Date;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.MetadataBuilder;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the silver tables of a mart and writes those of its periods (days, weeks) to gold whose
 * inputs changed.
 *
 * <p>What changed is known from silver's log: the days whose files came or went. A period is
 * rebuilt whole from the days it needs and replaces what gold held for it, in one commit with its
 * check results and its checkpoints. An input without a partition column is read as it stands when
 * the build begins, and rebuilds nothing by itself; lineage names the versions that were read.
 * Cost: the input days of the periods that changed, however long history is.
 */
public final class MartBuild {
  private static final Logger LOG = LoggerFactory.getLogger("sluice");

  private final RunContext context;
  private final Mart mart;

  public MartBuild(RunContext context, Mart mart) {
    this.context = context;
    this.mart = mart;
  }

  /** Builds what changed; nothing as long as a source that the mart reads has not arrived. */
  public RunResult run() {
    List<String> awaited =
        mart.reads().stream().filter(source -> !context.lake().silver(source).exists()).toList();
    if (!awaited.isEmpty()) {
      LOG.info("build {}: nothing yet: {} has not been refined", mart.name(), awaited);
      return RunResult.NOTHING_NEW;
    }
    return context.run("build", mart.name(), this::publish);
  }

  /** The periods that a run would build now. */
  public SortedSet<LocalDate> periods() {
    Map<String, LakeTable> inputs = inputs();
    return news(TableTransaction.begin(context.lake().gold(mart.name()), spec(inputs)), inputs)
        .periods;
  }

  /**
   * What changed in the inputs: the periods it reaches, and the versions it lies between; no
   * version if nothing is handled by it, as in a backfill.
   */
  private record News(SortedSet<LocalDate> periods, long from, Map<String, Long> until) {}

  private News news(TableTransaction gold, Map<String, LakeTable> inputs) {
    SortedSet<LocalDate> changed = new TreeSet<>();
    Map<String, Long> until = new TreeMap<>();
    long from = Long.MAX_VALUE;
    for (String source : mart.reads()) {
      Optional<String> day = day(source);
      if (day.isPresent()) {
        long handled = gold.checkpoint(Checkpoint.built(source));
        Changes changes = inputs.get(source).changes(handled);
        changes.partitions(day.get()).forEach(text -> changed.add(LocalDate.parse(text)));
        until.put(source, changes.until());
        from = Math.min(from, handled);
      }
    }
    return new News(reached(changed), from, until);
  }

  /**
   * Builds the periods of a range of days again from silver as it stands, compares them with what
   * gold holds, and swaps them in if they differ; what is new meanwhile stays for the next run.
   */
  public RunResult backfill(LocalDate from, LocalDate to) {
    return context.run(
        "backfill",
        mart.name(),
        (run, recorder) -> {
          Map<String, LakeTable> inputs = inputs();
          TableTransaction gold =
              TableTransaction.begin(context.lake().gold(mart.name()), spec(inputs));
          return publish(run, recorder, inputs, gold, new News(periods(from, to), -1, Map.of()));
        });
  }

  /** The periods that hold a range of days. */
  public SortedSet<LocalDate> periods(LocalDate from, LocalDate to) {
    return from.datesUntil(to.plusDays(1))
        .map(this::period)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private RunResult publish(Run run, LineageRecorder recorder) {
    Map<String, LakeTable> inputs = inputs();
    TableTransaction gold = TableTransaction.begin(context.lake().gold(mart.name()), spec(inputs));
    News news = news(gold, inputs);
    return publish(run, recorder, inputs, gold, news);
  }

  private RunResult publish(
      Run run,
      LineageRecorder recorder,
      Map<String, LakeTable> inputs,
      TableTransaction gold,
      News news) {
    SortedSet<LocalDate> periods = news.periods;
    Map<String, Long> until = news.until;
    if (periods.isEmpty()) {
      return RunResult.NOTHING_NEW;
    }
    Map<String, Dataset<Row>> silver = new HashMap<>();
    inputs.forEach(
        (source, table) -> {
          long version = until.getOrDefault(source, table.version());
          Dataset<Row> rows = needed(table, version, day(source), periods);
          recorder.reads(table.path(), rows.schema(), version);
          silver.put(source, PlanOrigins.mark(rows, table.path()));
        });
    CheckRunner judge = new CheckRunner(mart.checks());
    Column partition = col(mart.partition());
    Dataset<Row> made = mart.build(silver);
    Dataset<Row> rows =
        made.where(partition.isin(dates(periods)))
            .repartition(partition)
            .sortWithinPartitions(
                mart.key().stream().map(name -> col(name)).toArray(Column[]::new));
    TableTransaction.Files live = gold.files(partition.isin(dates(periods)));
    gold.append(judge.observe(rows));
    long written = gold.rowsStaged();
    List<CheckResult> checkResults = written == 0 ? List.of() : judge.judge(gold::staged);
    RunRecorder.requirePassed(
        context,
        run,
        recorder,
        "gold." + mart.name(),
        checkResults,
        "Gold still shows what it did before; look at the silver tables " + mart.reads() + ".");
    RowCounts rowCounts = new RowCounts(written, written, 0, 0, 0);
    if (until.isEmpty()) {
      Comparison difference = Comparison.of(live.rows(), gold.staged(), mart.key(), List.of());
      LOG.info("backfill {}: {}", mart.name(), difference);
      if (difference.isEmpty()) {
        return RunResult.NOTHING_NEW;
      }
    }
    until.forEach((source, version) -> gold.checkpoint(Checkpoint.built(source), version));
    gold.remove(live);
    long version =
        gold.publish(
            SaveMode.Overwrite,
            rowCounts.json(
                run, news.from, until.values().stream().mapToLong(v -> v).max().orElse(-1)));
    recorder.wrote(
        context.lake().gold(mart.name()).path(),
        mart.description(),
        made.schema(),
        version,
        written,
        PlanOrigins.of(made));
    return new RunResult(rowCounts, version);
  }

  private Map<String, LakeTable> inputs() {
    Map<String, LakeTable> inputs = new TreeMap<>();
    ValidationErrors errors = new ValidationErrors();
    for (String source : mart.reads()) {
      LakeTable table = context.lake().silver(source);
      if (!table.exists()) {
        errors.add(
            "mart " + mart.name(),
            "reads " + table.name() + ", which does not exist; refine it first");
      }
      inputs.put(source, table);
    }
    errors.throwIfAny();
    return inputs;
  }

  private Optional<String> day(String source) {
    return context.contracts().ofTable(source).orElseThrow().partition().map(Field::name);
  }

  /** The output periods that rows of the changed days reach. */
  private SortedSet<LocalDate> reached(SortedSet<LocalDate> changed) {
    SortedSet<LocalDate> periods = new TreeSet<>();
    for (LocalDate day : changed) {
      for (int reach = 0; reach <= mart.lookbackDays(); reach++) {
        periods.add(period(day.plusDays(reach)));
      }
    }
    return periods;
  }

  private LocalDate period(LocalDate day) {
    return mart.period() == Mart.Period.DAY
        ? day
        : day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
  }

  /** Of an input at a version, the days that the periods are built from; all of it without days. */
  private Dataset<Row> needed(
      LakeTable table, long version, Optional<String> day, SortedSet<LocalDate> periods) {
    if (day.isEmpty()) {
      return table.read(version);
    }
    int length = mart.period() == Mart.Period.DAY ? 1 : 7;
    SortedSet<LocalDate> days = new TreeSet<>();
    for (LocalDate period : periods) {
      for (int i = -mart.lookbackDays(); i < length; i++) {
        days.add(period.plusDays(i));
      }
    }
    return table.read(version).where(col(day.get()).isin(dates(days)));
  }

  private static Object[] dates(SortedSet<LocalDate> days) {
    return days.stream().map(Date::valueOf).toArray();
  }

  /** How gold is declared; the types come from the mart's function over empty inputs. */
  private TableSpec spec(Map<String, LakeTable> inputs) {
    Map<String, Dataset<Row>> none =
        inputs.entrySet().stream()
            .collect(
                Collectors.toMap(
                    Map.Entry::getKey,
                    input ->
                        context
                            .spark()
                            .createDataFrame(List.<Row>of(), input.getValue().read().schema())));
    StructType made = mart.build(none).schema();
    List<String> stated = mart.columns().stream().map(Mart.Column::name).toList();
    if (!stated.equals(Arrays.asList(made.fieldNames()))) {
      throw new IllegalStateException(
          "mart "
              + mart.name()
              + " states columns "
              + stated
              + " and makes "
              + List.of(made.fieldNames()));
    }
    List<StructField> fields = new ArrayList<>();
    for (Mart.Column column : mart.columns()) {
      fields.add(
          DataTypes.createStructField(
              column.name(),
              made.apply(column.name()).dataType(),
              true,
              new MetadataBuilder().putString("comment", column.description()).build()));
    }
    return new TableSpec(
        mart.description(),
        new StructType(fields.toArray(StructField[]::new)),
        List.of(mart.partition()),
        mart.key());
  }
}
