package io.sluice.model;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.xxhash64;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;

/**
 * Reads the values of the numbers among a model's inputs, and of its score, from a sample of the
 * rows: the same sample whenever the rows are the same. Cost: up to 200,000 rows are collected.
 */
final class InputSample {
  private static final int LARGEST = 200_000;

  private InputSample() {}

  /** The inputs that are numbers. */
  static List<String> numbers(Model model, Dataset<Row> rows) {
    return model.inputs().stream()
        .filter(name -> rows.schema().apply(name).dataType().equals(DataTypes.DoubleType))
        .toList();
  }

  /**
   * The sample's values by column.
   *
   * @param scored rows with the model's key, its inputs and {@code score}
   */
  static SortedMap<String, double[]> columns(Model model, Dataset<Row> scored) {
    Column[] key = model.key().stream().map(name -> col(name)).toArray(Column[]::new);
    List<String> names =
        Stream.concat(numbers(model, scored).stream(), Stream.of("score")).toList();
    List<Row> sample =
        scored
            .orderBy(xxhash64(key))
            .limit(LARGEST)
            .select(names.stream().map(name -> col(name)).toArray(Column[]::new))
            .collectAsList();
    SortedMap<String, double[]> columns = new TreeMap<>();
    for (int i = 0; i < names.size(); i++) {
      int at = i;
      columns.put(names.get(i), sample.stream().mapToDouble(row -> row.getDouble(at)).toArray());
    }
    return columns;
  }

  /** How the sample's values are spread, by column. */
  static SortedMap<String, Distribution> spread(Model model, Dataset<Row> scored) {
    SortedMap<String, Distribution> spread = new TreeMap<>();
    columns(model, scored).forEach((name, values) -> spread.put(name, Distribution.of(values)));
    return spread;
  }
}
