package io.sluice.mart;

import static io.sluice.engine.Columns.and;
import static io.sluice.engine.Columns.named;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lag;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.when;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;

/**
 * Joins facts to the versions of a row, as {@code silver.<source>_history} keeps them: each to the
 * one that held at the fact's time.
 *
 * <p>A fact from before the first version of a key is given that one, since a lake's first delivery
 * comes after much of what refers to it. One from after the key was deleted is given none.
 *
 * @param history with {@code valid_from}, {@code valid_to} and {@code _deleted}
 * @param key its columns that name a row; facts have them by the same names
 */
public record AsOf(Dataset<Row> history, List<String> key) {
  private static final String SINCE = "_since";
  private static final String UNTIL = "_until";

  /**
   * Each fact once, with columns of the version that held then; null if none did.
   *
   * <p>Cost: a shuffle of the history by key, and a join by key that meets each fact once for each
   * version of its key.
   *
   * @param at the facts' column that tells their time
   * @param columns of the history, by names that the facts do not have
   */
  public Dataset<Row> join(Dataset<Row> facts, String at, List<String> columns) {
    WindowSpec inOrder = Window.partitionBy(named(key)).orderBy("valid_from", "_deleted");
    Column isFirst = lag("valid_from", 1).over(inOrder).isNull();
    Dataset<Row> versions =
        history
            .withColumn(SINCE, when(not(isFirst), col("valid_from")))
            .withColumnRenamed("valid_to", UNTIL)
            .where(not(col("_deleted")));
    for (String name : key) {
      versions = versions.withColumnRenamed(name, of(name));
    }
    List<String> more = new ArrayList<>(key.stream().map(AsOf::of).toList());
    more.add(SINCE);
    more.add(UNTIL);
    Column[] kept = and(named(columns), named(more));
    Column holds =
        (col(SINCE).isNull().or(col(SINCE).leq(named(at))))
            .and(col(UNTIL).isNull().or(col(UNTIL).gt(named(at))));
    for (String name : key) {
      holds = holds.and(named(name).equalTo(named(of(name))));
    }
    return facts.join(versions.select(kept), holds, "left").drop(more.toArray(String[]::new));
  }

  private static String of(String name) {
    return "_of_" + name;
  }
}
