package io.sluice.refine;

import static io.sluice.engine.Columns.named;
import static org.apache.spark.sql.functions.array_contains;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.to_date;
import static org.apache.spark.sql.functions.when;

import io.sluice.contract.Contract;
import io.sluice.engine.Scala;
import io.sluice.ingest.Bronze;
import io.sluice.lineage.LineageRecorder;
import io.sluice.run.Run;
import io.sluice.run.RunContext;
import io.sluice.run.RunResult;
import io.sluice.table.TableSpec;
import io.sluice.table.TableTransaction;
import java.sql.Date;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.types.DataTypes;

/**
 * Reads a source's quarantined rows, judges them again by today's contract, and brings those that
 * are valid now into silver; in quarantine each is marked with what became of it.
 *
 * <p>Guarantee: a row comes into silver once, as if it had been valid when it arrived: a newer
 * version of its key stays. Silver is published first, then the marks; a run that dies in between
 * is finished by the next, which finds the rows in silver. Cost: the quarantine files that hold
 * rows of the selection, and of silver what a refine of those rows costs.
 */
public final class Replay {
  private static final List<String> ROW = List.of("arrival", "file", "position", "arrived_at");

  /**
   * Which of the rows that are still in quarantine.
   *
   * @param told holds for rows as quarantine has them; its files' statistics tell of some that they
   *     hold none
   * @param stored holds for rows as quarantine has them
   * @param judged holds for rows as refinement gives them; the others keep their marks
   * @param note why they are judged again, if nobody has asked for it; null if somebody has
   */
  public record Selection(Column told, Column stored, Column judged, String note) {
    /**
     * Rows that arrived in a range of days and broke a rule.
     *
     * @param reason such as {@code quantity/range}; null for any
     * @param from the first day of arrival; null for any
     * @param to the last day of arrival; null for any
     */
    public static Selection of(String reason, LocalDate from, LocalDate to) {
      Column chosen = lit(true);
      if (reason != null) {
        Column rules = expr("transform(reasons, r -> concat(r.field, '/', r.rule))");
        chosen = chosen.and(array_contains(rules, reason));
      }
      if (from != null) {
        chosen = chosen.and(to_date(col("arrived_at")).geq(lit(Date.valueOf(from))));
      }
      if (to != null) {
        chosen = chosen.and(to_date(col("arrived_at")).leq(lit(Date.valueOf(to))));
      }
      return new Selection(lit(true), chosen, lit(true), null);
    }

    /** Valid rows for which a condition over silver's columns holds. */
    public static Selection of(Column condition) {
      return new Selection(lit(true), lit(true), VALID.and(condition), null);
    }
  }

  /** Of rows as refinement gives them. */
  static final Column VALID = col("_reasons").isNull();

  private final RunContext context;
  private final Contract contract;
  private final SilverTable silver;
  private final Selection selection;

  public Replay(RunContext context, String source, Selection selection) {
    this.context = context;
    this.contract = context.contracts().get(source);
    this.silver = new SilverTable(context, contract);
    this.selection = selection;
  }

  public RunResult run() {
    return context.run("replay", contract.id(), this::publish);
  }

  /** Judges the rows and says what a run would do; publishes nothing. */
  public String rehearse() {
    if (!silver.quarantine().exists()) {
      return "no row of the selection is in quarantine";
    }
    TableTransaction quarantine =
        TableTransaction.begin(silver.quarantine(), Quarantine.spec(contract));
    Dataset<Row> rows = quarantine.files().rows().where(open());
    RowJudge judge = RowJudge.open(context, contract);
    Tally tally = Tally.of(contract, judged(judge, rows, LineageRecorder.unused()));
    return String.format(
        Locale.ROOT,
        "%,d rows of the selection: %,d valid now, %,d not %s",
        tally.read(),
        tally.read() - tally.quarantined(),
        tally.quarantined(),
        tally.reasons());
  }

  private Column open() {
    return coalesce(col("outcome"), lit(Quarantine.OPEN))
        .equalTo(Quarantine.OPEN)
        .and(selection.told)
        .and(selection.stored);
  }

  /** Rows of quarantine in the columns that refinement reads, as bronze has them. */
  static Dataset<Row> records(Contract contract, Dataset<Row> quarantined) {
    return quarantined.select(named(Refiner.origin(contract).values()));
  }

  private Dataset<Row> judged(RowJudge judge, Dataset<Row> quarantined, LineageRecorder recorder) {
    return judge.judged(records(contract, quarantined), 0, recorder).where(selection.judged);
  }

  private RunResult publish(Run run, LineageRecorder recorder) {
    if (!silver.quarantine().exists()) {
      return RunResult.NOTHING_NEW;
    }
    RefineCommit commit = RefineCommit.begin(context, silver);
    // Rows beyond silver's checkpoint belong to a refine that is under way or has died.
    Column published = col("batch").leq(commit.handled());
    TableTransaction.Files files = commit.quarantine().files(published, selection.told);
    Dataset<Row> rows = files.rows().where(open().and(published));
    if (rows.isEmpty()) {
      return RunResult.NOTHING_NEW;
    }
    recorder.reads(silver.quarantine().path(), Bronze.schema(), commit.quarantine().version());
    RowJudge judge = RowJudge.open(context, contract);
    Dataset<Row> judged = judged(judge, rows, recorder);
    Tally tally = Tally.of(contract, judged);
    if (tally.read() == 0) {
      return RunResult.NOTHING_NEW;
    }
    Staged staged =
        new JobStager(silver, judge, judged, run, commit.handled())
            // One that died may have brought some of them into silver.
            .stageValid(commit.targets(), tally, silver.present(commit.table(), tally.days()));
    Optional<RunResult> result = commit.publishReplayed(run, recorder, staged);
    String json = staged.rowCounts().json(run, commit.handled(), commit.handled());
    long marked = mark(commit.quarantine(), files, outcomes(judged, tally.days()), run, json);
    return new RunResult(
        staged.rowCounts(), result.map(RunResult::version).orElse(marked), selection.note);
  }

