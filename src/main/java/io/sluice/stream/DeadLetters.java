package io.sluice.stream;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.to_json;

import io.sluice.contract.Arrival;
import io.sluice.contract.Contract;
import io.sluice.engine.CompiledRows;
import io.sluice.kafka.Brokers;
import io.sluice.kafka.TransactionalPublisher;
import io.sluice.run.RunContext;
import io.sluice.table.Checkpoint;
import io.sluice.table.LakeTable;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;
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
public final class DeadLetters implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("sluice");
  // Below what a broker takes by default, with room for the headers.
  private static final int MOST = 900_000;

  private final RunContext context;
  private final Contract contract;
  private final Map<Arrival, TransactionalPublisher> outboxes = new LinkedHashMap<>();
  private Letters letters;

  DeadLetters(RunContext context, Contract contract) {
    this.context = context;
    this.contract = contract;
  }

  /** Sends what a source's quarantine holds and its dead-letter topics do not. */
  public static void send(RunContext context, Contract contract) {
    try (DeadLetters letters = new DeadLetters(context, contract)) {
      letters.send();
    }
  }

  void send() {
    LakeTable quarantine = context.lake().quarantine(contract.id());
    List<Arrival> arrivals =
        contract.topics().stream().filter(one -> one.topic().deadLetters() != null).toList();
    if (arrivals.isEmpty() || !quarantine.exists()) {
      return;
    }
    long until = context.lake().silver(contract.id()).checkpoint(Checkpoint.REFINED);
    for (Arrival arrival : arrivals) {
      TransactionalPublisher outbox = outboxes.computeIfAbsent(arrival, this::open);
      if (outbox.sent() < until) {
        send(quarantine, arrival, outbox, until);
      }
    }
  }

  /**
   * Sends the letters of one batch, whose rows are at hand; those of all batches before must have
   * been sent.
   *
   * @param broken rows of quarantine
   */
  void send(StructType schema, List<InternalRow> broken, long until) {
    List<Arrival> arrivals =
        contract.topics().stream().filter(one -> one.topic().deadLetters() != null).toList();
    if (!outboxes.keySet().containsAll(arrivals)) {
      send();
      return;
    }
    if (letters == null || !schema.equals(letters.input)) {
      letters =
          new Letters(
              schema,
              CompiledRows.of(context.spark(), schema, rows -> rows.select(LETTER)).orElseThrow());
    }
    List<InternalRow> rows = letters.function.apply(broken);
    for (Arrival arrival : arrivals) {
      TransactionalPublisher outbox = outboxes.get(arrival);
      if (outbox.sent() >= until) {
        // They were there already when all that quarantine held was sent.
        continue;
      }
      UTF8String to = UTF8String.fromString(arrival.name());
      outbox.send(
          rows.stream().filter(row -> row.getUTF8String(7).equals(to)).iterator(),
          row ->
              message(
                  row.isNullAt(0) ? null : row.getBinary(0),
                  text(row, 1),
                  row.getLong(2),
                  text(row, 3),
                  text(row, 4),
                  text(row, 5),
                  text(row, 6)),
          until);
    }
  }

  private static String text(InternalRow row, int at) {
    return row.isNullAt(at) ? null : row.getUTF8String(at).toString();
  }

  /** What makes letters of quarantine's rows. */
  private record Letters(StructType input, CompiledRows function) {}

  private static final Column[] LETTER = {
    col("raw"),
    col("file"),
    col("position"),
    col("header"),
    col("contract_version"),
    col("run_id"),
    to_json(col("reasons")),
    col("arrival")
  };

  private TransactionalPublisher open(Arrival arrival) {
    String name =
        String.join("-", "sluice-dead", contract.id(), arrival.name(), arrival.topic().name());
    return new TransactionalPublisher(
        Brokers.of(context.settings()), arrival.topic().deadLetters(), name);
  }

  private void send(
      LakeTable quarantine, Arrival arrival, TransactionalPublisher outbox, long until) {
    Column news =
        col("batch")
            .gt(outbox.sent())
            .and(col("batch").leq(until))
            .and(col("arrival").equalTo(arrival.name()))
            // What a replay judged again has been sent before.
            .and(col("attempt").equalTo(1));
    Iterator<Row> rows = quarantine.read().where(news).select(LETTER).toLocalIterator();
    long sent =
        outbox.send(
            rows,
            row ->
                message(
                    row.getAs(0),
                    row.getString(1),
                    row.getLong(2),
                    row.getString(3),
                    row.getString(4),
                    row.getString(5),
                    row.getString(6)),
            until);
    if (sent > 0) {
      LOG.info("{}: {} dead letters to {}", contract.id(), sent, arrival.topic().deadLetters());
    }
  }

  private TransactionalPublisher.Message message(
      byte[] raw,
      String file,
      long position,
      String header,
      String version,
      String run,
      String reasons) {
    int slash = file.lastIndexOf('/');
    Map<String, String> headers = new TreeMap<>();
    headers.put("sluice.source", contract.id());
    headers.put("sluice.step", "refine");
    headers.put("sluice.topic", file.substring(0, slash));
    headers.put("sluice.partition", file.substring(slash + 1));
    headers.put("sluice.offset", String.valueOf(position));
    headers.put("sluice.header", header);
    headers.put("sluice.contract", version);
    headers.put("sluice.run", run);
    headers.put("sluice.reasons", reasons);
    if (raw != null && raw.length > MOST) {
      headers.put("sluice.bytes", String.valueOf(raw.length));
      raw = java.util.Arrays.copyOf(raw, MOST);
    }
    return new TransactionalPublisher.Message(null, raw, headers);
  }

  @Override
  public void close() {
    outboxes.values().forEach(TransactionalPublisher::close);
  }
}
