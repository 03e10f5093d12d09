package io.sluice.bench;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.from_json;
import static org.apache.spark.sql.functions.to_date;

import io.sluice.demo.Demo;
import io.sluice.demo.DemoLake;
import io.sluice.demo.server.KafkaServer;
import io.sluice.run.RunContext;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.Trigger;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Measures the stream beside bare Spark: transactions at a steady rate through {@code stream}, and
 * through one Structured Streaming query that reads the topic, takes the records apart with {@code
 * from_json} and appends them to a Delta table.
 *
 * <p>The bare query has no rules, no quarantine, no keys, no bronze and no alerts. Each side is a
 * JVM of its own; producer, broker and S3 server share the machine with it. An event's latency
 * begins when the producer is given it and ends when the Delta commit that holds its row stands in
 * the store (its log file's time), or when a consumer of committed records has its alert. After the
 * steady minutes a burst tells how many events a second each side handles when it is behind, and
 * growing rates which of them it keeps up with.
 */
final class BenchStream {
  private BenchStream() {}

  /** Folder, events a second, minutes, and optionally the sides to run. */
  public static void main(String[] arguments) throws Exception {
    if (arguments[0].equals("sluice") || arguments[0].equals("bare")) {
      side(arguments[0], OwnJvm.settings(arguments[1]));
      System.exit(0);
    }
    Path dir = Path.of(arguments[0]);
    int rate = Integer.parseInt(arguments[1]);
    int seconds = (int) Math.round(60 * Double.parseDouble(arguments[2]));
    List<String> sides =
        arguments.length > 3 ? List.of(arguments[3].split(",")) : List.of("bare", "sluice");
    Demo.clear(dir);
    Map<String, String> served = new LinkedHashMap<>(DemoLake.serve(dir, 0));
    Path jars = Path.of(System.getProperty("sluice.servers", "target/servers"), "kafka");
    try (KafkaServer kafka = KafkaServer.start(jars, dir, 0)) {
      served.put("kafka.servers", kafka.servers());
      served.put("lineage.transport", "none");
      Map<String, Map<String, Double>> figures = new LinkedHashMap<>();
      for (String side : sides) {
        figures.put(side, new StreamRun(dir, served, side, rate, seconds).figures());
        print(figures, rate, seconds);
      }
    } catch (Exception e) {
      // Threads that read topics would wait for the broker for ever.
      e.printStackTrace();
      System.exit(1);
    }
    System.exit(0);
  }

  private static void print(Map<String, Map<String, Double>> figures, int rate, int seconds) {
    System.out.printf(Locale.ROOT, "%n%,d events a second for %d s, then a burst%n", rate, seconds);
    boolean both = figures.size() == 2;
    System.out.printf("%-44s", "");
    figures.keySet().forEach(side -> System.out.printf("%14s", side));
    System.out.println(both ? String.format("%14s", "ratio") : "");
    Map<String, Double> all = new LinkedHashMap<>();
    figures.values().forEach(all::putAll);
    for (String figure : all.keySet()) {
      System.out.printf("%-44s", figure);
      List<Double> values = new ArrayList<>();
      for (Map<String, Double> side : figures.values()) {
        Double value = side.get(figure);
        values.add(value);
        System.out.print(
            value == null
                ? String.format("%14s", "")
                : String.format(Locale.ROOT, "%,14.2f", value));
      }
      System.out.println(
          both && !values.contains(null)
              ? String.format(
                  Locale.ROOT,
                  "%14.2f",
                  figures.get("sluice").get(figure) / figures.get("bare").get(figure))
              : "");
    }
  }

  /** One side, as the JVM of its own that {@link StreamRun} starts. */
  private static void side(String side, Map<String, String> settings) throws Exception {
    try (RunContext context = DemoLake.open(settings, "stream")) {
      if (side.equals("sluice")) {
        io.sluice.stream.TopicStream stream =
            new io.sluice.stream.TopicStream(context, List.of("transactions"), 10);
        Thread stopper =
            new Thread(
                () -> {
                  awaitEnd();
                  stream.stop();
                });
        stopper.start();
        System.out.println("ready");
        stream.run(io.sluice.stream.TopicStream.Until.STOPPED);
        return;
      }
      String root = settings.get("lake.root");
      StructType schema =
          new StructType()
              .add("transaction_id", DataTypes.StringType)
              .add("event_time", DataTypes.TimestampType)
              .add("user_id", DataTypes.StringType)
              .add("amount", DataTypes.createDecimalType(12, 2))
              .add("merchant", DataTypes.StringType);
      StreamingQuery query =
          context
              .spark()
              .readStream()
              .format("kafka")
              .option("kafka.bootstrap.servers", settings.get("kafka.servers"))
              .option("subscribe", "transactions-bare")
              .option("startingOffsets", "earliest")
              .load()
              .select(from_json(col("value").cast("string"), schema).as("event"))
              .select("event.*")
              .withColumn("day", to_date(col("event_time")))
              .writeStream()
              .format("delta")
              .partitionBy("day")
              .outputMode("append")
              .trigger(Trigger.ProcessingTime(0))
              .option("checkpointLocation", root + "/checkpoint")
              .start(root + "/table");
      System.out.println("ready");
      awaitEnd();
      query.stop();
    }
  }

  private static void awaitEnd() {
    try {
      while (System.in.read() >= 0) {
        continue;
      }
    } catch (IOException e) {
      // Whoever started this JVM is gone.
    }
  }
}
