package io.sluice.refine;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.posexplode_outer;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import io.sluice.contract.Arrival;
import io.sluice.contract.Contract;
import io.sluice.contract.Field;
import io.sluice.contract.Field.Reference;
import io.sluice.contract.SchemaPolicy;
import io.sluice.engine.ColumnOrigin;
import io.sluice.engine.ReusedShuffle;
import io.sluice.ingest.WriterSchemas;
import io.sluice.lineage.LineageRecorder;
import io.sluice.quality.Check;
import io.sluice.quality.CheckResult;
import io.sluice.quality.CheckRunner;
import io.sluice.run.RowCounts;
import io.sluice.run.RunContext;
import io.sluice.settings.ValidationErrors;
import io.sluice.table.LakeTable;
import io.sluice.table.TableSpec;
import io.sluice.table.TableTransaction;
import io.sluice.table.Upsert;
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
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * A source's silver table, and how rows come into it: what refine, backfill and replay share.
 *
 * <p>Rows are typed and judged by the source's contract, brought together by day and key through
 * one shuffle, counted by day and reason, and written newest version first.
 */
public final class SilverTable {
  /** The name under which silver and quarantine record how far bronze has been handled. */
  public static final String CHECKPOINT = "refine";

  /** Of bronze. A task writes a file for each of the batch's days, so fewer tasks, fewer files. */
  private static final long BYTES_PER_TASK = 256L << 20;

  private final RunContext context;
  private final Contract contract;
  private final Refiner refinement;

  public SilverTable(RunContext context, Contract contract) {
    this.context = context;
    this.contract = contract;
    this.refinement =
        new Refiner(contract, context.settings().privacyKey(), WriterSchemas.of(context, contract));
  }

  public LakeTable table() {
    return context.lake().silver(contract.id());
  }

  public LakeTable bronze() {
    return context.lake().bronze(contract.id());
  }

  public LakeTable quarantine() {
    return context.lake().quarantine(contract.id());
  }

  public StructType schema() {
    return refinement.silverSchema();
  }

  public TableSpec spec() {
    return new TableSpec(
            contract.rowDescription(),
            schema(),
            contract.partition().map(field -> List.of(field.name())).orElse(List.of()),
            contract.statsColumns(),
            Map.of("sluice.contract.version", contract.version()))
        .oftenCommitted(!contract.topics().isEmpty());
  }

  /** What became of a batch's rows, and what the contract's checks say of those accepted. */
  record Resolved(RowCounts rowCounts, List<CheckResult> checkResults) {}

  /** Writes the valid ones of a batch's judged rows into a stage, newest version first. */
  Resolved resolve(TableTransaction silver, Dataset<Row> judged, Tally tally) {
    if (tally.read == tally.quarantined) {
      return new Resolved(new RowCounts(tally.read, 0, tally.quarantined, 0, 0), List.of());
    }
    CheckRunner judge = new CheckRunner(contract.checks());
    Upsert.Outcomes outcomes =
        upsert()
            .stage(
                silver,
                present(silver, tally.days),
                judged.where(col("_reasons").isNull()),
                judge::observe);
    Upsert.Counts counts = outcomes.counts();
    return new Resolved(
        new RowCounts(
            tally.read,
            counts.accepted(),
            tally.quarantined,
            counts.duplicate(),
            counts.superseded()),
        counts.accepted() > 0 ? judge.judge(outcomes::rows) : List.of());
  }

  /** Publishes a stage of the table, and notes in the trace what was written and from what. */
  public long publish(
      TableTransaction silver,
      SaveMode mode,
      RowCounts rowCounts,
      String json,
      LineageRecorder recorder) {
    long version = silver.publish(mode, json);
    recorder.wrote(
        table().path(),
        contract.rowDescription(),
        schema(),
        version,
        rowCounts.accepted(),
        origins());
    return version;
  }

  /** How rows are brought in by key. */
  Upsert upsert() {
    return new Upsert(
        List.of(schema().fieldNames()),
        contract.key().stream().map(Field::name).toList(),
        contract.ordering().name(),
        spread());
  }

  private List<String> spread() {
    return Stream.concat(contract.partition().stream().map(Field::name), Stream.of("_bucket"))
        .toList();
  }

  /** The table's files that may hold rows of some days. */
  private TableTransaction.Files present(TableTransaction silver, List<Date> days) {
    return contract
        .partition()
        .map(field -> silver.files(col(field.name()).isin(days.toArray())))
        .orElseGet(() -> silver.files());
  }

  /**
   * Rows as bronze holds them, judged, each with those of its key and day.
   *
   * @param bytes about how large they are
   */
  Dataset<Row> judged(Dataset<Row> bronze, long bytes, LineageRecorder recorder) {
    int buckets = (int) Math.max(1, bytes / BYTES_PER_TASK);
    int partitions = Math.max(buckets, context.spark().sparkContext().defaultParallelism());
    Dataset<Row> judged =
        refinement
            .apply(bronze, references(recorder))
            .withColumn("_bucket", Refiner.bucket(contract, buckets));
    return ReusedShuffle.by(
        judged, partitions, spread().stream().map(name -> col(name)).toArray(Column[]::new));
  }

  /** Rows of one arrival, judged, each by itself; for a contract without references. */
  public Dataset<Row> judged(Arrival arrival, Dataset<Row> bronze) {
    return refinement.apply(arrival, bronze);
  }

