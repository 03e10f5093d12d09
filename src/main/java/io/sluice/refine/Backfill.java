package io.sluice.refine;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.sluice.contract.Contract;
import io.sluice.run.RunContext;
import io.sluice.run.RunResult;
import io.sluice.settings.ValidationErrors;
import io.sluice.table.Checkpoint;
import io.sluice.table.LakeTable;
import io.sluice.table.TableTransaction;
import java.sql.Date;
import java.time.LocalDate;
import java.time.Period;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.spark.sql.Column;

/**
 * Reads a source's bronze rows again and makes a range of silver's days anew by today's contract:
 * built beside the live table, compared with it, then swapped in by one commit.
 *
 * <p>The range is built in steps of some days; each step's files are written where silver's are,
 * but no commit names them, and a note of them is kept below {@code _work}, so that a run that died
 * goes on with the step it died in. Rows that silver was given meanwhile are brought in before the
 * swap, so the nightly run and a stream go on. Guarantee: readers see the range as it was or as it
 * is made, never between; a row of the live range that the new one lacks is in quarantine, or the
 * run stops; a backfill that would change nothing commits nothing. Rows of the range that were in
 * quarantine and are valid now are marked as such. Cost: bronze from {@code arrivedFrom} once for
 * each step, and the range of silver once to compare.
 */
public final class Backfill {
  /**
   * What is to be made anew.
   *
   * @param from the first day of the range
   * @param to the last day of the range
   * @param arrivedFrom bronze rows that arrived before are not read; null to read all
   * @param step how many days are built at once
   * @param parallel how many steps are built side by side
   */
  public record Range(LocalDate from, LocalDate to, LocalDate arrivedFrom, int step, int parallel) {
    public Range {
      ValidationErrors errors = new ValidationErrors();
      if (to.isBefore(from)) {
        errors.add("--to " + to, "is before --from " + from);
      }
      if (step < 1) {
        errors.add("--step " + step, "must be 1 or more");
      }
      if (parallel < 1) {
        errors.add("--parallel " + parallel, "must be 1 or more");
      }
      errors.throwIfAny();
    }

    /** The steps' first days. */
    private List<LocalDate> steps() {
      return from.datesUntil(to.plusDays(1), Period.ofDays(step)).toList();
    }

    private LocalDate last(LocalDate first) {
      LocalDate last = first.plusDays(step - 1L);
      return last.isAfter(to) ? to : last;
    }

    /** The same as rows to be made anew. */
    private Extent extent(String day) {
      return new Extent(
          from + "_" + to,
          arrivedFrom + "/" + step,
          steps().stream()
              .map(first -> new Extent.Part(first.toString(), holds(first, last(first), day)))
              .toList(),
          holds(from, to, day),
          Optional.of(new Extent.Days(from, to, day)),
          arrivedFrom,
          parallel);
    }

    /** Whether a row's day lies between two days; false for a row without a day. */
    private static Column holds(LocalDate from, LocalDate to, String day) {
      return coalesce(
          col(day).geq(lit(Date.valueOf(from))).and(col(day).leq(lit(Date.valueOf(to)))),
          lit(false));
    }
  }

  private final RunContext context;
  private final Contract contract;
  private final SilverTable silver;
  private final Range range;
  private final Extent extent;

  public Backfill(RunContext context, String source, Range range) {
    this.context = context;
    this.contract = context.contracts().get(source);
    this.silver = new SilverTable(context, contract);
    this.range = range;
    ValidationErrors errors = new ValidationErrors();
    if (contract.partition().isEmpty()) {
      errors.add("--source " + source, "its table is not kept by day, so it has no range");
    } else if (!silver.table().exists()) {
      errors.add("--source " + source, silver.table().name() + " does not exist; refine it first");
    }
    errors.throwIfAny();
    this.extent = range.extent(contract.partition().get().name());
  }

  /** What a run would read and touch; builds nothing. */
  public String plan() {
    long version = silver.table().checkpoint(Checkpoint.REFINED);
    LakeTable.Size bronze = silver.bronze().size(version);
    TableTransaction.Files live =
        extent.files(TableTransaction.begin(silver.table(), silver.spec()));
    return String.format(
        Locale.ROOT,
        "%s from %s to %s: %d steps of up to %d days, %d side by side.%n"
            + "Each step reads bronze up to version %d: %,d files, %,d bytes%s.%n"
            + "The live range, compared with what is made: %,d files, %,d bytes.",
        silver.table().name(),
        range.from,
        range.to,
        range.steps().size(),
        range.step,
        range.parallel,
        version,
        bronze.files(),
        bronze.bytes(),
        range.arrivedFrom == null
            ? ""
            : ", of these what arrived from " + range.arrivedFrom + " on",
        live.count(),
        live.bytes());
  }

  /** Builds, compares and swaps; then marks what quarantine held of the range. */
  public RunResult run() {
    RunResult published =
        context.run("backfill", contract.id(), new Rebuild(context, silver, extent, 1)::publish);
    new Replay(context, contract.id(), Replay.Selection.of(extent.rows())).run();
    return published;
  }
}
