package io.sluice.stream;

import static org.apache.spark.sql.functions.col;

import io.sluice.contract.Arrival;
import io.sluice.contract.Contract;
import io.sluice.engine.CompiledRows;
import io.sluice.engine.LocalRows;
import io.sluice.kafka.Brokers;
import io.sluice.kafka.TransactionalPublisher;
import io.sluice.run.RunContext;
import io.sluice.table.Checkpoint;
import io.sluice.table.LakeTable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
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
 * landed, in the order of their batches, in transactions of at most 1,000 rows: what dies on the
 * way goes on behind the last of them. A value above 900,000 bytes is cut, and {@code sluice.bytes}
 * says how long it was. Cost: a read and a sort of the quarantined rows of the batches not sent
 * yet.
 */
public final class DeadLetters implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("sluice");

  private final RunContext context;
  private final Contract contract;
  private final List<Arrival> arrivals;
  private final Map<Arrival, TransactionalPublisher> outboxes = new LinkedHashMap<>();
  private Letters letters;

  DeadLetters(RunContext context, Contract contract) {
    this.context = context;
    this.contract = contract;
    this.arrivals =
        contract.topics().stream().filter(one -> one.topic().deadLetters() != null).toList();
  }

  /** Sends what a source's quarantine holds and its dead-letter topics do not. */
  public static void send(RunContext context, Contract contract) {
    try (DeadLetters letters = new DeadLetters(context, contract)) {
      letters.send();
    }
  }

  /** Sends all that have not been sent; gives how many. */
  long send() {
    LakeTable quarantine = context.lake().quarantine(contract.id());
    if (arrivals.isEmpty() || !quarantine.exists()) {
      return 0;
    }
    long count = 0;
    long until = context.lake().silver(contract.id()).checkpoint(Checkpoint.REFINED);
    for (Arrival arrival : arrivals) {
      TransactionalPublisher outbox = outboxes.computeIfAbsent(arrival, this::open);
      if (outbox.sent() < until) {
        count += send(quarantine, arrival, outbox, until);
      }
    }
    return count;
  }

  /**
   * Sends the letters of one batch, whose rows are at hand; those of all batches before must have
   * been sent. Gives how many.
   *
   * @param broken rows of quarantine
   * @param until the bronze version that their batch reaches
   */
  long send(LocalRows broken, long until) {
    if (!outboxes.keySet().containsAll(arrivals)) {
      return send();
    }
    long count = 0;
    for (Arrival arrival : arrivals) {
      TransactionalPublisher outbox = outboxes.get(arrival);
      if (outbox.sent() >= until) {
        // They were there already when all that quarantine held was sent.
        continue;
      }
      count += send(outbox, letters(broken, arrival).iterator(), until);
    }
    return count;
  }

  /** The letters of an arrival among rows of quarantine, in the order in which they are sent. */
  private List<DeadLetter> letters(LocalRows broken, Arrival arrival) {
    if (letters == null || !broken.schema().equals(letters.input)) {
      letters =
          new Letters(
              broken.schema(),
              CompiledRows.of(context.spark(), broken.schema(), DeadLetters::withArrival)
                  .orElseThrow());
    }
    List<DeadLetter> sorted = new ArrayList<>();
    for (LocalRows.LocalRow row : letters.function.apply(broken)) {
      if (arrival.name().equals(row.text(DeadLetter.columns().length))) {
        sorted.add(DeadLetter.of(row));
      }
    }
    sorted.sort(Comparator.comparing(DeadLetter::place));
    return sorted;
  }

  /** What makes letters of quarantine's rows, compiled for one schema of theirs. */
  private record Letters(StructType input, CompiledRows function) {}

  private static Dataset<Row> withArrival(Dataset<Row> rows) {
    List<Column> columns = new ArrayList<>(List.of(DeadLetter.columns()));
    columns.add(col("arrival"));
    return rows.select(columns.toArray(Column[]::new));
  }

  private TransactionalPublisher open(Arrival arrival) {
    String name =
        String.join("-", "sluice-dead", contract.id(), arrival.name(), arrival.topic().name());
    return TransactionalPublisher.open(
        Brokers.of(context.settings()), arrival.topic().deadLetters(), name);
  }

  private long send(
      LakeTable quarantine, Arrival arrival, TransactionalPublisher outbox, long until) {
    Column news =
        col("batch")
            .gt(outbox.sent())
            .and(col("batch").leq(until))
            .and(col("arrival").equalTo(arrival.name()))
            // What a replay judged again has been sent before.
            .and(col("attempt").equalTo(1));
    Column unsent =
        outbox.mark().map(mark -> news.and(DeadLetter.Place.read(mark).isBefore())).orElse(news);
    Iterator<Row> rows =
        quarantine
            .read()
            .where(unsent)
            .orderBy(DeadLetter.Place.order())
            .select(DeadLetter.columns())
            .toLocalIterator();
    long sent =
        send(
            outbox,
            new Iterator<>() {
              @Override
              public boolean hasNext() {
                return rows.hasNext();
              }

              @Override
              public DeadLetter next() {
                return DeadLetter.of(rows.next());
              }
            },
            until);
    if (sent > 0) {
      LOG.info("{}: {} dead letters to {}", contract.id(), sent, arrival.topic().deadLetters());
    }
    return sent;
  }

  private long send(TransactionalPublisher outbox, Iterator<DeadLetter> sorted, long until) {
    return outbox.sendInParts(
        sorted, letter -> letter.message(contract.id()), letter -> letter.place().text(), until);
  }

  @Override
  public void close() {
    outboxes.values().forEach(TransactionalPublisher::close);
  }
}
