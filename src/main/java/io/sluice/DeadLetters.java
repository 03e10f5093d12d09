package io.sluice;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.to_json;

import io.sluice.contract.Arrival;
import io.sluice.contract.Contract;
import io.sluice.kafka.Brokers;
import io.sluice.kafka.Outbox;
import io.sluice.table.Table;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Row;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a source's quarantine and writes each record that came by a topic to that topic's
 * dead-letter topic, once.
 *
 * <p>A message's value is the record as quarantine holds it (encrypted in a protected source); its
 * headers, all text, say where it stood ({@code sluice.topic}, {@code .partition}, {@code .offset},
 * {@code .header}), who refused it ({@code .source}, {@code .contract}, {@code .step}, {@code
 * .run}) and why ({@code .reasons}, JSON). Rows are sent when silver's commit of their batch has
 * landed, in the order of their batches. A value above 900,000 bytes is cut, and {@code
 * sluice.bytes} says how long it was. Cost: the quarantined rows of the batches not sent yet.
 */
final class DeadLetters implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("sluice");
  // Below what a broker takes by default, with room for the headers.
  private static final int MOST = 900_000;

  private final Workplace place;
  private final Contract contract;
  private final Map<Arrival, Outbox> outboxes = new LinkedHashMap<>();

  DeadLetters(Workplace place, Contract contract) {
    this.place = place;
    this.contract = contract;
  }

  /** Sends what a source's quarantine holds and its dead-letter topics do not. */
  static void send(Workplace place, Contract contract) {
    try (DeadLetters letters = new DeadLetters(place, contract)) {
      letters.send();
    }
  }

  void send() {
    Table quarantine = place.lake().quarantine(contract.id());
    List<Arrival> arrivals =
        contract.topics().stream().filter(one -> one.topic().deadLetters() != null).toList();
    if (arrivals.isEmpty() || !quarantine.exists()) {
      return;
    }
    long until = place.lake().silver(contract.id()).checkpoint(Silver.CHECKPOINT);
    for (Arrival arrival : arrivals) {
      Outbox outbox = outboxes.computeIfAbsent(arrival, this::open);
      if (outbox.sent() < until) {
        send(quarantine, arrival, outbox, until);
      }
    }
  }

  private Outbox open(Arrival arrival) {
    String name =
        String.join("-", "sluice-dead", contract.id(), arrival.name(), arrival.topic().name());
    return new Outbox(Brokers.of(place.settings()), arrival.topic().deadLetters(), name);
  }

  private void send(Table quarantine, Arrival arrival, Outbox outbox, long until) {
    Column news =
        col("batch")
            .gt(outbox.sent())
            .and(col("batch").leq(until))
            .and(col("arrival").equalTo(arrival.name()))
            // What a replay judged again has been sent before.
            .and(col("attempt").equalTo(1));
    Iterator<Row> rows =
        quarantine
            .read()
            .where(news)
            .select(
                col("raw"),
                col("file"),
                col("position"),
                col("header"),
                col("contract_version"),
                col("run_id"),
                to_json(col("reasons")))
            .toLocalIterator();
    long letters = outbox.send(rows, this::message, until);
    if (letters > 0) {
      LOG.info("{}: {} dead letters to {}", contract.id(), letters, arrival.topic().deadLetters());
    }
  }

  private Outbox.Message message(Row row) {
    byte[] raw = row.getAs(0);
    String file = row.getString(1);
    int slash = file.lastIndexOf('/');
    Map<String, String> headers = new TreeMap<>();
    headers.put("sluice.source", contract.id());
    headers.put("sluice.step", "refine");
    headers.put("sluice.topic", file.substring(0, slash));
    headers.put("sluice.partition", file.substring(slash + 1));
    headers.put("sluice.offset", String.valueOf(row.getLong(2)));
    headers.put("sluice.header", row.getString(3));
    headers.put("sluice.contract", row.getString(4));
    headers.put("sluice.run", row.getString(5));
    headers.put("sluice.reasons", row.getString(6));
    if (raw != null && raw.length > MOST) {
      headers.put("sluice.bytes", String.valueOf(raw.length));
      raw = java.util.Arrays.copyOf(raw, MOST);
    }
    return new Outbox.Message(null, raw, headers);
  }

  @Override
  public void close() {
    outboxes.values().forEach(Outbox::close);
  }
}
