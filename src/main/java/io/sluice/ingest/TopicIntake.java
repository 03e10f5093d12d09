package io.sluice.ingest;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_set;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.length;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.to_json;
import static org.apache.spark.sql.functions.when;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.contract.Arrival;
import io.sluice.contract.Contract;
import io.sluice.engine.ObservedMetrics;
import io.sluice.engine.Scala;
import io.sluice.ingest.format.RecordFormat;
import io.sluice.ingest.format.RegistryFrame;
import io.sluice.kafka.Brokers;
import io.sluice.privacy.Cipher;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Reads ranges of a topic's offsets into bronze rows, each record's value as it was sent.
 *
 * <p>{@code file} is {@code topic/partition}, {@code position} the offset; {@code header} is a JSON
 * object of the record's Kafka timestamp, key and headers (bytes in Base64), encrypted if the
 * source has protected fields. {@code arrived_at} is when the rows are read: a producer can set any
 * timestamp it likes. A range is read whole or its task fails: what the broker has lost meanwhile
 * is never passed over. Control records and those of aborted transactions are no records.
 */
public final class TopicIntake {
  private final Instant arrivedAt;
  private final Contract contract;
  private final Brokers brokers;
  private final Optional<Cipher> cipher;
  private final List<ObservedMetrics> schemas = new ArrayList<>();

  /**
   * @param secret what records of a protected source are encrypted with
   */
  public TopicIntake(
      Contract contract, Brokers brokers, Optional<byte[]> secret, Instant arrivedAt) {
    this.arrivedAt = arrivedAt;
    this.contract = contract;
    this.brokers = brokers;
    this.cipher = Bronze.cipher(contract, secret);
  }

  /**
   * The records of some ranges as bronze rows.
   *
   * @param topicId tells this topic from others of its name, so that no reader's buffer is mistaken
   */
  public Dataset<Row> rows(
      SparkSession spark,
      Arrival arrival,
      long topicId,
      List<OffsetRange> ranges,
      IngestBatch batch) {
    String topic = arrival.topic().name();
    Dataset<Row> records =
        spark
            .read()
            .format("kafka")
            .options(brokers.options())
            .option("assign", assignment(topic, ranges))
            .option("startingOffsets", offsets(topic, ranges, OffsetRange::from))
            .option("endingOffsets", offsets(topic, ranges, OffsetRange::until))
            .option("failOnDataLoss", "true")
            .option("includeHeaders", "true")
            .option("kafka.isolation.level", "read_committed")
            // Consumers are kept from commit to commit under this name.
            .option("kafka.group.id", "sluice-" + contract.id() + "-" + Long.toHexString(topicId))
            .load();
    return received(records, arrival, batch);
  }

  /**
   * Records of a topic as bronze rows.
   *
   * @param read as Spark's reader of topics gives them; those of other topics are left out
   * @param ranges which of them are wanted
   */
  public Dataset<Row> rows(
      Dataset<Row> read, Arrival arrival, List<OffsetRange> ranges, IngestBatch batch) {
    Column wanted = lit(false);
    for (OffsetRange range : ranges) {
      wanted =
          wanted.or(
              col("partition")
                  .equalTo(range.partition())
                  .and(col("offset").geq(range.from()))
                  .and(col("offset").lt(range.until())));
    }
    return received(
        read.where(col("topic").equalTo(arrival.topic().name()).and(wanted)), arrival, batch);
  }

  /**
   * The number of the schema that a record's key was written by, where keys are read: those of
   * change events.
   */
  static Column keySchema(Arrival arrival) {
    return arrival.envelope() == Arrival.Envelope.DEBEZIUM
        ? RegistryFrame.schemaNumber(col("key"))
        : lit(null).cast(DataTypes.IntegerType);
  }

  private Dataset<Row> received(Dataset<Row> read, Arrival arrival, IngestBatch batch) {
    Dataset<Row> records = read;
    if (RecordFormat.of(arrival).needsWriterSchemas()) {
      ObservedMetrics measures = new ObservedMetrics();
      schemas.add(measures);
      records =
          measures.observe(
              records,
              concat(
                      collect_set(RegistryFrame.schemaNumber(col("value"))),
                      collect_set(keySchema(arrival)))
                  .as("schemas"));
    }
    return bronze(
        records
            .withColumn("arrived_at", lit(Timestamp.from(arrivedAt)))
            .withColumn("run_id", lit(batch.runId()))
            .withColumn("batch", lit(batch.number())),
        arrival);
  }

