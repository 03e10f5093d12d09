package io.sluice.stream;

import static org.apache.spark.sql.functions.col;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.model.LoadedModel;
import io.sluice.model.Model;
import io.sluice.model.ModelRegistry;
import io.sluice.model.Promote;
import io.sluice.model.Scorer;
import io.sluice.model.Train;
import io.sluice.refine.SilverTable;
import io.sluice.run.RunContext;
import io.sluice.table.TableSpec;
import io.sluice.table.TableTransaction;
import io.sluice.testing.Lines;
import io.sluice.testing.LocalKafka;
import io.sluice.testing.NeedsServers;
import io.sluice.testing.TestLake;
import io.sluice.testing.Topics;
import io.sluice.transactions.PaymentAnomaly;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Date;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

/** The stream scores with the champion and canary there are, and says what a batch would say. */
@NeedsServers
class PaymentScoresTest {
  private static final int DAYS = 12;
  private static final Model MODEL = new PaymentAnomaly();

  private final Random random = new Random(5);
  private final Instant today = Instant.now().truncatedTo(ChronoUnit.DAYS);
  private int number;

  private record Made(String id, Instant at, String user, BigDecimal amount, boolean isFraud) {}

  /** A day of payments: honest ones, some of them large, and bursts of large ones by a thief. */
  private List<Made> day(Instant begin, int minutes) {
    List<Made> made = new ArrayList<>();
    for (int i = 0; i < 150; i++) {
      long cents =
          random.nextInt(8) == 0 ? 40_000 + random.nextInt(50_000) : 500 + random.nextInt(9000);
      made.add(
          payment(
              begin.plusSeconds(random.nextInt(minutes * 60)), random.nextInt(40), cents, false));
    }
    for (int burst = 0; burst < 3; burst++) {
      Instant at = begin.plusSeconds(60L * random.nextInt(minutes));
      int user = 100 + random.nextInt(40);
      for (int i = 0; i < 6; i++) {
        made.add(payment(at.plusSeconds(5 * i), user, 40_000 + random.nextInt(50_000), i > 0));
      }
    }
    made.sort(java.util.Comparator.comparing(Made::at));
    return made;
  }

  private Made payment(Instant at, int user, long cents, boolean isFraud) {
    return new Made("T-" + number++, at, "U-" + user, BigDecimal.valueOf(cents, 2), isFraud);
  }

  private static void write(RunContext context, String source, List<Row> rows, StructType schema) {
    String day = source.equals("transactions") ? "day" : "decided_on";
    TableTransaction.begin(
            context.lake().silver(source),
            new TableSpec("As refine makes it.", schema, List.of(day), List.of()))
        .append(context.spark().createDataFrame(rows, schema).repartition(1))
        .publish(SaveMode.Append, "{}");
  }

  /** Twelve days that came by a file, and what the desk said of them. */
  private void history(RunContext context) {
    StructType schema = new SilverTable(context, context.contracts().get("transactions")).schema();
    StructType told =
        new SilverTable(context, context.contracts().get("payment_outcomes")).schema();
    List<Row> rows = new ArrayList<>();
    List<Row> outcomes = new ArrayList<>();
    String file = "history-" + number + ".json";
    for (int day = DAYS; day >= 1; day--) {
      for (Made one : day(today.minus(day, ChronoUnit.DAYS), 1400)) {
        Object[] values = new Object[schema.size()];
        values[schema.fieldIndex("transaction_id")] = one.id;
        values[schema.fieldIndex("day")] = day(one.at);
        values[schema.fieldIndex("event_time")] = Timestamp.from(one.at);
        values[schema.fieldIndex("user_id")] = one.user;
        values[schema.fieldIndex("amount")] = one.amount;
        values[schema.fieldIndex("_file")] = file;
        values[schema.fieldIndex("_position")] = (long) rows.size();
        rows.add(RowFactory.create(values));
        if (one.isFraud) {
          Instant decided = one.at.plus(1, ChronoUnit.DAYS);
          Object[] outcome = new Object[told.size()];
          outcome[told.fieldIndex("transaction_id")] = one.id;
          outcome[told.fieldIndex("decided_on")] = day(decided);
          outcome[told.fieldIndex("outcome")] = "confirmed";
          outcome[told.fieldIndex("decided_at")] = Timestamp.from(decided);
          outcomes.add(RowFactory.create(outcome));
        }
      }
    }
    write(context, "transactions", rows, schema);
    write(context, "payment_outcomes", outcomes, told);
  }

