package io.sluice.bench;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.from_json;
import static org.apache.spark.sql.functions.to_date;

import io.sluice.demo.Demo;
import io.sluice.demo.DemoLake;
import io.sluice.demo.server.KafkaServer;
import io.sluice.demo.server.RegistryServer;
import io.sluice.run.RunContext;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.Trigger;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Measures the stream beside bare Spark, in pairs: transactions at a steady rate through {@code
 * stream}, and through one Structured Streaming query that reads the topic, takes the records apart
 * with {@code from_json} and appends them to a Delta table.
 *
 * <p>The bare query has no rules, no quarantine, no keys, no bronze and no alerts. Each {@linkplain
 * StreamSide side} is a JVM of its own; producer, broker and S3 server share the machine with it.
 * An event's latency begins when the producer is given it and ends when the Delta commit that holds
 * its row stands in the store (its log file's time), or when a consumer of committed records has
 * its alert. After the steady minutes a burst tells how many events a second each side handles when
 * it is behind, and growing rates which of them it keeps up with. What is printed is the median of
 * the pairs, and the median of their ratios to the bare side of the same pair.
 */
final class BenchStream {
  private BenchStream() {}

  /** Folder, events a second, minutes, pairs, and optionally the sides to run. */
  public static void main(String[] arguments) throws Exception {
    if (arguments[0].equals("side")) {
      side(
          StreamSide.named(arguments[1]),
          OwnJvm.settings(arguments[2]),
          Integer.parseInt(arguments[3]));
      System.exit(0);
    }
    Path dir = Path.of(arguments[0]);
    int rate = Integer.parseInt(arguments[1]);
    int seconds = (int) Math.round(60 * Double.parseDouble(arguments[2]));
    int pairs = Integer.parseInt(arguments[3]);
    List<StreamSide> sides =
        arguments.length > 4
            ? Stream.of(arguments[4].split(",")).map(StreamSide::named).toList()
            : List.of(StreamSide.values());
    Demo.clear(dir);
    Map<String, String> served = new LinkedHashMap<>(DemoLake.serve(dir, 0));
    Path jars = Path.of(System.getProperty("sluice.servers", "target/servers"));
    try (KafkaServer kafka = KafkaServer.start(jars.resolve("kafka"), dir, 0);
        RegistryServer registry = RegistryServer.start(jars.resolve("registry"), dir, 0)) {
      served.put("kafka.servers", kafka.servers());
      served.put("registry.url", registry.url());
      served.put("lineage.transport", "none");
      List<Map<StreamSide, Map<String, Double>>> figures = new ArrayList<>();
      for (int pair = 1; pair <= pairs; pair++) {
        figures.add(new EnumMap<>(StreamSide.class));
        for (StreamSide side : sides) {
          figures
              .get(pair - 1)
              .put(side, new StreamRun(dir, served, side, pair, rate, seconds).figures());
          System.out.printf(
              Locale.ROOT,
              "%n%,d events a second for %d s, then a burst; medians of %d pairs, and of their"
                  + " ratios%n",
              rate,
              seconds,
              pair);
          print(figures, sides);
        }
      }
    } catch (Exception e) {
      // Threads that read topics would wait for the broker for ever.
      e.printStackTrace();
      System.exit(1);
    }
    System.exit(0);
  }

  private static void print(
      List<Map<StreamSide, Map<String, Double>>> pairs, List<StreamSide> sides) {
    System.out.printf("%-44s", "");
    for (StreamSide side : sides) {
      System.out.printf("%12s%7s", side.label(), side == StreamSide.BARE ? "" : "ratio");
    }
    System.out.println();
    Set<String> names = new LinkedHashSet<>();
    pairs.forEach(pair -> pair.values().forEach(side -> names.addAll(side.keySet())));
    for (String name : names) {
      System.out.printf("%-44s", name);
      for (StreamSide side : sides) {
        System.out.print(
            number("%,12.2f", pairs.stream().map(pair -> figure(pair, side, name)))
                + (side == StreamSide.BARE
                    ? " ".repeat(7)
                    : number("%7.2f", pairs.stream().map(pair -> ratio(pair, side, name)))));
      }
      System.out.println();
    }
  }

  private static Double figure(
      Map<StreamSide, Map<String, Double>> pair, StreamSide side, String name) {
    return pair.getOrDefault(side, Map.of()).get(name);
  }

  private static Double ratio(
      Map<StreamSide, Map<String, Double>> pair, StreamSide side, String name) {
    Double bare = figure(pair, StreamSide.BARE, name);
    Double own = figure(pair, side, name);
    return bare == null || own == null || bare == 0 ? null : own / bare;
  }

  /** The median of those that are there; blanks if none is. */
  private static String number(String format, Stream<Double> values) {
    double[] sorted = values.filter(Objects::nonNull).mapToDouble(value -> value).toArray();
    Arrays.sort(sorted);
    double median =
        sorted.length == 0 ? 0 : (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    String text = String.format(Locale.ROOT, format, median);
    return sorted.length == 0 ? " ".repeat(text.length()) : text;
  }

  /** One side, as the JVM of its own that {@link StreamRun} starts. */
  private static void side(StreamSide side, Map<String, String> given, int users) throws Exception {
    Map<String, String> settings = new LinkedHashMap<>(given);
    String topic = settings.remove("bench.topic");
    try (RunContext context = DemoLake.open(settings, "stream")) {
      if (side != StreamSide.BARE) {
        side.prepare(context, users);
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
              .option("subscribe", topic)
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
