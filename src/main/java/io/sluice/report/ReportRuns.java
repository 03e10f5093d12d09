package io.sluice.report;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;

import io.sluice.report.ReportPage.PastRun;
import io.sluice.run.RowCounts;
import io.sluice.run.Run;
import io.sluice.table.LakeTable;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Reads {@code ops.runs}: the newest runs one by one, and of all there ever were a row for each
 * command and subject.
 *
 * <p>Cost: one aggregation over the table, and one look at the files of the days shown. What comes
 * into the driver grows with commands, subjects and days, not with history.
 */
record ReportRuns(List<PastRun> newest, List<Subject> subjects) {
  private static final int RUNS = 200;
  private static final String CONFLICT = "rows_conflict";
  private static final String DELETED = "rows_deleted";
  private static final String REMOVED = "rows_removed";
  private static final List<String> COUNTS =
      List.of(
          "rows_read",
          "rows_accepted",
          "rows_quarantined",
          "rows_duplicate",
          "rows_superseded",
          DELETED,
          CONFLICT,
          REMOVED);
  private static final Comparator<PastRun> NEWEST_FIRST =
      Comparator.comparing((PastRun past) -> past.run().startedAt())
          .thenComparing(PastRun::finishedAt)
          .reversed();

  /**
   * All runs of a command over a subject.
   *
   * @param rowCounts what became of the rows of all of them
   * @param published the newest that was not stopped and did not crash; null if there is none
   */
  record Subject(long runs, RowCounts rowCounts, PastRun newest, PastRun published) {}

  /**
   * @param since when the oldest run began that may be shown by itself
   */
  static ReportRuns read(LakeTable runs, Instant since) {
    if (!runs.exists()) {
      return new ReportRuns(List.of(), List.of());
    }
    Dataset<Row> rows = runs.read();
    for (String later : List.of(CONFLICT, DELETED, REMOVED)) {
      if (!List.of(rows.columns()).contains(later)) {
        // A lake in which no run has ended since these are counted.
        rows = rows.withColumn(later, lit(0L));
      }
    }
    return new ReportRuns(newest(rows, since), subjects(rows));
  }

  private static List<PastRun> newest(Dataset<Row> runs, Instant since) {
    return runs
        .where(col("started_at").geq(lit(Timestamp.from(since))))
        .orderBy(col("started_at").desc(), col("finished_at").desc())
        .limit(RUNS)
        .collectAsList()
        .stream()
        .map(ReportRuns::pastRun)
        .toList();
  }

  private static List<Subject> subjects(Dataset<Row> runs) {
    Column[] sums =
        Stream.concat(
                COUNTS.stream().map(name -> coalesce(sum(name), lit(0L)).as(name)),
                Stream.of(
                    expr("max_by(struct(*), struct(started_at, finished_at))").as("newest"),
                    expr("max_by(struct(*), struct(started_at, finished_at))"
                            + " FILTER (WHERE outcome = 'done')")
                        .as("published")))
            .toArray(Column[]::new);
    return runs
        .groupBy("command", "subject")
        .agg(count(lit(1)).as("runs"), sums)
        .collectAsList()
        .stream()
        .map(ReportRuns::subject)
        .sorted(Comparator.comparing(Subject::newest, NEWEST_FIRST))
        .toList();
  }

  private static Subject subject(Row row) {
    Row published = row.getAs("published");
    return new Subject(
        row.<Long>getAs("runs"),
        rowCounts(row),
        pastRun(row.getAs("newest")),
        published == null ? null : pastRun(published));
  }

  private static PastRun pastRun(Row row) {
    return new PastRun(
        new Run(
            row.getAs("run_id"),
            row.getAs("command"),
            row.getAs("subject"),
            row.<Timestamp>getAs("started_at").toInstant()),
        row.<Timestamp>getAs("finished_at").toInstant(),
        Run.Outcome.valueOf(row.<String>getAs("outcome").toUpperCase(Locale.ROOT)),
        rowCounts(row),
        row.getAs("version"),
        row.getAs("message"));
  }

  private static RowCounts rowCounts(Row row) {
    List<Long> counts =
        COUNTS.stream().map(name -> row.<Long>getAs(name)).map(n -> n == null ? 0 : n).toList();
    return new RowCounts(
        counts.get(0),
        counts.get(1),
        counts.get(2),
        counts.get(3),
        counts.get(4),
        counts.get(5),
        counts.get(6),
        counts.get(7));
  }

  /** How many runs there ever were. */
  long runs() {
    return subjects.stream().mapToLong(Subject::runs).sum();
  }

  /** The newest run of each command and subject, newest first. */
  List<PastRun> latest() {
    return subjects.stream().map(Subject::newest).toList();
  }

  /** All runs of a command over a subject, if there were any. */
  Optional<Subject> of(String command, String subject) {
    return subjects.stream()
        .filter(all -> all.newest().run().command().equals(command))
        .filter(all -> all.newest().run().subject().equals(subject))
        .findFirst();
  }
}
