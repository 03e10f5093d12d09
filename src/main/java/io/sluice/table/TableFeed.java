package io.sluice.table;

import static io.sluice.engine.Columns.named;

import io.sluice.engine.LocalRows;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.StructType;

/**
 * Gives what a table's commits add to it as a streaming dataset, commit by commit.
 *
 * <p>A commit's rows come from who publishes it in this JVM, if they are offered, and else from its
 * files. Its offsets are the table's versions. What is the news of a commit is decided by {@link
 * News}, so a query may leave out what is in the files again but is not new. Nothing is kept but
 * offered rows that have not been asked for yet, up to a bound.
 */
public final class TableFeed implements AutoCloseable {
  /** How often the store is asked what others have committed. */
  private static final Duration LOOKED_AT = Duration.ofSeconds(10);

  /** So many offered rows wait at most; those of older commits are read from their files then. */
  private static final int MOST_ROWS = 400_000;

  private static final Map<String, TableFeed> OPEN = new ConcurrentHashMap<>();

  /** What a query takes a commit's rows for. */
  public interface News {
    /** The rows that a stream begins with: of the table as it stood at a version. */
    Dataset<Row> atFirst(Dataset<Row> table);

    /** Of the rows in the files that some commits added, those that are new. */
    Dataset<Row> of(Dataset<Row> added);

    /** The same of the rows that one commit added, at hand. */
    LocalRows of(LocalRows added);
  }

  private final String id = UUID.randomUUID().toString();
  private final LakeTable table;
  private final StructType schema;
  private final long from;
  private final News news;
  private final SortedMap<Long, LocalRows> offered = new TreeMap<>();
  private int rows;
  private volatile long until = -1;
  private volatile long rowsRead;
  private Instant lookAt = Instant.EPOCH;

  /**
   * @param schema the columns that {@code news} gives
   * @param from the version that a stream begins at; -1 for a table that is to be made
   */
  public TableFeed(LakeTable table, StructType schema, long from, News news) {
    this.table = table;
    this.schema = schema;
    this.from = from;
    this.news = news;
    OPEN.put(id, this);
  }

  /** What is to come, for a streaming query. */
  public Dataset<Row> stream(SparkSession spark) {
    return spark
        .readStream()
        .format(TableFeedSource.Provider.class.getName())
        .option(TableFeedSource.FEED, id)
        .load();
  }

  static TableFeed get(String id) {
    TableFeed feed = OPEN.get(id);
    if (feed == null) {
      throw new IllegalStateException("feed " + id + " is closed, or another JVM's");
    }
    return feed;
  }

  StructType schema() {
    return schema;
  }

  /** Hands over the rows that a commit has added. */
  public synchronized void offer(long version, LocalRows added) {
    if (rows + added.size() <= MOST_ROWS) {
      offered.put(version, added);
      rows += added.size();
    }
  }

  /** The version to read next up to; -1 if the table does not exist. */
  long latest(long after) {
    if (isFirst(after)) {
      return from;
    }
    Instant now = Instant.now();
    boolean look = !now.isBefore(lookAt);
    if (look) {
      lookAt = now.plus(LOOKED_AT);
    }
    long known = look ? table.version() : table.log().unsafeVolatileSnapshot().version();
    // Some at a time, when it is far behind.
    return Math.min(known, Math.max(after, -1) + 500);
  }

  /** The rows after a version up to another. */
  Dataset<Row> batch(SparkSession spark, long after, long until) {
    this.until = until;
    if (isFirst(after)) {
      rowsRead = Long.MAX_VALUE;
      return news.atFirst(table.read(until));
    }
    rowsRead = 0;
    Dataset<Row> all = null;
    for (long version = Math.max(after, -1) + 1; version <= until; ) {
      LocalRows here = offered(version);
      long last = version;
      Dataset<Row> some;
      if (here != null) {
        some = news.of(here).dataset(spark).select(columns());
        rowsRead += here.size();
      } else {
        while (last < until && offered(last + 1) == null) {
          last++;
        }
        Changes changes = table.changes(version - 1, last);
        some = news.of(changes.rows());
        rowsRead += changes.rowsAdded();
      }
      all = all == null ? some : all.unionAll(some);
      version = last + 1;
    }
    return all;
  }

  private Column[] columns() {
    return named(List.of(schema.fieldNames()));
  }

  private boolean isFirst(long after) {
    return from >= 0 && after < from;
  }

  private synchronized LocalRows offered(long version) {
    return offered.get(version);
  }

  /** The version that the newest batch reaches. */
  public long until() {
    return until;
  }

  /** How many rows the newest batch was made of at most; very many if nobody has counted them. */
  public long rowsRead() {
    return rowsRead;
  }

  /** Forgets what has been handled. */
  synchronized void handled(long until) {
    SortedMap<Long, LocalRows> gone = offered.headMap(until + 1);
    gone.values().forEach(some -> rows -= some.size());
    gone.clear();
  }

  /** The same rows as part of a streaming query's plan. */
  static Dataset<Row> streaming(SparkSession spark, Dataset<Row> rows) {
    RDD<InternalRow> rdd = rows.queryExecution().toRdd();
    return spark.internalCreateDataFrame(rdd, rows.schema(), true);
  }

  @Override
  public void close() {
    OPEN.remove(id);
  }
}