  /** A record as Spark's reader of topics shows it. */
  public static final StructType RECORDS =
      new StructType()
          .add("topic", DataTypes.StringType)
          .add("key", DataTypes.BinaryType)
          .add("value", DataTypes.BinaryType)
          .add("partition", DataTypes.IntegerType)
          .add("offset", DataTypes.LongType)
          .add("timestamp", DataTypes.TimestampType)
          .add(
              "headers",
              DataTypes.createArrayType(
                  new StructType()
                      .add("key", DataTypes.StringType)
                      .add("value", DataTypes.BinaryType)));

  /** What reads it. */
  public static final StructType BATCH =
      new StructType()
          .add("arrived_at", DataTypes.TimestampType)
          .add("run_id", DataTypes.StringType)
          .add("batch", DataTypes.LongType);

  /** What {@link #bronze} is given: both. */
  public static final StructType RECEIVED = received();

  private static StructType received() {
    StructType received = RECORDS;
    for (StructField field : BATCH.fields()) {
      received = received.add(field);
    }
    return received;
  }

  /** Records as bronze rows; each of these depends on its record alone. */
  public Dataset<Row> bronze(Dataset<Row> records, Arrival arrival) {
    Column value = col("value");
    Column size = length(value);
    Column tooLong = size.gt(arrival.maxRecordBytes());
    Column kept = when(tooLong, functions.substring(value, 1, arrival.maxRecordBytes()));
    Column problem =
        when(value.isNull(), Bronze.NO_VALUE)
            .when(
                tooLong,
                concat(
                    lit("a record of "),
                    size.cast(DataTypes.StringType),
                    lit(" bytes is longer than maxRecordBytes; its beginning is kept")));
    Column header = to_json(struct(col("timestamp"), col("key"), col("headers")));
    return records.select(
        sealed(kept.otherwise(value)).as("raw"),
        lit(arrival.name()).as("arrival"),
        concat(lit(arrival.topic().name() + "/"), col("partition").cast(DataTypes.StringType))
            .as("file"),
        col("offset").as("position"),
        encrypted(header).as("header"),
        problem.as("problem"),
        col("arrived_at"),
        col("run_id"),
        col("batch"),
        functions.to_date(col("arrived_at")).as("arrived_on"));
  }

  /** The numbers of the schemas that records were written by, once they have been read. */
  public Set<Integer> schemas() {
    Set<Integer> numbers = new TreeSet<>();
    for (ObservedMetrics measures : schemas) {
      Object found = measures.get().get("schemas");
      Scala.list((scala.collection.Seq<?>) found).forEach(number -> numbers.add((Integer) number));
    }
    return numbers;
  }

  private Column sealed(Column raw) {
    if (cipher.isEmpty()) {
      return raw;
    }
    Cipher sealing = cipher.get();
    UDF1<byte[], byte[]> seal = bytes -> bytes == null ? null : sealing.seal(bytes);
    return functions.udf(seal, DataTypes.BinaryType).apply(raw);
  }

  private Column encrypted(Column text) {
    if (cipher.isEmpty()) {
      return text;
    }
    Cipher encrypting = cipher.get();
    UDF1<String, String> encrypt = encrypting::encrypt;
    return functions.udf(encrypt, DataTypes.StringType).apply(coalesce(text, lit("")));
  }

  private static String assignment(String topic, List<OffsetRange> ranges) {
    String partitions =
        ranges.stream()
            .map(range -> String.valueOf(range.partition()))
            .collect(Collectors.joining(","));
    return "{\"" + topic + "\":[" + partitions + "]}";
  }

  private static String offsets(
      String topic, List<OffsetRange> ranges, java.util.function.ToLongFunction<OffsetRange> end) {
    ObjectNode root = new ObjectMapper().createObjectNode();
    ObjectNode partitions = root.putObject(topic);
    ranges.forEach(
        range -> partitions.put(String.valueOf(range.partition()), end.applyAsLong(range)));
    return root.toString();
  }
}
