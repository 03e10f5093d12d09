package io.sluice.stream;

import static io.sluice.engine.Columns.named;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.greatest;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.unix_micros;

import io.sluice.engine.LocalRows;
import io.sluice.table.TableFeed;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * How far the rows of each topic partition have been judged, and the newest time among them: by it
 * a row is told new, and is given {@link AlertPlan#CLOCK}.
 *
 * <p>A row at or before a mark has been judged: a file that is written anew, for rows beside it,
 * brings none again. Memory: two numbers a partition.
 */
final class AlertMarks implements TableFeed.News {
  /** A partition that is further behind than this is not waited for when a stream begins. */
  private static final long HOUR = 3_600_000_000L;

  /**
   * How far one partition has been judged.
   *
   * @param position the greatest offset
   * @param clock the newest time, in microseconds
   */
  record Mark(long position, long clock) {
    Mark plus(Mark other) {
      return new Mark(Math.max(position, other.position), Math.max(clock, other.clock));
    }
  }

  private static final StructType BEFORE =
      new StructType().add(AlertPlan.CLOCK, DataTypes.LongType);

  private final AlertPlan plan;
  private final StructType silver;
  private final Map<String, Mark> marks = new TreeMap<>();

  /**
   * @param silver the columns of silver
   */
  AlertMarks(AlertPlan plan, StructType silver, Map<String, Mark> known) {
    this.plan = plan;
    this.silver = silver;
    this.marks.putAll(known);
  }

  /** What {@link AlertPlan#input} is given: silver's columns and the clock. */
  StructType schema() {
    StructType schema = new StructType();
    for (String name : silver.fieldNames()) {
      schema = schema.add(name, silver.apply(name).dataType());
    }
    return schema.add(AlertPlan.CLOCK, DataTypes.LongType);
  }

  synchronized Map<String, Mark> marks() {
    return Map.copyOf(marks);
  }

  private Column[] columns() {
    List<Column> columns = new ArrayList<>();
    for (String name : silver.fieldNames()) {
      columns.add(named(name));
    }
    columns.add(col(AlertPlan.CLOCK));
    return columns.toArray(Column[]::new);
  }

  /** Those that rows to come may still be counted with. */
  @Override
  public synchronized Dataset<Row> atFirst(Dataset<Row> table) {
    long newest = marks.values().stream().mapToLong(Mark::clock).max().orElse(Long.MAX_VALUE);
    Column open = lit(false);
    for (Map.Entry<String, Mark> one : marks.entrySet()) {
      long since = Math.max(one.getValue().clock, newest - HOUR) - plan.reachMicros();
      open =
          open.or(col("_file").equalTo(one.getKey()).and(named(plan.time()).geq(timestamp(since))));
    }
    return plan.clocked(table.where(open)).select(columns());
  }

  private static Column timestamp(long micros) {
    return org.apache.spark.sql.functions.expr("timestamp_micros(" + micros + ")");
  }

  @Override
  public synchronized Dataset<Row> of(Dataset<Row> added) {
    Column isNew = lit(true);
    Column clock = lit(null).cast("bigint");
    for (Map.Entry<String, Mark> one : marks.entrySet()) {
      Column here = col("_file").equalTo(one.getKey());
      isNew = isNew.and(here.and(col("_position").leq(one.getValue().position)).unary_$bang());
      clock = org.apache.spark.sql.functions.when(here, lit(one.getValue().clock)).otherwise(clock);
    }
    Dataset<Row> news = added.where(plan.cameByTopic().and(isNew));
    Dataset<Row> clocked =
        plan.clocked(news)
            .withColumn(
                AlertPlan.CLOCK,
                // The greatest of those that are there.
                coalesce(greatest(col(AlertPlan.CLOCK), clock), col(AlertPlan.CLOCK), clock));
    newest(news, plan.time()).forEach((file, mark) -> marks.merge(file, mark, Mark::plus));
    return clocked.select(columns());
  }

  /** The marks that some rows of silver come to; costs a job. */
  static Map<String, Mark> newest(Dataset<Row> rows, String time) {
    Map<String, Mark> newest = new HashMap<>();
    for (Row row :
        rows.where(named(time).isNotNull())
            .groupBy("_file")
            .agg(max("_position"), max(unix_micros(named(time))))
            .collectAsList()) {
      newest.put(row.getString(0), new Mark(row.getLong(1), row.getLong(2)));
    }
    return newest;
  }

  @Override
  public synchronized LocalRows of(LocalRows added) {
    StructType columns = added.schema();
    int file = columns.fieldIndex("_file");
    int position = columns.fieldIndex("_position");
    int time = columns.fieldIndex(plan.time());
    List<LocalRows.LocalRow> sorted = new ArrayList<>();
    added.forEach(sorted::add);
    sorted.sort(
        Comparator.comparing((LocalRows.LocalRow row) -> row.utf8(file))
            .thenComparingLong(row -> row.number(position)));
    List<LocalRows.LocalRow> news = new ArrayList<>();
    List<Long> clocks = new ArrayList<>();
    for (LocalRows.LocalRow row : sorted) {
      Mark mark = marks.get(row.text(file));
      if (row.isNull(time) || mark != null && row.number(position) <= mark.position) {
        continue;
      }
      news.add(row);
      clocks.add(mark == null ? null : mark.clock);
      marks.merge(row.text(file), new Mark(row.number(position), row.number(time)), Mark::plus);
    }
    Iterator<Long> each = clocks.iterator();
    return added.of(news).with(BEFORE, row -> new Object[] {each.next()});
  }
}
