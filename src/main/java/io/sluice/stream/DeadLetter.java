package io.sluice.stream;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.to_json;

import io.sluice.engine.LocalRows;
import io.sluice.kafka.TransactionalPublisher;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Row;

/**
 * A record of a topic that is in quarantine.
 *
 * @param raw as quarantine holds it; null for a tombstone
 * @param file where it stood, as {@code topic/partition}
 * @param position its offset
 * @param header its Kafka timestamp, key and headers as JSON
 * @param contract the contract's version that refused it
 * @param run the id of the run that refused it
 * @param reasons as JSON
 * @param batch the bronze version that its batch reached
 */
record DeadLetter(
    byte[] raw,
    String file,
    long position,
    String header,
    String contract,
    String run,
    String reasons,
    long batch) {

  /** Below what a broker takes by default, with room for the headers. */
  static final int MOST_BYTES = 900_000;

  /** Quarantine's columns that a letter is made of, in the order of its parts. */
  static Column[] columns() {
    return new Column[] {
      col("raw"),
      col("file"),
      col("position"),
      col("header"),
      col("contract_version"),
      col("run_id"),
      to_json(col("reasons")),
      col("batch")
    };
  }

  /** The letter of a row of {@link #columns}. */
  static DeadLetter of(Row row) {
    return new DeadLetter(
        row.getAs(0),
        row.getString(1),
        row.getLong(2),
        row.getString(3),
        row.getString(4),
        row.getString(5),
        row.getString(6),
        row.getLong(7));
  }

  static DeadLetter of(LocalRows.LocalRow row) {
    return new DeadLetter(
        row.bytes(0),
        row.text(1),
        row.number(2),
        row.text(3),
        row.text(4),
        row.text(5),
        row.text(6),
        row.number(7));
  }

  /** Its place in the order in which letters are sent. */
  Place place() {
    return new Place(batch, file, position);
  }

  /** The message that says it. */
  TransactionalPublisher.Message message(String source) {
    int slash = file.lastIndexOf('/');
    Map<String, String> headers = new TreeMap<>();
    headers.put("sluice.source", source);
    headers.put("sluice.step", "refine");
    headers.put("sluice.topic", file.substring(0, slash));
    headers.put("sluice.partition", file.substring(slash + 1));
    headers.put("sluice.offset", String.valueOf(position));
    headers.put("sluice.header", header);
    headers.put("sluice.contract", contract);
    headers.put("sluice.run", run);
    headers.put("sluice.reasons", reasons);
    byte[] value = raw;
    if (raw != null && raw.length > MOST_BYTES) {
      headers.put("sluice.bytes", String.valueOf(raw.length));
      value = Arrays.copyOf(raw, MOST_BYTES);
    }
    return new TransactionalPublisher.Message(null, value, headers);
  }

  /**
   * A letter's place in the order in which letters are sent: that of batches, inside of a batch
   * that of where records stood. No two letters of a topic have the same.
   */
  record Place(long batch, String file, long position) implements Comparable<Place> {
    /** The order of places as quarantine's columns. */
    static Column[] order() {
      return new Column[] {col("batch"), col("file"), col("position")};
    }

    /** Whether a row of quarantine stands behind this place. */
    Column isBefore() {
      Column later = col("position").gt(position);
      Column below = col("file").gt(file).or(col("file").equalTo(file).and(later));
      return col("batch").gt(batch).or(col("batch").equalTo(batch).and(below));
    }

    /** As a text that {@link #read} takes: a topic's name has no blank in it. */
    String text() {
      return batch + " " + file + " " + position;
    }

    static Place read(String text) {
      String[] words = text.split(" ");
      return new Place(Long.parseLong(words[0]), words[1], Long.parseLong(words[2]));
    }

    @Override
    public int compareTo(Place other) {
      int order = Long.compare(batch, other.batch);
      // Names of topics are ASCII, so this is Spark's order of them, too.
      order = order != 0 ? order : file.compareTo(other.file);
      return order != 0 ? order : Long.compare(position, other.position);
    }
  }
}
