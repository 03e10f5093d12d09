package io.sluice.report;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.row_number;

import io.sluice.contract.Arrival;
import io.sluice.contract.Contract;
import io.sluice.contract.Field;
import io.sluice.run.RowCounts;
import io.sluice.table.Checkpoint;
import io.sluice.table.Lake;
import io.sluice.table.LakeTable;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.types.DataTypes;

/**
 * Reads of each source how far refine has got and what is in its quarantine.
 *
 * <p>Guarantee: no record of a source with restricted or confidential fields leaves the lake, nor a
 * message that could quote one. Cost: a source's quarantine once, of which at most {@value
 * #SAMPLES} rows a reason come into the driver, and a count of the bronze rows that wait.
 */
record ReportSources(Lake lake, ReportRuns runs, Map<String, Instant> newestFiles) {
  private static final int SAMPLES = 3;

  /** No character takes more bytes than four, and the page shows 200. */
  private static final int RAW_BYTES = 800;

  ReportPage.Source source(Contract contract) {
    Optional<ReportRuns.Subject> refined = runs.of("refine", contract.id());
    Optional<String> hidden = hidden(contract);
    return new ReportPage.Source(
        contract.id(),
        contract.title(),
        contract.arrivals().stream().map(Arrival::place).distinct().toList(),
        contract.parents(),
        refined.map(ReportRuns.Subject::rowCounts).orElse(RowCounts.EMPTY),
        refined.map(ReportRuns.Subject::published).orElse(null),
        waiting(contract),
        contract.frequency(),
        newestFiles.get(contract.id()),
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
    LakeTable bronze = lake.bronze(contract.id());
    if (!bronze.exists()) {
      return 0L;
    }
    try {
      return bronze.news(handled(contract)).rows().count();
    } catch (IllegalStateException e) {
      return null;
    }
  }

  private long handled(Contract contract) {
    LakeTable silver = lake.silver(contract.id());
    return silver.exists() ? silver.checkpoint(Checkpoint.REFINED) : -1;
  }

  /** Every reason with some of its rows; rows of a refine run that has not ended do not count. */
  private List<ReportPage.Reason> reasons(Contract contract, Optional<String> hidden) {
    Column raw =
        hidden.isPresent()
            ? lit(null).cast(DataTypes.BinaryType)
            : expr("substring(raw, 1, " + RAW_BYTES + ")");
    LakeTable quarantine = lake.quarantine(contract.id());
    if (!quarantine.exists()) {
      return List.of();
    }
    List<Row> samples =
        quarantine
            .read()
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
                            .orderBy(col("arrived_at").desc(), col("file"), col("position"))))
            .where(col("nth").leq(SAMPLES))
            .orderBy(col("rows").desc(), col("field"), col("rule"), col("nth"))
            .collectAsList();
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
}
