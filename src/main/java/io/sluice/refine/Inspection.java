package io.sluice.refine;

import static org.apache.spark.sql.functions.array_contains;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;

import io.sluice.contract.Contract;
import io.sluice.lineage.LineageRecorder;
import io.sluice.privacy.Cipher;
import io.sluice.quality.CheckResult;
import io.sluice.run.RowCounts;
import io.sluice.run.RunContext;
import io.sluice.run.RunResult;
import io.sluice.table.Changes;
import io.sluice.table.Checkpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Reads a source's bronze rows that silver has not refined, such as those of a batch that a check
 * has stopped, judges them as a refine would, and tells what it found.
 *
 * <p>Guarantee: silver and quarantine stay as they are; records that are stored encrypted stay
 * closed, unless they are asked for opened, and then a run says so in {@code ops.runs} before they
 * are shown. Cost: the new rows through one shuffle, as a refine's, and a pass for what is shown.
 */
public final class Inspection {
  private final RunContext context;
  private final Contract contract;
  private final SilverTable silver;
  private final int rows;
  private final String reason;

  /** Whether records that are stored encrypted are shown. */
  public enum Records {
    CLOSED,
    OPENED
  }

  /**
   * @param rows how many broken rows are shown, the first by file and position
   * @param reason only rows that broke this, as {@code quantity/range}; null for any
   */
  public Inspection(RunContext context, String source, int rows, String reason) {
    this.context = context;
    this.contract = context.contracts().get(source);
    this.silver = new SilverTable(context, contract);
    this.rows = rows;
    this.reason = reason;
  }

  /** What waits, by number of rows and reason, whether it would be stopped, and broken rows. */
  public List<String> lines(Records records) {
    long handled = silver.table().exists() ? silver.table().checkpoint(Checkpoint.REFINED) : -1;
    Changes news = silver.bronze().news(handled);
    if (news.isEmpty()) {
      return List.of(
          String.format(
              Locale.ROOT,
              "Nothing waits: %s has refined %s up to version %d.",
              silver.table().name(),
              silver.bronze().name(),
              handled));
    }
    Dataset<Row> judged =
        RowJudge.open(context, contract)
            .judged(news.rows(), news.bytes(), LineageRecorder.unused());
    Tally tally = Tally.of(contract, judged);
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "%s has refined %s up to version %d of %d: %,d rows wait, %,d of them valid, %,d broken.",
            silver.table().name(),
            silver.bronze().name(),
            handled,
            news.until(),
            tally.read(),
            tally.read() - tally.quarantined(),
            tally.quarantined()));
    tally
        .described(tally.reasons().keySet(), tally.reasons().size())
        .forEach(described -> lines.add("  " + described));
    lines.add(verdict(tally));
    List<Row> broken = rows == 0 || tally.quarantined() == 0 ? List.of() : broken(judged);
    boolean opens = contract.isProtected() && records == Records.OPENED && !broken.isEmpty();
    if (opens) {
      record(broken.size());
    }
    Cipher cipher = opens ? cipher() : null;
    broken.forEach(row -> lines.addAll(shown(row, cipher)));
    return lines;
  }

  private String verdict(Tally tally) {
    RowCounts rowCounts =
        new RowCounts(tally.read(), tally.read() - tally.quarantined(), tally.quarantined(), 0, 0);
    List<CheckResult> stopping =
        CheckResult.stopping(
            BuiltInChecks.ofNews(contract, rowCounts, tally, QuarantineGate.of(contract)));
    return stopping.isEmpty()
        ? "No limit stops them; sluice refine --dry-run judges the contract's own checks, too."
        : "A refine would stop: "
            + stopping.stream().map(CheckResult::sentence).collect(Collectors.joining("; "))
            + ".";
  }

  private List<Row> broken(Dataset<Row> judged) {
    Column chosen = col("_reasons").isNotNull();
    if (reason != null) {
      Column rules = expr("transform(_reasons, r -> concat(r.field, '/', r.rule))");
      chosen = chosen.and(array_contains(rules, reason));
    }
    return judged
        .where(chosen)
        .orderBy("_file", "_position")
        .limit(rows)
        .select("_file", "_position", "_arrived_at", "_reasons", "_header", "_raw")
        .collectAsList();
  }

  /** Before anything is shown: who has seen a record cannot be made not to have. */
  private void record(int opened) {
    context.run(
        "inspect",
        contract.id(),
        (run, recorder) ->
            new RunResult(
                RowCounts.EMPTY,
                null,
                String.format(
                    Locale.ROOT,
                    "%,d protected records of %s opened for %s",
                    opened,
                    silver.bronze().name(),
                    Printable.line(System.getProperty("user.name", "an unknown user")))));
  }

  private Cipher cipher() {
    return Cipher.of(context.settings().privacyKey().orElseThrow(), contract.id());
  }

  /**
   * @param cipher opens the record; null if it is not stored encrypted, or stays closed
   */
  private List<String> shown(Row row, Cipher cipher) {
    List<String> lines = new ArrayList<>();
    lines.add(
        new Tally.Place(row.getString(0), row.isNullAt(1) ? 0 : row.getLong(1))
            + ", arrived at "
            + row.getTimestamp(2).toInstant());
    for (Row why : row.<Row>getList(3)) {
      lines.add(
          "  "
              + why.getString(0)
              + "/"
              + why.getString(1)
              + ": "
              + Printable.line(why.getString(2)));
    }
    if (contract.isProtected() && cipher == null) {
      lines.add("  (the record is encrypted; --open shows it)");
      return lines;
    }
    if (!row.isNullAt(4)) {
      lines.add("  header: " + Printable.line(row.getString(4)));
    }
    if (!row.isNullAt(5)) {
      byte[] raw = row.getAs(5);
      lines.add("  record: " + Printable.line(cipher == null ? raw : cipher.open(raw)));
    }
    return lines;
  }
}
