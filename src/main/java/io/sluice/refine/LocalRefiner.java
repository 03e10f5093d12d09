package io.sluice.refine;

import static org.apache.spark.sql.functions.col;

import io.sluice.contract.Contract;
import io.sluice.contract.Field;
import io.sluice.engine.CompiledRows;
import io.sluice.engine.KeyReader;
import io.sluice.engine.KeyedRow;
import io.sluice.engine.LocalRows;
import io.sluice.ingest.Bronze;
import io.sluice.lineage.LineageRecorder;
import io.sluice.quality.CheckResult;
import io.sluice.quality.CheckRunner;
import io.sluice.run.RowCounts;
import io.sluice.run.Run;
import io.sluice.run.RunContext;
import io.sluice.settings.Key;
import io.sluice.table.KeyColumns;
import io.sluice.table.KnownKeys;
import io.sluice.table.RowWriter;
import io.sluice.table.TableTransaction;
import java.sql.Date;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Stages small batches of a source in this JVM, without a job; only the contract's checks take one,
 * and keys that must be looked up in many or large files of silver.
 *
 * <p>The same plans as {@link JobStager} runs, compiled once ({@link CompiledRows}), make the same
 * rows, and {@link KeyResolver} decides by the same rule. Which keys silver may hold and which
 * values are referred to is known in memory, within {@link Key#KNOWN_KEYS}, or looked up. A batch
 * is refused if the source's records may delete, if its history is kept, if a row has no ordering
 * value or no day, if it replaces rows of large files, or if {@link LocalReferences} cannot tell.
 * Cost: each record once, a file for each table; what {@link LocalUpsert} and {@link
 * LocalReferences} say. Not for several threads at once.
 */
public final class LocalRefiner {
  private static final StructType RUN =
      new StructType()
          .add("_started_at", DataTypes.TimestampType)
          .add("_run_id", DataTypes.StringType)
          .add("_batch", DataTypes.LongType);

  private final RunContext context;
  private final SilverTable silver;
  private final Contract contract;
  private final RowJudge judge;
  private final KeyColumns columns;
  private final LocalReferences references;
  private final LocalUpsert upsert;
  private Functions functions;

  public LocalRefiner(RunContext context, SilverTable silver, RowJudge judge) {
    this.context = context;
    this.silver = silver;
    this.contract = silver.contract();
    this.judge = judge;
    this.columns =
        new KeyColumns(
            contract.keyColumns(),
            contract.ordering(),
            contract.partition().map(Field::name),
            RowContent.of(contract)::column);
    long bytes = context.settings().get(Key.KNOWN_KEYS);
    long ofReferences = contract.references().isEmpty() ? 0 : bytes / 4;
    this.references = new LocalReferences(context, contract, ofReferences);
    this.upsert = new LocalUpsert(silver.table(), new KnownKeys(columns, bytes - ofReferences));
  }

  /** What is compiled for the tables as they are. */
  private final class Functions {
    private final List<StructType> schemas;
    private final Map<Integer, String> written;
    private final CompiledRows typed;
    private final CompiledRows judged;
    private final CompiledRows valid;
    private final CompiledRows broken;
    private final RowWriter silverWriter = new RowWriter();
    private final RowWriter quarantineWriter = new RowWriter();
    private final KeyReader keys;
    private final int reasons;
    private final int file;
    private final int position;

    Functions(StructType bronze, TableTransaction table, TableTransaction quarantine) {
      this.schemas = List.of(bronze, table.schema(), quarantine.schema());
      this.written = judge.schemas();
      this.typed = compiled(bronze, judge::typed);
      StructType marked = typed.schema();
      for (var mark : References.marks(contract).fields()) {
        marked = marked.add(mark);
      }
      this.judged = compiled(marked, rows -> identified(judge.judged(rows)));
      StructType columns = judged.schema();
      StructType withRun = columns;
      for (var field : RUN.fields()) {
        withRun = withRun.add(field);
      }
      this.valid = compiled(columns, rows -> TableTransaction.ordered(rows, table.schema()));
      this.broken =
          compiled(
              withRun,
              rows ->
                  TableTransaction.ordered(
                      Quarantine.rows(
                          rows, contract, col("_started_at"), col("_run_id"), col("_batch")),
                      quarantine.schema()));
      this.keys =
          new KeyReader(
              columns,
              contract.keyColumns(),
              contract.ordering(),
              contract.partition().map(Field::name),
              "_key");
      this.reasons = columns.fieldIndex("_reasons");
      this.file = columns.fieldIndex("_file");
      this.position = columns.fieldIndex("_position");
    }

    /** Whether they are right for rows of bronze, and for tables as transactions see them. */
    private boolean fit(StructType bronze, TableTransaction table, TableTransaction quarantine) {
      return schemas.equals(List.of(bronze, table.schema(), quarantine.schema()))
          && written.equals(judge.schemas());
    }

    /** With the key and what the row says as numbers. */
    private Dataset<Row> identified(Dataset<Row> rows) {
      return rows.withColumn("_key", columns.hash())
          .withColumn(RowContent.COLUMN, RowContent.of(contract).column(rows.schema()));
    }

    /** Where a judged row stood. */
    private Tally.Place place(LocalRows.LocalRow row) {
      return new Tally.Place(row.text(file), row.isNull(position) ? 0 : row.number(position));
    }

    private CompiledRows compiled(StructType input, UnaryOperator<Dataset<Row>> function) {
      return CompiledRows.of(context.spark(), input, function)
          .orElseThrow(() -> new IllegalStateException(contract.id() + ": more than one pass"));
    }
  }

  /** One batch: its rows, and once it is staged what became of them. */
  public final class Batch implements RowStager {
    private final LocalRows bronze;
    private final Run run;
    private final long until;
    private final List<LocalRows.LocalRow> brokenRows = new ArrayList<>();
    private final List<KeyedRow> valid = new ArrayList<>();
    private final SortedMap<String, Long> reasons = new TreeMap<>();
    private final Map<String, Tally.Place> places = new HashMap<>();
    private final Set<Object> days = new HashSet<>();
    private TableTransaction table;
    private LocalUpsert.Outcome outcome;
    private LocalRows written;
    private LocalRows quarantined;

    private Batch(LocalRows bronze, Run run, long until) {
      this.bronze = bronze;
      this.run = run;
      this.until = until;
    }

    /** The accepted rows, as silver holds them. */
    public LocalRows accepted() {
      return written;
    }

    /** The broken rows, as quarantine holds them. */
    public LocalRows quarantined() {
      return quarantined;
    }

    /** The bronze version that the batch reaches. */
    public long until() {
      return until;
    }

    /** Tells a recorder what the batch was made of: bronze, and what its rows refer to. */
    public void reads(LineageRecorder recorder) {
      recorder.reads(silver.bronze().path(), Bronze.schema(), until);
      references.reads(recorder);
    }

    @Override
    public Optional<Staged> stage(RefineTargets targets) {
      if (contract.changes().hasDeletes() || contract.keepsHistory()) {
        return Optional.empty();
      }
      TableTransaction quarantine = targets.quarantine();
      table = targets.silver();
      if (functions == null || !functions.fit(bronze.schema(), table, quarantine)) {
        functions = new Functions(bronze.schema(), table, quarantine);
      }
      Optional<LocalRows> typed = references.marked(functions.typed.apply(bronze));
      if (typed.isEmpty()) {
        return Optional.empty();
      }
      judge(typed.get());
      boolean incomplete =
          valid.stream().anyMatch(row -> row.ordering() == null)
              || (contract.partition().isPresent() && days.contains(null));
      return (incomplete ? Optional.<LocalUpsert.Outcome>empty() : resolved())
          .map(
              become -> {
                outcome = become;
                write(quarantine);
                return staged();
              });
    }

    private Optional<LocalUpsert.Outcome> resolved() {
      return contract.changes().isAppend()
          ? Optional.of(LocalUpsert.Outcome.all(valid))
          : upsert.resolve(table, valid, functions.keys.order());
    }

    private Staged staged() {
      RowCounts counts =
          new RowCounts(
              (long) valid.size() + brokenRows.size(),
              outcome.accepted().size(),
              brokenRows.size(),
              outcome.duplicate(),
              outcome.superseded(),
              outcome.conflict());
      List<Date> present =
          days.stream().filter(Date.class::isInstance).map(Date.class::cast).sorted().toList();
      return new Staged(
          counts,
          new Tally(counts.read(), counts.quarantined(), reasons, present, wanted -> places),
          checked());
    }

    private void judge(LocalRows typed) {
      for (LocalRows.LocalRow row : functions.judged.apply(typed)) {
        if (row.isNull(functions.reasons)) {
          KeyedRow keyed = functions.keys.read(row);
          days.add(keyed.day());
          valid.add(keyed);
        } else {
          brokenRows.add(row);
          row.structs(functions.reasons, 3)
              .forEach(why -> count(why.text(0) + "/" + why.text(1), row));
        }
      }
    }

    private void count(String reason, LocalRows.LocalRow row) {
      reasons.merge(reason, 1L, Long::sum);
      places.computeIfAbsent(reason, first -> functions.place(row));
    }

    private void write(TableTransaction quarantine) {
      LocalRows none = LocalRows.builder(functions.judged.schema()).build();
      quarantined =
          functions.broken.apply(none.of(brokenRows).with(RUN, run.startedAt(), run.id(), until));
      if (!quarantined.isEmpty()) {
        quarantine.append(functions.quarantineWriter, quarantined);
      }
      written =
          functions.valid.apply(none.of(outcome.accepted().stream().map(KeyedRow::row).toList()));
      if (!written.isEmpty()) {
        table.append(functions.silverWriter, written);
      }
      // In files of their own: else each batch's would hold all that was ever touched.
      LocalRows others = upsert.takeOut(table, outcome);
      if (!others.isEmpty()) {
        table.append(functions.silverWriter, others);
      }
    }

    /** What the contract's checks say of the accepted rows; the one thing that takes jobs. */
    private List<CheckResult> checked() {
      if (contract.checks().isEmpty() || written.isEmpty()) {
        return List.of();
      }
      CheckRunner checks = new CheckRunner(contract.checks());
      Dataset<Row> local = written.dataset(context.spark());
      checks.observe(local).write().format("noop").mode(SaveMode.Overwrite).save();
      return checks.judge(() -> local);
    }

    /** Notes that silver holds the accepted rows from a version on. */
    public void published(long version) {
      if (!contract.changes().isAppend()) {
        upsert.published(table, outcome, version);
      }
    }
  }

  /**
   * A batch of rows as bronze holds them.
   *
   * @param bronze its rows, in the columns of bronze's table
   * @param until the bronze version that holds them, or will
   */
  public Batch batch(LocalRows bronze, Run run, long until) {
    return new Batch(bronze, run, until);
  }
}
