package io.sluice.stream;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.to_json;

import io.sluice.engine.CompiledRows;
import io.sluice.engine.LocalRows;
import io.sluice.kafka.Brokers;
import io.sluice.kafka.TransactionalPublisher;
import io.sluice.run.RunContext;
import io.sluice.settings.Key;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Row;

/**
 * Sends alerts that have been published to the topic of {@code alerts.topic}, as JSON by user, each
 * once; none if no topic is set. The first time it also sends what a dead driver has left.
 */
final class AlertOutbox implements AutoCloseable {
  private static final Column[] MESSAGE = {col("user_id"), to_json(struct(col("*")))};

  private final RunContext context;
  private final AlertTable alerts;
  private final String topic;
  private final CompiledRows json;
  private TransactionalPublisher publisher;

  AlertOutbox(RunContext context, AlertTable alerts) {
    this.context = context;
    this.alerts = alerts;
    this.topic = context.settings().get(Key.ALERTS_TOPIC);
    this.json =
        CompiledRows.of(context.spark(), AlertTable.ALERTS, rows -> rows.select(MESSAGE))
            .orElseThrow();
  }

  /**
   * Sends the alerts of a batch.
   *
   * @param raised its alerts, which the table has
   * @param until the silver version that the batch reaches
   */
  void send(LocalRows raised, long until) {
    if (topic.isEmpty()) {
      return;
    }
    if (publisher == null) {
      TransactionalPublisher opened =
          TransactionalPublisher.open(
              Brokers.of(context.settings()), topic, "sluice-alerts-" + topic);
      try {
        sendLeft(opened);
      } catch (RuntimeException e) {
        opened.close();
        throw e;
      }
      publisher = opened;
      return;
    }
    publisher.send(json.apply(raised).iterator(), row -> message(row.text(0), row.text(1)), until);
  }

  /** Sends what the table has and the topic has not. */
  private void sendLeft(TransactionalPublisher opened) {
    long reached = alerts.raisedUpTo();
    if (reached >= 0) {
      Iterator<Row> left = alerts.after(opened.sent()).select(MESSAGE).toLocalIterator();
      opened.send(left, row -> message(row.getString(0), row.getString(1)), reached);
    }
  }

  private static TransactionalPublisher.Message message(String user, String json) {
    return new TransactionalPublisher.Message(
        user.getBytes(StandardCharsets.UTF_8), json.getBytes(StandardCharsets.UTF_8), Map.of());
  }

  @Override
  public void close() {
    if (publisher != null) {
      publisher.close();
    }
  }
}
