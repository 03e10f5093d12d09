package io.sluice.demo;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat_ws;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;

import io.sluice.contract.Field;
import io.sluice.mart.Mart;
import io.sluice.mart.Marts;
import io.sluice.run.RunContext;
import io.sluice.table.LakeTable;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Holds a lake against the truth about what landed: rows, sums, reasons and marts, to the row and
 * the cent.
 */
public final class TruthComparison {
  private final RunContext context;
  private final Set<String> together;
  private final List<String> differences = new ArrayList<>();
  private long compared;

  public TruthComparison(RunContext context) {
    this(context, Set.of());
  }

  /**
   * @param together sources of which several days were processed at once: which of a record's
   *     versions count as duplicate or superseded is true of days that were processed one by one
   */
  public TruthComparison(RunContext context, Set<String> together) {
    this.context = context;
    this.together = together;
  }

  /** How many figures have been compared. */
  public long compared() {
    return compared;
  }

  /** Every figure in which lake and truth differ. */
  public List<String> differences(Map<String, Truth> truth) {
    truth.forEach(
        (source, expected) -> {
          ingest(source, expected);
          silver(source, expected);
          quarantine(source, expected);
          expected.gold.forEach(
              (mart, columns) -> columns.forEach((column, groups) -> gold(mart, column, groups)));
        });
    return List.copyOf(differences);
  }

  /**
   * Every figure in which the lake and the truth about records differ that came by topics, in
   * batches cut anywhere: no files, no marts, and no account of versions that came and went.
   */
  public List<String> differencesOfTopics(Map<String, Truth> truth) {
    truth.forEach(
        (source, expected) -> {
          equal(
              source + ": records", expected.records, context.lake().bronze(source).read().count());
          silver(source, expected);
          quarantine(source, expected);
        });
    return List.copyOf(differences);
  }

  private void equal(String what, Object expected, Object found) {
    compared++;
    boolean same =
        expected instanceof BigDecimal a && found instanceof BigDecimal b
            ? a.compareTo(b) == 0
            : Objects.equals(expected, found);
    if (!same) {
      differences.add(what + ": " + expected + " expected, " + found + " found");
    }
  }

  private void ingest(String source, Truth expected) {
    Dataset<Row> files = context.lake().ops("files").read().where(col("source").equalTo(source));
    Dataset<Row> ingested = files.where("outcome = 'ingested'");
    equal(source + ": files", expected.files, ingested.count());
    equal(source + ": records", expected.records, ingested.agg(sum("records")).first().getLong(0));
    SortedSet<String> unreadable = new TreeSet<>();
    files
        .where("outcome = 'quarantined'")
        .select("file")
        .collectAsList()
        .forEach(row -> unreadable.add(row.getString(0)));
    equal(
        source + ": unreadable files",
        new TreeSet<>(expected.unreadableFiles.keySet()),
        unreadable);
    if (together.contains(source)) {
      return;
    }
    Row outcomes =
        context
            .lake()
            .ops("runs")
            .read()
            .where(col("command").equalTo("refine").and(col("subject").equalTo(source)))
            .agg(sum("rows_duplicate"), sum("rows_superseded"), sum("rows_removed"))
            .first();
    equal(source + ": duplicates", expected.duplicates, outcomes.getLong(0));
    equal(source + ": superseded", expected.superseded, outcomes.getLong(1));
    equal(source + ": removed", expected.removed, outcomes.getLong(2));
  }

  private void silver(String source, Truth expected) {
    LakeTable silver = context.lake().silver(source);
    Column day =
        context
            .contracts()
            .get(source)
            .partition()
            .map(Field::name)
            .map(name -> col(name).cast("string"))
            .orElse(lit(""));
    SortedMap<String, Object> rows = new TreeMap<>();
    silver
        .read()
        .groupBy(day.as("day"))
        .agg(count(lit(1)))
        .collectAsList()
        .forEach(row -> rows.put(row.getString(0), row.getLong(1)));
    equal("silver." + source + ": rows", new TreeMap<>(expected.rows), rows);
    expected.sums.forEach(
        (column, byDay) ->
            same(
                "silver." + source + ": sum of " + column,
                byDay,
                silver.read().groupBy(day.as("group")).agg(sum(col(column)).as("value"))));
  }

  private void same(String what, SortedMap<String, BigDecimal> expected, Dataset<Row> found) {
    SortedMap<String, BigDecimal> values = new TreeMap<>();
    found
        .select(col("group"), col("value").cast("decimal(38,12)"))
        .collectAsList()
        .forEach(row -> values.put(row.getString(0), row.getDecimal(1)));
    SortedSet<String> groups = new TreeSet<>(expected.keySet());
    groups.addAll(values.keySet());
    groups.forEach(group -> equal(what + " for " + group, expected.get(group), values.get(group)));
  }

  private void quarantine(String source, Truth expected) {
    LakeTable quarantine = context.lake().quarantine(source);
    SortedMap<String, Long> reasons = new TreeMap<>();
    if (quarantine.exists()) {
      quarantine
          .read()
          .select(explode(col("reasons")).as("reason"))
          .groupBy(concat_ws("/", col("reason.field"), col("reason.rule")))
          .count()
          .collectAsList()
          .forEach(row -> reasons.put(row.getString(0), row.getLong(1)));
    }
    equal("quarantine." + source, new TreeMap<>(expected.quarantined), reasons);
  }

  private void gold(String name, String column, SortedMap<String, BigDecimal> groups) {
    Mart mart = Marts.get(name, context.contracts());
    Column[] key = mart.key().stream().map(part -> col(part).cast("string")).toArray(Column[]::new);
    same(
        "gold." + name + ": " + column,
        groups,
        context
            .lake()
            .gold(name)
            .read()
            .select(concat_ws("|", key).as("group"), col(column).as("value")));
  }
}
