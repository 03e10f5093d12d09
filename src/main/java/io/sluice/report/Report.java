package io.sluice.report;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.row_number;

import io.sluice.contract.Arrival;
import io.sluice.contract.Contract;
import io.sluice.contract.Field;
import io.sluice.mart.Marts;
import io.sluice.model.GatePolicy;
import io.sluice.quality.Check;
import io.sluice.run.Build;
import io.sluice.run.RowCounts;
import io.sluice.run.Run;
import io.sluice.run.RunContext;
import io.sluice.table.Checkpoint;
import io.sluice.table.Lake;
import io.sluice.table.LakeTable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;

/**
 * Reads the lake's account of itself ({@code ops}), its quarantine and every table's log, and
 * writes one HTML page for people to look at.
 *
 * <p>Guarantee: it changes nothing in the lake, and the page holds no record of a source with
 * restricted or confidential fields. Cost: {@code ops} and quarantine once, and of the other tables
 * the logs and the files' footers, whence their rows by partition.
 */
public final class Report {
  private static final int RUNS = 200;
  private static final int POINTS = 60;
  private static final int SAMPLES = 3;
  private static final int UNREAD_FILES = 200;

  /** No character takes more bytes than four, and the page shows 200. */
  private static final int RAW_BYTES = 800;

  private final RunContext context;
  private final Map<String, SortedMap<String, String>> atBest;
  private final Clock clock;

  public Report(RunContext context) {
    this(context, Map.of());
  }

  /**
   * @param atBest what no model of the data can exceed, by model, then by what is measured; known
   *     of generated data only
   */
  public Report(RunContext context, Map<String, SortedMap<String, String>> atBest) {
    this.context = context;
    this.atBest = atBest;
    this.clock = Clock.systemUTC();
  }

  /** Writes the page, over whatever was there. */
  public void write(Path file) {
    context.spark().sparkContext().setJobGroup("report", "report", false);
    try {
      String html = page().html();
      if (file.toAbsolutePath().getParent() != null) {
        Files.createDirectories(file.toAbsolutePath().getParent());
      }
      Files.writeString(file, html);
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be written: " + e.getMessage(), e);
    } finally {
      context.spark().sparkContext().clearJobGroup();
    }
  }

  private ReportPage page() {
    List<ReportPage.PastRun> runs = runs();
    Map<String, Instant> newest = newestFiles();
    return new ReportPage(
        context.settings().environment(),
        Build.VERSION,
        clock.instant(),
        context.contracts().inOrder().stream()
            .map(contract -> source(contract, runs, newest.get(contract.id())))
            .toList(),
        Marts.of(context.contracts()).stream()
            .map(mart -> new ReportPage.Gold(mart.name(), mart.reads()))
            .toList(),
        runs.subList(0, Math.min(RUNS, runs.size())),
        runs.size(),
        latest(runs),
        unreadFiles(),
        checks(),
        tables(),
        new ReportModels(context, atBest).all(latest(runs)),
        GatePolicy.DRIFT_ALARM);
  }

  private static List<Row> rows(LakeTable table, UnaryOperator<Dataset<Row>> query) {
    return table.exists() ? query.apply(table.read()).collectAsList() : List.of();
  }

  // Runs, files and checks, as ops keeps them.

  /** Every run there was, newest first. */
  private List<ReportPage.PastRun> runs() {
    return rows(
            context.lake().ops("runs"),
            runs -> runs.orderBy(col("started_at").desc(), col("finished_at").desc()))
        .stream()
        .map(Report::pastRun)
        .toList();
  }

  private static ReportPage.PastRun pastRun(Row row) {
    return new ReportPage.PastRun(
        new Run(
            row.getAs("run_id"),
            row.getAs("command"),
            row.getAs("subject"),
            instant(row, "started_at")),
        instant(row, "finished_at"),
        Run.Outcome.valueOf(upper(row, "outcome")),
        rowCounts(row),
        row.getAs("version"),
        row.getAs("message"));
  }

  /** The newest run of each command and subject. */
  private static List<ReportPage.PastRun> latest(List<ReportPage.PastRun> newestFirst) {
    Map<List<String>, ReportPage.PastRun> latest = new LinkedHashMap<>();
    for (ReportPage.PastRun past : newestFirst) {
      latest.putIfAbsent(List.of(past.run().command(), past.run().subject()), past);
    }
    return List.copyOf(latest.values());
  }

  private static String upper(Row row, String column) {
    return row.<String>getAs(column).toUpperCase(Locale.ROOT);
  }

  private static RowCounts rowCounts(Row row) {
    return new RowCounts(
        row.<Long>getAs("rows_read"),
        row.<Long>getAs("rows_accepted"),
        row.<Long>getAs("rows_quarantined"),
        row.<Long>getAs("rows_duplicate"),
        row.<Long>getAs("rows_superseded"));
  }