  /** Rewrites the quarantine files that hold rows judged, each with what became of it. */
  private long mark(
      TableTransaction quarantine,
      TableTransaction.Files files,
      Dataset<Row> outcomes,
      Run run,
      String rowCounts) {
    Dataset<Row> marks =
        outcomes.select(
            Stream.concat(
                    ROW.stream().map(name -> col("_" + name).as(name)),
                    Stream.of(
                        col("_reasons").as("_new_reasons"),
                        col("_outcome").as("_new_outcome"),
                        col(References.WAITS_FOR).as("_new_waits_for")))
                .toArray(Column[]::new));
    scala.collection.immutable.Seq<String> row = Scala.seq(ROW);
    Dataset<Row> all =
        files.rows().withColumn("_path", col("_metadata.file_path")).join(marks, row, "left_outer");
    Column judgedNow = col("_new_outcome").isNotNull();
    Set<String> paths =
        new HashSet<>(
            all.where(judgedNow).select("_path").distinct().as(Encoders.STRING()).collectAsList());
    Dataset<Row> marked =
        files
            .at(paths)
            .rows()
            .join(marks, row, "left_outer")
            .withColumn(
                "attempt", when(judgedNow, col("attempt").plus(1)).otherwise(col("attempt")))
            .withColumn(
                "contract_version",
                when(judgedNow, lit(contract.version())).otherwise(col("contract_version")))
            .withColumn("run_id", when(judgedNow, lit(run.id())).otherwise(col("run_id")))
            .withColumn("reasons", coalesce(col("_new_reasons"), col("reasons")))
            .withColumn("outcome", coalesce(col("_new_outcome"), col("outcome")))
            .withColumn(
                Quarantine.WAITS_FOR,
                when(judgedNow, col("_new_waits_for")).otherwise(waitsFor(files)));
    TableSpec spec = Quarantine.spec(contract);
    quarantine
        .append(
            marked
                .select(
                    Arrays.stream(spec.schema().fieldNames())
                        .map(name -> col(name))
                        .toArray(Column[]::new))
                .repartition(Math.max(1, paths.size())))
        .remove(files.at(paths));
    return quarantine.publish(SaveMode.Overwrite, rowCounts);
  }

  /** Null in a table that has been without the column so far. */
  private static Column waitsFor(TableTransaction.Files files) {
    return Quarantine.tellsWaiting(files.rows())
        ? col(Quarantine.WAITS_FOR)
        : lit(null).cast(DataTypes.StringType);
  }

  /**
   * Each judged row with its outcome, by what is held for its key: the row itself, an equal version
   * or a newer one, be it of silver or of what has been deleted.
   */
  private Dataset<Row> outcomes(Dataset<Row> judged, List<Date> days) {
    Column itself =
        col("_held_file")
            .equalTo(col("_file"))
            .and(col("_held_position").equalTo(col("_position")));
    Column accepted = lit(KeyResolver.ACCEPTED);
    Column repeats = lit(false);
    Column truncates = lit(false);
    if (contract.changes().hasDeletes()) {
      truncates = coalesce(col(Refiner.DELETED), lit(false)).and(Truncation.isTruncation(contract));
      accepted = when(col(Refiner.DELETED), KeyResolver.DELETED).otherwise(accepted);
      repeats = col(Refiner.DELETED).isNull();
    }
    return judged
        .join(held(days), Scala.seq(contract.keyColumns()), "left_outer")
        .withColumn(
            "_outcome",
            when(col("_reasons").isNotNull(), Quarantine.OPEN)
                .when(truncates.and(col(contract.ordering()).equalTo(truncatedAt())), accepted)
                .when(itself, accepted)
                .when(
                    repeats.or(col("_held").equalTo(col(contract.ordering()))),
                    KeyResolver.DUPLICATE)
                .otherwise(KeyResolver.SUPERSEDED));
  }

  /** The version up to which all rows have ended at once; null if they never have. */
  private Column truncatedAt() {
    boolean remembers = contract.changes().remembersDeleted() && silver.deletions().exists();
    return lit(remembers ? Truncation.newest(contract, silver.deletions().read()) : null);
  }

  /** The newest version that is held of each key of some days, be it of a row or of its end. */
  private Dataset<Row> held(List<Date> days) {
    Dataset<Row> held = held(silver.table().read(), days);
    if (!contract.changes().remembersDeleted() || !silver.deletions().exists()) {
      return held;
    }
    return held.unionByName(held(silver.deletions().read(), days))
        .groupBy(contract.keyColumns().stream().map(name -> col(name)).toArray(Column[]::new))
        .agg(max(struct("_held", "_held_file", "_held_position")).as("_newest"))
        .selectExpr(
            Stream.concat(contract.keyColumns().stream(), Stream.of("_newest.*"))
                .toArray(String[]::new));
  }

  private Dataset<Row> held(Dataset<Row> table, List<Date> days) {
    Optional<Column> day = contract.partition().map(field -> col(field.name()));
    return (day.isPresent() ? table.where(day.get().isin(days.toArray())) : table)
        .select(
            Stream.concat(
                    contract.keyColumns().stream().map(name -> col(name)),
                    Stream.of(
                        col(contract.ordering()).as("_held"),
                        col("_file").as("_held_file"),
                        col("_position").as("_held_position")))
                .toArray(Column[]::new));
  }
}
