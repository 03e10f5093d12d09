package io.sluice.ingest.format;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.contract.Arrival;
import io.sluice.contract.SchemaPolicy;
import io.sluice.privacy.Cipher;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * Takes change events of Debezium apart (<a
 * href="https://debezium.io/documentation/reference/stable/connectors/">its connectors' pages</a>):
 * the columns of the row behind the change, or before it if it is gone, and of the event itself
 * {@code __op}, {@code __ts_ms} and {@code __position} ({@link DebeziumPosition}).
 *
 * <p>In JSON, with or without a schema beside the payload, and in Avro. A row that a deletion does
 * not have, as MongoDB's do not, is told by the record's key. A truncation has no row, and no
 * columns but the event's. Heartbeats and the marks of a transaction's beginning and end tell of no
 * row; messages, changes of a table's schema and what is no event are broken. So is a row of which
 * a value was not sent: what stands in its place is no value.
 */
final class DebeziumFields implements FieldReader {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> MEMBERS =
      List.of("payload", "op", "before", "after", "source", "ts_ms", "status", "id", "ddl");

  /** Beside the members, what an event that is a transaction's mark may have. */
  private static final Set<UTF8String> OF_MARK =
      Set.of(UTF8String.fromString("event_count"), UTF8String.fromString("data_collections"));

  private static final String NOT_SENT = "__debezium_unavailable_value";

  /** What stands for a value that was not sent: as text, as bytes, as an array, as a map. */
  private static final Set<UTF8String> UNAVAILABLE =
      Set.of(
          UTF8String.fromString(NOT_SENT),
          UTF8String.fromString("X19kZWJleml1bV91bmF2YWlsYWJsZV92YWx1ZQ=="),
          UTF8String.fromString("[\"" + NOT_SENT + "\"]"),
          UTF8String.fromString("{\"" + NOT_SENT + "\":\"" + NOT_SENT + "\"}"));

  private static final SchemaPolicy POLICY =
      new SchemaPolicy(
          SchemaPolicy.Added.KEEP, SchemaPolicy.Removed.NULL, SchemaPolicy.Retyped.QUARANTINE);

  private final List<String> columns;
  private final FieldReader format;
  private final AvroRecords avroKeys;
  private final Cipher cipher;
  private final FieldReader inner = new JsonFields();
  private final FieldSink event;

  /**
   * @param format takes an event apart into its members, nested ones as JSON
   * @param avroKeys reads keys in Avro; null if there are none
   * @param cipher opens what stands beside the records; null if it is not encrypted
   */
  private DebeziumFields(
      WantedFields wanted, FieldReader format, AvroRecords avroKeys, Cipher cipher) {
    this.columns = wanted.columns();
    this.format = format;
    this.avroKeys = avroKeys;
    this.cipher = cipher;
    this.event = new FieldSink(WantedFields.of(wanted.arrival(), POLICY, MEMBERS));
  }

  /**
   * A reader of an arrival whose records are change events.
   *
   * @param cipher opens what stands beside the records; null if it is not encrypted
   */
  static DebeziumFields of(WantedFields wanted, Cipher cipher) {
    Arrival arrival = wanted.arrival();
    if (!arrival.format().equals("avro")) {
      return new DebeziumFields(wanted, new JsonFields(arrival.text().encoding()), null, cipher);
    }
    Map<Integer, String> schemas = wanted.writerSchemas();
    return new DebeziumFields(
        wanted,
        new AvroRecords(schemas, wanted.plain(), DebeziumFields::row),
        new AvroRecords(schemas, Map.of()),
        cipher);
  }

  /** The schema of the row in that of an event. */
  private static Optional<Schema> row(Schema event) {
    return Stream.of("after", "before")
        .map(event::getField)
        .filter(field -> field != null)
        .map(Schema.Field::schema)
        .flatMap(of -> of.isUnion() ? of.getTypes().stream() : Stream.of(of))
        .filter(of -> of.getType() == Schema.Type.RECORD)
        .findFirst();
  }

  @Override
  public void read(byte[] record, UTF8String header, FieldSink sink) throws BrokenRecordException {
    UTF8String[] members = members(format, record, header);
    UTF8String payload = member(members, "payload");
    if (payload != null) {
      members = members(inner, payload.getBytes(), header);
    }
    UTF8String op = member(members, "op");
    if (op == null) {
      throw noChange(members);
    }
    switch (op.toString()) {
      case "t" -> {
        // Ends every row: it has none of its own.
      }
      case "d" -> {
        UTF8String before = member(members, "before");
        inner.read(before == null ? key(header) : before.getBytes(), null, sink);
      }
      case "m" ->
          throw BrokenRecordException.whole(
              "a message (op m), which is of no row; give it a topic of its own");
      default -> {
        UTF8String after = member(members, "after");
        if (after == null) {
          throw BrokenRecordException.whole(
              "a change event of op "
                  + op
                  + " without the row behind it; of MongoDB set capture.mode to"
                  + " change_streams_update_full");
        }
        inner.read(after.getBytes(), null, sink);
        refuseUnsent(sink.record());
      }
    }
    sink.put("__op", op);
    sink.put("__ts_ms", member(members, "ts_ms"));
    sink.put("__position", DebeziumPosition.of(member(members, "source")));
  }

  private UTF8String[] members(FieldReader reader, byte[] record, UTF8String header)
      throws BrokenRecordException {
    event.begin();
    reader.read(record, header, event);
    return event.record().values();
  }

  private static UTF8String member(UTF8String[] members, String name) {
    return members[MEMBERS.indexOf(name)];
  }

  /** What is said of an event that is no change of a row. */
  private BrokenRecordException noChange(UTF8String[] members) {
    List<UTF8String> others = event.record().names();
    Set<String> there = new HashSet<>(MEMBERS);
    there.removeIf(name -> member(members, name) == null);
    if (others.isEmpty() && there.equals(Set.of("ts_ms"))) {
      return BrokenRecordException.ofNoRow("a heartbeat, which tells of no row");
    }
    String status = String.valueOf(member(members, "status"));
    there.remove("ts_ms");
    if (there.equals(Set.of("status", "id"))
        && Set.of("BEGIN", "END").contains(status)
        && OF_MARK.containsAll(others)) {
      return BrokenRecordException.ofNoRow("the mark of a transaction, which tells of no row");
    }
    return BrokenRecordException.whole(
        there.contains("ddl") && there.contains("source")
            ? "a change of a table's schema, which is of no row; give it a topic of its own"
            : "no change event of Debezium: it has no op");
  }

  /**
   * Refuses a row that lacks values: the database did not write them, since they stand apart from
   * their row and have not changed, and what stands for them must not replace them.
   */
  private void refuseUnsent(RawRecord row) throws BrokenRecordException {
    List<String> unsent = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      if (isUnsent(row.values()[i])) {
        unsent.add(columns.get(i));
      }
    }
    for (int i = 0; i < row.names().size(); i++) {
      if (isUnsent(row.extras().get(i))) {
        unsent.add(row.names().get(i).toString());
      }
    }
    if (!unsent.isEmpty()) {
      throw new BrokenRecordException(
          unsent.size() == 1 ? unsent.get(0) : "",
          "missing",
          "the event was sent without the value of "
              + String.join(", ", unsent)
              + ", which the change left as it was; set REPLICA IDENTITY FULL on PostgreSQL's table"
              + " (of Oracle, let the connector reselect the column), then send the row again");
    }
  }

  private static boolean isUnsent(UTF8String value) {
    return value != null && UNAVAILABLE.contains(value);
  }

  /** The row's key, which stands beside the event, as a JSON object. */
  private byte[] key(UTF8String header) throws BrokenRecordException {
    try {
      String beside =
          cipher == null || header == null
              ? String.valueOf(header)
              : cipher.decrypt(header.toString());
      byte[] key = JSON.readTree(beside).path("key").binaryValue();
      if (avroKeys != null && key != null && key.length > 0 && key[0] == 0) {
        return avroKeys.json(key).getBytes();
      }
      JsonNode told = JSON.readTree(key);
      JsonNode row = told.has("payload") ? told.path("payload") : told;
      if (row.isObject()) {
        return JSON.writeValueAsBytes(row);
      }
    } catch (IOException | IllegalArgumentException e) {
      // Said below.
    }
    throw BrokenRecordException.whole(
        "a deletion without the row before it, and its record's key is no object");
  }
}
