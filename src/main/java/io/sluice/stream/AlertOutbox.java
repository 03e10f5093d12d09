package io.sluice.stream;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.to_json;

import io.sluice.contract.Alert;
import io.sluice.engine.CompiledRows;
import io.sluice.engine.LocalRows;
import io.sluice.kafka.Brokers;
import io.sluice.kafka.TransactionalPublisher;
import io.sluice.run.RunContext;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Row;

/**
 * Sends alerts that have been published to their topics, as JSON by key, each once for readers of
 * committed records. When it is opened it sends what a dead driver has left.
 *
 * <p>Cost: a transaction a topic for each batch that has alerts; when it is opened, a read of the
 * alerts that have not been sent.
 */
final class AlertOutbox implements AutoCloseable {
  private static final Column[] MESSAGE = {col("key"), to_json(struct(col("*")))};

  private final AlertTable alerts;
  private final Map<String, Set<String>> alertsOf = new TreeMap<>();
  private final Map<String, TransactionalPublisher> publishers = new TreeMap<>();
  private final CompiledRows json;

  private AlertOutbox(RunContext context, AlertPlan plan, AlertTable alerts) {
    this.alerts = alerts;
    for (AlertFold.Judge judge : plan.judges()) {
      Alert alert = judge.alert();
      if (alert.topic() != null) {
        alertsOf.computeIfAbsent(alert.topic(), key -> new TreeSet<>()).add(alert.name());
      }
    }
    this.json =
        CompiledRows.of(context.spark(), AlertTable.ALERTS, rows -> rows.select(MESSAGE))
            .orElseThrow();
  }

  /**
   * Opens the topics' outboxes, and fences whoever has them open.
   *
   * @param reached the silver version up to which the table has all alerts
   */
  static AlertOutbox open(RunContext context, AlertPlan plan, AlertTable alerts, long reached) {
    AlertOutbox outbox = new AlertOutbox(context, plan, alerts);
    try {
      for (String topic : outbox.alertsOf.keySet()) {
        TransactionalPublisher publisher =
            TransactionalPublisher.open(
                Brokers.of(context.settings()),
                topic,
                String.join("-", "sluice-alerts", plan.contract().id(), plan.key(), topic));
        outbox.publishers.put(topic, publisher);
        if (publisher.sent() < reached) {
          outbox.sendLeft(topic, publisher, reached);
        }
      }
      return outbox;
    } catch (RuntimeException e) {
      outbox.close();
      throw e;
    }
  }

  /** Sends what the table has and the topic has not. */
  private void sendLeft(String topic, TransactionalPublisher publisher, long reached) {
    Iterator<Row> left =
        alerts
            .after(publisher.sent())
            .where(col("alert").isin(alertsOf.get(topic).toArray()).and(col("batch").leq(reached)))
            .select(MESSAGE)
            .toLocalIterator();
    publisher.send(left, row -> message(row.getString(0), row.getString(1)), reached);
  }

  /**
   * Sends the alerts of a batch.
   *
   * @param raised rows of {@link AlertTable#ALERTS} that the table has
   * @param until the silver version that the batch reaches
   */
  void send(List<Row> raised, long until) {
    publishers.forEach(
        (topic, publisher) -> {
          List<Row> own = new ArrayList<>();
          for (Row row : raised) {
            if (alertsOf.get(topic).contains(row.getString(0))) {
              own.add(row);
            }
          }
          publisher.send(
              json.apply(LocalRows.of(AlertTable.ALERTS, own)).iterator(),
              row -> message(row.text(0), row.text(1)),
              until);
        });
  }

  private static TransactionalPublisher.Message message(String key, String json) {
    return new TransactionalPublisher.Message(
        key.getBytes(StandardCharsets.UTF_8), json.getBytes(StandardCharsets.UTF_8), Map.of());
  }

  @Override
  public void close() {
    publishers.values().forEach(TransactionalPublisher::close);
  }
}
