package io.sluice.table;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SQLContext;
import org.apache.spark.sql.execution.streaming.LongOffset;
import org.apache.spark.sql.execution.streaming.Offset;
import org.apache.spark.sql.execution.streaming.Source;
import org.apache.spark.sql.sources.StreamSourceProvider;
import org.apache.spark.sql.types.StructType;
import scala.Option;
import scala.Tuple2;

/** A {@link TableFeed} as Spark's streaming queries read it; an offset is a table's version. */
final class TableFeedSource implements Source {
  static final String FEED = "feed";

  private final SQLContext spark;
  private final TableFeed feed;
  private long last = -2;

  private TableFeedSource(SQLContext spark, TableFeed feed) {
    this.spark = spark;
    this.feed = feed;
  }

  /** What Spark makes by its name. */
  public static final class Provider implements StreamSourceProvider {
    @Override
    public Tuple2<String, StructType> sourceSchema(
        SQLContext spark,
        Option<StructType> schema,
        String name,
        scala.collection.immutable.Map<String, String> parameters) {
      return new Tuple2<>("sluice", TableFeed.get(parameters.apply(FEED)).schema());
    }

    @Override
    public Source createSource(
        SQLContext spark,
        String metadataPath,
        Option<StructType> schema,
        String name,
        scala.collection.immutable.Map<String, String> parameters) {
      return new TableFeedSource(spark, TableFeed.get(parameters.apply(FEED)));
    }
  }

  @Override
  public StructType schema() {
    return feed.schema();
  }

  @Override
  public Option<Offset> getOffset() {
    long latest = feed.latest(last);
    return latest < 0 || latest == last ? offset(last) : offset(latest);
  }

  private static Option<Offset> offset(long version) {
    return version < 0 ? Option.empty() : Option.apply(new LongOffset(version));
  }

  @Override
  public Dataset<Row> getBatch(Option<Offset> start, Offset end) {
    long after = start.isEmpty() ? -2 : version(start.get());
    long until = version(end);
    Dataset<Row> rows = feed.batch(spark.sparkSession(), after, until);
    last = Math.max(last, until);
    return TableFeed.streaming(spark.sparkSession(), rows);
  }

  private static long version(Offset offset) {
    // Spark gives an offset back as the JSON that it has written down.
    return Long.parseLong(offset.json());
  }

  @Override
  public void commit(Offset end) {
    feed.handled(version(end));
  }

  @Override
  public void stop() {}
}
