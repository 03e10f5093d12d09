package io.sluice.model;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.date_sub;
import static org.apache.spark.sql.functions.last;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.when;

import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;

/**
 * Joins rows with what was known of an entity before their day, and never with anything later.
 *
 * <p>Of the history's rows of the entity the newest one whose day is before the row's day, and not
 * more than so many days before it, is taken; a row of the same day is not, for it was known only
 * when that day closed. Every row comes back once. Cost: one shuffle of both by entity, no range
 * join.
 */
public final class AsOf {
  private AsOf() {}

  /**
   * What was known of entities, day by day.
   *
   * @param rows a row for each entity and day of which something was known
   * @param day their DATE column: by the end of which a row was known
   * @param entity the column that names the entity, here and in what is joined
   * @param days how long a row counts, in days after its own
   * @param columns what is taken from a row
   */
  public record History(
      Dataset<Row> rows, String day, String entity, int days, List<String> columns) {}

  /**
   * Gives the rows with the history's columns, null where there is nothing.
   *
   * @param day the rows' DATE column
   */
  public static Dataset<Row> join(Dataset<Row> rows, String day, History history) {
    Dataset<Row> past = history.rows();
    List<String> columns = history.columns();
    String entity = history.entity();
    Column[] known = columns.stream().map(name -> past.col(name).as(name)).toArray(Column[]::new);
    Column[] own = Arrays.stream(rows.columns()).map(rows::col).toArray(Column[]::new);
    Dataset<Row> asked =
        rows.select(
            rows.col(entity).as("_entity"), rows.col(day).as("_day"), struct(own).as("_row"));
    Dataset<Row> told =
        past.select(
            past.col(entity).as("_entity"),
            past.col(history.day()).as("_day"),
            struct(past.col(history.day()).as("_told_on"), struct(known).as("_of")).as("_known"));
    // A row comes before what is told on its day, so that it sees earlier days only.
    Dataset<Row> both =
        asked
            .withColumn("_known", lit(null).cast(told.schema().apply("_known").dataType()))
            .unionByName(
                told.withColumn("_row", lit(null).cast(asked.schema().apply("_row").dataType())))
            .withColumn("_order", when(col("_row").isNotNull(), 0).otherwise(1));
    Column newest =
        last(col("_known"), true)
            .over(
                Window.partitionBy("_entity")
                    .orderBy("_day", "_order")
                    .rowsBetween(Window.unboundedPreceding(), Window.currentRow()));
    Dataset<Row> joined =
        both.withColumn("_newest", newest)
            .where(col("_row").isNotNull())
            .withColumn(
                "_fresh",
                col("_entity")
                    .isNotNull()
                    .and(col("_newest._told_on").geq(date_sub(col("_day"), history.days()))));
    Column[] all =
        java.util.stream.Stream.concat(
                Arrays.stream(rows.columns()).map(name -> col("_row." + name).as(name)),
                columns.stream()
                    .map(name -> when(col("_fresh"), col("_newest._of." + name)).as(name)))
            .toArray(Column[]::new);
    return joined.select(all);
  }
}
