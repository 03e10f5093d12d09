package io.sluice.refine;

import io.sluice.contract.Contract;
import io.sluice.engine.Scala;
import io.sluice.ingest.Bronze;
import io.sluice.lineage.LineageRecorder;
import io.sluice.quality.CheckResult;
import io.sluice.quality.CheckRunner;
import io.sluice.run.RowCounts;
import io.sluice.run.Run;
import io.sluice.run.RunContext;
import io.sluice.run.RunResult;
import io.sluice.table.Comparison;
import io.sluice.table.Reshaping;
import io.sluice.table.TableTransaction;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads bronze again and makes rows of silver anew by today's contract: built beside the live
 * table, compared with it, then swapped in by one commit. What {@link Backfill} does with some days
 * and {@link Migrate} with all of a table, whose columns may be others then.
 *
 * <p>The rows are built in parts; each part's files are written where silver's are, but no commit
 * names them, and a note of them is kept below {@code _work}, so that a run that died goes on with
 * the part it died in. Rows that silver was given meanwhile are brought in before the swap.
 * Guarantee: readers see the rows as they were or as they are made, never between; a live row that
 * is not made again is in quarantine, or the run stops; what would change nothing commits nothing.
 */
final class Rebuild {
  private static final Logger LOG = LoggerFactory.getLogger("sluice");
  private static final List<String> ORIGIN = List.of("_file", "_position", "_arrived_at");

  private final RunContext context;
  private final SilverTable silver;
  private final Contract contract;
  private final Extent extent;
  private final double mayLeave;

  /**
   * @param mayLeave the share of the live rows that may leave silver for quarantine, from 0 to 1;
   *     read if all rows are made anew
   */
  Rebuild(RunContext context, SilverTable silver, Extent extent, double mayLeave) {
    this.context = context;
    this.silver = silver;
    this.contract = silver.contract();
    this.extent = extent;
    this.mayLeave = mayLeave;
  }

  /** Builds, compares and swaps. */
  RunResult publish(Run run, LineageRecorder recorder) {
    context.lake().create(silver.quarantine(), Quarantine.spec(contract));
    BackfillBuild build = BackfillBuild.open(context, silver, extent);
    build.build(run);
    recorder.reads(silver.bronze().path(), Bronze.schema(), build.built());
    RefineCommit commit = RefineCommit.begin(context, silver, extent);
    TableTransaction.Files live = extent.files(commit.table());
    RowCounts rowCounts = build.adopt(commit.table(), recorder);
    Dataset<Row> made = commit.table().staged();
    Rows rows = rows(live.rows(), made);
    Comparison difference = Comparison.of(rows.live, rows.made, rows.key, ORIGIN);
    LOG.info("{} {}: {}", run.command(), contract.id(), difference);
    boolean isReshaping = extent.isAll() && Reshaping.isReshaping(commit.table(), silver.spec());
    if (difference.isEmpty() && !isReshaping) {
      History.of(context, silver).ifPresent(history -> history.rebuild(run, recorder, extent));
      build.clear();
      return RunResult.NOTHING_NEW;
    }
    build.adoptBroken(commit.quarantine());
    List<CheckResult> more = new ArrayList<>();
    more.add(
        explained(
            rows.live.join(rows.made, Scala.seq(rows.key), "left_anti"), commit.quarantine()));
    if (extent.isAll()) {
      more.add(leaving(difference, rows.live));
    }
    commit.table().remove(live);
    RunResult result =
        commit.publishRange(
            run,
            recorder,
            new Staged(rowCounts, Tally.NONE, checked(rowCounts, made)),
            build.built(),
            more);
    // Versions that silver does not hold any more may be others by today's contract.
    History.of(context, silver).ifPresent(history -> history.rebuild(run, recorder, extent));
    build.clear();
    return result;
  }

  /**
   * Live rows and rows made anew, to be compared.
   *
   * @param key the columns by which they are told apart
   */
  private record Rows(Dataset<Row> live, Dataset<Row> made, List<String> key) {}

  private Rows rows(Dataset<Row> live, Dataset<Row> made) {
    if (!extent.isAll()) {
      return new Rows(live, made, contract.keyColumns());
    }
    ColumnMapping mapping = ColumnMapping.of(live.schema(), silver.spec());
    // A row without a part of today's key is told from others by where it stood.
    return new Rows(
        mapping.live(live),
        mapping.made(made),
        mapping.has(contract.keyColumns()) ? contract.keyColumns() : ORIGIN);
  }

  private List<CheckResult> checked(RowCounts rowCounts, Dataset<Row> made) {
    if (rowCounts.accepted() == 0) {
      return List.of();
    }
    CheckRunner checks = new CheckRunner(contract.checks());
    checks.observe(made).write().format("noop").mode(SaveMode.Overwrite).save();
    return checks.judge(() -> made);
  }

  /** Each live row that is not made again has to be in quarantine now, or it would be lost. */
  private CheckResult explained(Dataset<Row> removed, TableTransaction quarantine) {
    Dataset<Row> known =
        silver
            .quarantine()
            .read()
            .select("file", "position")
            .union(quarantine.staged().select("file", "position"))
            .toDF("_file", "_position");
    long lost = removed.join(known, Scala.seq(List.of("_file", "_position")), "left_anti").count();
    return BuiltInChecks.error(
        "no_row_lost",
        "each row that leaves silver is in quarantine",
        lost == 0,
        (double) lost,
        lost
            + " live rows are not among those made anew, nor in quarantine;"
            + (extent.isAll()
                ? " are they gone from bronze?"
                : " did they arrive before --arrived-from, or has their day changed?"));
  }

  /** That no more rows leave silver than whoever runs the command has said. */
  private CheckResult leaving(Comparison difference, Dataset<Row> live) {
    long rows = difference.removed() == 0 ? 0 : live.count();
    return BuiltInChecks.error(
        "rows_leaving",
        "share of silver's rows that leave it <= " + mayLeave,
        difference.removed() <= mayLeave * rows,
        (double) difference.removed(),
        () ->
            String.format(
                Locale.ROOT,
                "%,d of %,d live rows are none by today's contract and would go to quarantine. Mend"
                    + " the contract, so that it reads what bronze holds (sluice inspect --source %s"
                    + " shows it), or let them go by --quarantine-limit",
                difference.removed(),
                rows,
                contract.id()));
  }
}