  private static Date day(Instant at) {
    return Date.valueOf(at.toString().substring(0, 10));
  }

  private void send(List<Made> payments) {
    for (Made one : payments) {
      LocalKafka.add(
          new ProducerRecord<>(
              "scored",
              0,
              null,
              String.format(
                      "{\"transaction_id\":\"%s\",\"event_time\":\"%s\",\"user_id\":\"%s\",\"amount\":%s}",
                      one.id, one.at, one.user, one.amount)
                  .getBytes(StandardCharsets.UTF_8)));
    }
    LocalKafka.flush();
  }

  private static Dataset<Row> fromTopic(RunContext context) {
    return context.lake().silver("transactions").read().where("_file like 'scored/%'");
  }

  private static void await(java.util.function.BooleanSupplier holds) throws InterruptedException {
    // Each look is a job that takes time from the stream.
    for (int i = 0; i < 120 && !holds.getAsBoolean(); i++) {
      Thread.sleep(1000);
    }
    assertTrue(holds.getAsBoolean());
  }

  @Test
  void whatIsPromotedScoresWithoutARestartAsABatchWould() throws Exception {
    LocalKafka.topic("scored", 1);
    LocalKafka.topic("scored-dead", 1);
    LocalKafka.topic("scored-alerts", 1);
    Path contracts =
        Topics.contracts(Path.of("src/demo/stream/contracts"), "transactions", "scored");
    Files.copy(
        Path.of("src/demo/stream/contracts/payment_outcomes.yaml"),
        contracts.resolve("payment_outcomes.yaml"));
    RunContext context =
        TestLake.open("scored", contracts, Map.of("kafka.servers", LocalKafka.server().servers()));
    history(context);
    new Train(context, MODEL).run();
    history(context);
    new Train(context, MODEL).run();

    TopicStream stream = new TopicStream(context, List.of("transactions"), 1);
    Thread streaming = new Thread(() -> stream.run(TopicStream.Until.STOPPED));
    streaming.start();
    // Now: what is made up must not lie in the future.
    Instant begin = Instant.now().truncatedTo(ChronoUnit.MILLIS).minus(30, ChronoUnit.MINUTES);
    List<Made> unscored = day(begin, 8);
    send(unscored);
    await(
        () -> context.lake().silver("transactions").exists() && fromTopic(context).count() == 168);
    new Promote(context, MODEL).promote(Optional.of(1));
    new Promote(context, MODEL).canary(Optional.of(2), 50);
    // The stream looks every ten seconds.
    Thread.sleep(11_000);
    send(day(begin.plus(10, ChronoUnit.MINUTES), 8));
    await(() -> fromTopic(context).count() == 336);
    stream.stop();
    streaming.join();

    ModelRegistry registry = new ModelRegistry(context.spark(), context.lake(), Clock.systemUTC());
    List<LoadedModel> versions =
        registry.versions(MODEL.name()).stream().map(registry::load).toList();
    List<String> unscoredIds = unscored.stream().map(Made::id).toList();
    Dataset<Row> batch =
        new Scorer(MODEL, versions.get(0), Optional.of(versions.get(1)), 50)
            .score(MODEL.features(Map.of("silver.transactions", fromTopic(context))))
            .where(col("served").and(col("score").gt(0.85)))
            .where(
                org.apache.spark.sql.functions.not(
                    col("transaction_id").isin(unscoredIds.toArray())))
            .select("transaction_id", "version", "score");
    List<String> expected = Lines.of(batch);
    assertTrue(expected.size() >= 5, expected.toString());
    assertEquals(2, batch.select("version").distinct().count(), expected.toString());
    assertEquals(
        expected,
        Lines.of(
            context
                .lake()
                .gold("transactions_alerts")
                .read()
                .where("alert = 'suspicious_payment'")
                .selectExpr(
                    "get_json_object(row_key, '$.transaction_id')", "model_version", "score")));
    assertEquals(
        expected.size(),
        LocalKafka.read("scored-alerts").stream()
            .filter(
                record -> new String(record.value()).contains("\"alert\":\"suspicious_payment\""))
            .count());
  }
}