  private static Instant instant(Row row, String column) {
    return row.<java.sql.Timestamp>getAs(column).toInstant();
  }

  private Map<String, Instant> newestFiles() {
    return rows(
            context.lake().ops("files"),
            files ->
                files
                    .where("outcome = 'ingested'")
                    .groupBy("source")
                    .agg(max("modified_at").as("modified_at")))
        .stream()
        .collect(Collectors.toMap(row -> row.getAs("source"), row -> instant(row, "modified_at")));
  }

  private List<ReportPage.UnreadFile> unreadFiles() {
    return rows(
            context.lake().ops("files"),
            files ->
                files
                    .groupBy("source", "file")
                    .agg(expr("max_by(struct(*), modified_at)").as("newest"))
                    .select("newest.*")
                    .where("outcome = 'quarantined'")
                    .orderBy(col("modified_at").desc(), col("file"))
                    .limit(UNREAD_FILES))
        .stream()
        .map(
            row ->
                new ReportPage.UnreadFile(
                    row.getAs("source"),
                    row.getAs("file"),
                    instant(row, "modified_at"),
                    row.<Long>getAs("bytes"),
                    row.getAs("problem")))
        .toList();
  }

  private List<ReportPage.CheckHistory> checks() {
    List<Row> checkResults =
        rows(
            context.lake().ops("check_results"),
            all ->
                all.withColumn(
                        "_nth",
                        row_number()
                            .over(
                                Window.partitionBy("table", "check")
                                    .orderBy(col("judged_at").desc(), col("run_id"))))
                    .where(col("_nth").leq(POINTS))
                    .orderBy(col("table"), col("check"), col("_nth").desc()));
    Map<List<String>, List<Row>> byCheck =
        checkResults.stream()
            .collect(
                Collectors.groupingBy(
                    row -> List.of(row.getAs("table"), row.getAs("check")),
                    LinkedHashMap::new,
                    Collectors.toList()));
    List<ReportPage.CheckHistory> checks = new ArrayList<>();
    byCheck.forEach(
        (check, rows) -> {
          Row last = rows.get(rows.size() - 1);
          checks.add(
              new ReportPage.CheckHistory(
                  check.get(0),
                  check.get(1),
                  Check.Severity.valueOf(upper(last, "severity")),
                  last.getAs("rule"),
                  rows.stream().map(Report::point).toList()));
        });
    return checks;
  }

  private static ReportPage.Point point(Row row) {
    return new ReportPage.Point(
        instant(row, "judged_at"),
        row.getAs("outcome").equals("passed"),
        row.getAs("value"),
        row.getAs("message"));
  }

  // Sources and what is in their quarantine.

  private ReportPage.Source source(
      Contract contract, List<ReportPage.PastRun> runs, Instant newestFile) {
    List<ReportPage.PastRun> refined =
        runs.stream()
            .filter(past -> past.run().command().equals("refine"))
            .filter(past -> past.run().subject().equals(contract.id()))
            .toList();
    Optional<String> hidden = hidden(contract);
    return new ReportPage.Source(
        contract.id(),
        contract.title(),
        contract.arrivals().stream().map(Arrival::place).distinct().toList(),
        contract.references(),
        refined.stream()
            .map(ReportPage.PastRun::rowCounts)
            .reduce(RowCounts.EMPTY, RowCounts::plus),
        refined.stream()
            .filter(past -> past.outcome() == Run.Outcome.DONE)
            .findFirst()
            .orElse(null),
        waiting(contract),
        contract.frequency(),
        newestFile,
        hidden.orElse(null),
        reasons(contract, hidden));
  }

  /** Why the records of a source are not to be shown; empty if they may be. */
  private static Optional<String> hidden(Contract contract) {
    Map<String, List<String>> fields =
        contract.fields().stream()
            .filter(
                field ->
                    field.isProtected()
                        || field.classification().equals("restricted")
                        || field.classification().equals("confidential"))
            .collect(
                Collectors.groupingBy(
                    field -> field.isProtected() ? "restricted" : field.classification(),
                    TreeMap::new,
                    Collectors.mapping(Field::name, Collectors.toList())));
    return fields.isEmpty()
        ? Optional.empty()
        : Optional.of(
            fields.entrySet().stream()
                .map(
                    entry ->
                        String.join(", ", entry.getValue())
                            + (entry.getValue().size() == 1 ? " is " : " are ")
                            + entry.getKey())
                .collect(Collectors.joining("; ")));
  }

  /**
   * How many bronze rows refine has not handled; null if bronze's log does not reach back that far.
   */
  private Long waiting(Contract contract) {
    LakeTable bronze = context.lake().bronze(contract.id());
    if (!bronze.exists()) {
      return 0L;
    }
    try {
      return bronze.changes(handled(contract)).rows().count();
    } catch (IllegalStateException e) {
      return null;
    }
  }

