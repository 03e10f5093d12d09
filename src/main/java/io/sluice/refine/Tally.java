package io.sluice.refine;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat_ws;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.posexplode_outer;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import io.sluice.contract.Contract;
import java.sql.Date;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;

/**
 * What a batch of judged rows holds.
 *
 * @param read its rows
 * @param quarantined those that broke a rule
 * @param reasons how many rows broke each rule, by {@code field/rule}
 * @param days the days of the valid rows, by the contract's partition field; none without one
 * @param examples for each of some reasons, where the first row stands that broke it; asked only
 *     when a batch is stopped or looked at, since it may take a job
 */
record Tally(
    long read,
    long quarantined,
    SortedMap<String, Long> reasons,
    List<Date> days,
    Function<Set<String>, Map<String, Place>> examples) {
  private static final int COMMONEST = 3;

  /** Of no batch. */
  static final Tally NONE = new Tally(0, 0, new TreeMap<>(), List.of(), wanted -> Map.of());

  /** Where a record begins. */
  record Place(String file, long position) {
    @Override
    public String toString() {
      // A name may hold what a terminal or a log would obey.
      return Printable.line(file) + ", position " + position;
    }
  }

  /** The three rules that most rows broke, each with its number of rows and the first of them. */
  String commonest() {
    return String.join("; ", described(reasons.keySet(), COMMONEST));
  }

  /** So many of some rules, those first that most rows broke, each with the place of an example. */
  List<String> described(Set<String> some, int most) {
    List<Map.Entry<String, Long>> first =
        reasons.entrySet().stream()
            .filter(reason -> some.contains(reason.getKey()))
            .sorted(
                Comparator.comparing((Map.Entry<String, Long> reason) -> -reason.getValue())
                    .thenComparing(Map.Entry::getKey))
            .limit(most)
            .toList();
    Map<String, Place> places =
        examples.apply(first.stream().map(Map.Entry::getKey).collect(Collectors.toSet()));
    return first.stream()
        .map(
            reason ->
                String.format(
                    Locale.ROOT,
                    "%s %,d rows%s",
                    reason.getKey(),
                    reason.getValue(),
                    places.containsKey(reason.getKey())
                        ? " (first: " + places.get(reason.getKey()) + ")"
                        : ""))
        .toList();
  }

  /** Counts judged rows; costs one pass over them. */
  static Tally of(Contract contract, Dataset<Row> judged) {
    Column valid = col("_reasons").isNull();
    Column day =
        contract
            .partition()
            .map(field -> when(valid, col(field.name())))
            .orElse(lit(null).cast(DataTypes.DateType));
    List<Row> groups =
        judged
            .select(day.as("day"), valid.as("valid"), posexplode_outer(col("_reasons")))
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
    return new Tally(
        read,
        quarantined,
        reasons,
        days.stream().sorted().toList(),
        wanted -> first(judged, wanted));
  }

  /** Not counted with the rest: Spark would sort the rows for it, and most batches need none. */
  private static Map<String, Place> first(Dataset<Row> judged, Set<String> wanted) {
    Map<String, Place> places = new HashMap<>();
    if (!wanted.isEmpty()) {
      judged
          .where(col("_reasons").isNotNull())
          .select(
              col("_file"),
              coalesce(col("_position"), lit(0L)).as("_position"),
              explode(col("_reasons")).as("why"))
          .withColumn("reason", concat_ws("/", col("why.field"), col("why.rule")))
          .where(col("reason").isin(wanted.toArray()))
          .groupBy("reason")
          .agg(min(struct("_file", "_position")).as("place"))
          .select("reason", "place._file", "place._position")
          .collectAsList()
          .forEach(
              row -> places.put(row.getString(0), new Place(row.getString(1), row.getLong(2))));
    }
    return places;
  }
}