  /**
   * Each field comes from the raw record, by its expression; so do the columns that say where the
   * record stood.
   */
  List<ColumnOrigin> origins() {
    String bronze = bronze().path();
    List<ColumnOrigin> origins = new ArrayList<>();
    for (Field field : contract.fields()) {
      String how =
          contract.arrivals().stream()
              .map(arrival -> arrival.expression(field))
              .distinct()
              .collect(Collectors.joining(" | "));
      origins.add(new ColumnOrigin(field.name(), bronze, "raw", how, field.isProtected()));
    }
    if (contract.schemaPolicy().added() == SchemaPolicy.Added.KEEP) {
      String how = "columns unknown to the contract";
      origins.add(new ColumnOrigin("_extra", bronze, "raw", how, contract.isProtected()));
    }
    for (String column : List.of("file", "position", "arrived_at")) {
      origins.add(new ColumnOrigin("_" + column, bronze, column, "", false));
    }
    return origins;
  }

  private Map<Reference, Dataset<Row>> references(LineageRecorder recorder) {
    Map<Reference, Dataset<Row>> references = new HashMap<>();
    ValidationErrors errors = new ValidationErrors();
    for (Field field : contract.fields()) {
      field
          .reference()
          .ifPresent(
              to -> {
                LakeTable table = context.lake().silver(to.source());
                if (table.exists()) {
                  Dataset<Row> rows = table.read();
                  recorder.reads(table.path(), rows.schema(), table.version());
                  references.put(to, rows.select(col(to.field())));
                } else {
                  errors.add(
                      contract.id() + "." + field.name(),
                      "refers to " + table.name() + ", which does not exist yet; refine it first");
                }
              });
    }
    errors.throwIfAny();
    return references;
  }

  /**
   * What a batch holds: rows, broken rows by {@code field/rule}, and the days of the valid ones.
   */
  public record Tally(
      long read, long quarantined, SortedMap<String, Long> reasons, List<Date> days) {}

  Tally tally(Dataset<Row> rows) {
    Column valid = col("_reasons").isNull();
    Column day =
        contract
            .partition()
            .map(field -> when(valid, col(field.name())))
            .orElse(lit(null).cast(DataTypes.DateType));
    List<Row> groups =
        rows.select(day.as("day"), valid.as("valid"), posexplode_outer(col("_reasons")))
            .groupBy(
                col("day"), col("valid"), col("col.field").as("field"), col("col.rule").as("rule"))
            .agg(
                sum(when(col("pos").isNull().or(col("pos").equalTo(0)), 1L).otherwise(0L)),
                count(lit(1)))
            .collectAsList();
    long read = 0;
    long quarantined = 0;
    SortedMap<String, Long> reasons = new TreeMap<>();
    Set<Date> days = new HashSet<>();
    for (Row group : groups) {
      read += group.getLong(4);
      if (group.getBoolean(1)) {
        if (!group.isNullAt(0)) {
          days.add(group.getDate(0));
        }
      } else {
        quarantined += group.getLong(4);
        reasons.merge(group.getString(2) + "/" + group.getString(3), group.getLong(5), Long::sum);
      }
    }
    return new Tally(read, quarantined, reasons, days.stream().sorted().toList());
  }

  /** The check result on a batch's account. */
  List<CheckResult> balanced(RowCounts rowCounts) {
    return List.of(
        result(
            "every_row_accounted_for",
            "read = accepted + quarantined + duplicate + superseded",
            rowCounts.balances(),
            null,
            rowCounts.toString()));
  }

  /** The check results that every batch has: its account, its share of broken rows, its schema. */
  public List<CheckResult> builtIn(RowCounts rowCounts, Tally tally) {
    double share = rowCounts.read() == 0 ? 0 : (double) rowCounts.quarantined() / rowCounts.read();
    List<CheckResult> checkResults = new ArrayList<>(balanced(rowCounts));
    checkResults.add(
        result(
            "quarantine_limit",
            "share of quarantined rows <= " + contract.quarantineLimit(),
            share <= contract.quarantineLimit(),
            share,
            "reasons by number of rows: " + tally.reasons));
    SchemaPolicy policy = contract.schemaPolicy();
    schema("missing", policy.removed() == SchemaPolicy.Removed.STOP, tally)
        .ifPresent(checkResults::add);
    schema("type", policy.retyped() == SchemaPolicy.Retyped.STOP, tally)
        .ifPresent(checkResults::add);
    schema("added", policy.added() == SchemaPolicy.Added.STOP, tally).ifPresent(checkResults::add);
    return checkResults;
  }

  private static Optional<CheckResult> schema(String rule, boolean stops, Tally tally) {
    List<String> broken =
        tally.reasons.keySet().stream().filter(reason -> reason.endsWith("/" + rule)).toList();
    return stops
        ? Optional.of(
            result(
                "schema_policy_" + rule,
                "no column is " + rule,
                broken.isEmpty(),
                (double) broken.size(),
                "columns: " + broken))
        : Optional.empty();
  }

  private static CheckResult result(
      String name, String rule, boolean passed, Double value, String message) {
    return new CheckResult(
        name,
        Check.Severity.ERROR,
        rule,
        passed ? CheckResult.Outcome.PASSED : CheckResult.Outcome.FAILED,
        value,
        passed ? "" : message);
  }
}