  private long handled(Contract contract) {
    LakeTable silver = context.lake().silver(contract.id());
    return silver.exists() ? silver.checkpoint(Checkpoint.REFINED) : -1;
  }

  /** Every reason with some of its rows; rows of a refine run that has not ended do not count. */
  private List<ReportPage.Reason> reasons(Contract contract, Optional<String> hidden) {
    Column raw =
        hidden.isPresent()
            ? lit(null).cast(DataTypes.BinaryType)
            : expr("substring(raw, 1, " + RAW_BYTES + ")");
    List<Row> samples =
        rows(
            context.lake().quarantine(contract.id()),
            quarantine ->
                quarantine
                    .where(col("batch").leq(handled(contract)))
                    .select(
                        explode(col("reasons")).as("reason"),
                        col("reasons"),
                        col("file"),
                        col("position"),
                        col("arrived_at"),
                        raw.as("raw"))
                    .select(
                        coalesce(col("reason.field"), lit("")).as("field"),
                        col("reason.rule").as("rule"),
                        col("reasons"),
                        col("file"),
                        col("position"),
                        col("arrived_at"),
                        col("raw"))
                    .withColumn("rows", count(lit(1)).over(Window.partitionBy("field", "rule")))
                    .withColumn(
                        "nth",
                        row_number()
                            .over(
                                Window.partitionBy("field", "rule")
                                    .orderBy(
                                        col("arrived_at").desc(), col("file"), col("position"))))
                    .where(col("nth").leq(SAMPLES))
                    .orderBy(col("rows").desc(), col("field"), col("rule"), col("nth")));
    Map<List<Object>, List<Row>> byReason =
        samples.stream()
            .collect(
                Collectors.groupingBy(
                    row -> List.of(row.getAs("field"), row.getAs("rule"), row.getAs("rows")),
                    LinkedHashMap::new,
                    Collectors.toList()));
    List<ReportPage.Reason> reasons = new ArrayList<>();
    byReason.forEach(
        (reason, rows) ->
            reasons.add(
                new ReportPage.Reason(
                    (String) reason.get(0),
                    (String) reason.get(1),
                    (Long) reason.get(2),
                    rows.stream().map(row -> sample(row, hidden)).toList())));
    return reasons;
  }

  private static ReportPage.Sample sample(Row row, Optional<String> hidden) {
    byte[] raw = row.getAs("raw");
    List<Row> reasons = row.getList(row.fieldIndex("reasons"));
    return new ReportPage.Sample(
        row.getAs("file"),
        row.<Long>getAs("position"),
        reasons.stream().map(reason -> text(reason, hidden)).toList(),
        raw == null ? null : new String(raw, StandardCharsets.UTF_8));
  }

  /**
   * A reason in words; a message may quote a file's header or a key, so it is left out where
   * records are hidden.
   */
  private static String text(Row reason, Optional<String> hidden) {
    String field = reason.isNullAt(0) ? "" : reason.getString(0);
    String name = (field.isEmpty() ? "" : field + ": ") + reason.getString(1);
    return hidden.isPresent() || reason.isNullAt(2)
        ? name
        : name + " (" + reason.getString(2) + ")";
  }

  // Tables.

  private List<ReportPage.TableState> tables() {
    return Lake.LAYERS.stream()
        .filter(layer -> !layer.equals("ops"))
        .flatMap(layer -> context.lake().tables(layer).stream().map(name -> table(layer, name)))
        .toList();
  }

  private ReportPage.TableState table(String layer, String name) {
    LakeTable table = context.lake().table(layer, name);
    Row detail =
        context
            .spark()
            .sql("DESCRIBE DETAIL delta.`" + table.path().replace("`", "``") + "`")
            .head();
    List<String> partitionedBy = detail.getList(detail.fieldIndex("partitionColumns"));
    Dataset<Row> rows = table.read();
    Column part =
        partitionedBy.isEmpty()
            ? lit("")
            : coalesce(col(partitionedBy.get(0)).cast(DataTypes.StringType), lit("none"));
    List<ReportPage.Part> parts =
        rows.groupBy(part.as("part")).count().orderBy("part").collectAsList().stream()
            .map(row -> new ReportPage.Part(row.getString(0), row.getLong(1)))
            .toList();
    return new ReportPage.TableState(
        layer,
        name,
        Optional.ofNullable(detail.<String>getAs("description")).orElse(""),
        table.version(),
        detail.<Long>getAs("sizeInBytes"),
        partitionedBy.isEmpty() ? null : partitionedBy.get(0),
        parts,
        Stream.of(rows.schema().fields()).map(Report::column).toList());
  }

  private static ReportPage.Column column(StructField field) {
    return new ReportPage.Column(
        field.name(),
        field.dataType().simpleString(),
        field.getComment().isDefined() ? field.getComment().get() : "");
  }
}
