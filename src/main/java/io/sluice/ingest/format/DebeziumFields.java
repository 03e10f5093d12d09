package io.sluice.ingest.format;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.contract.Arrival;
import io.sluice.contract.SchemaPolicy;
import java.io.IOException;
import java.math.BigInteger;
import java.util.List;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * Takes change events of Debezium apart (<a
 * href="https://debezium.io/documentation/reference/stable/connectors/">its connectors' pages</a>):
 * the columns of the row behind the change, or before it if it is gone, and of the event itself
 * {@code __op}, {@code __ts_ms} and {@code __position}.
 *
 * <p>With or without a schema beside the payload. A row that the event does not have, as MongoDB's
 * deletes do not, is told by the record's key. The position is a number that grows with the changes
 * of one row: of PostgreSQL the LSN, of MySQL and MariaDB binlog file, position and row, of SQL
 * Server the LSN and number of the change, of Oracle the SCN, of MongoDB time and ordinal. A row of
 * a snapshot comes just before a change at its position. An event of another connector has none.
 */
final class DebeziumFields implements FieldReader {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> MEMBERS =
      List.of("payload", "op", "before", "after", "source", "ts_ms");

  private static final SchemaPolicy POLICY =
      new SchemaPolicy(
          SchemaPolicy.Added.IGNORE, SchemaPolicy.Removed.NULL, SchemaPolicy.Retyped.QUARANTINE);

  private static final BigInteger TWO = BigInteger.TWO;

  private final FieldReader format;
  private final FieldReader inner = new JsonFields();
  private final FieldSink event;

  private DebeziumFields(FieldReader format, FieldSink event) {
    this.format = format;
    this.event = event;
  }

  /** A reader of an arrival whose records are change events. */
  static DebeziumFields of(Arrival arrival) {
    return new DebeziumFields(
        new JsonFields(arrival.text().encoding()),
        new FieldSink(WantedFields.of(arrival, POLICY, MEMBERS)));
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
      throw BrokenRecordException.whole("no change event of Debezium: it has no op");
    }
    boolean isDelete = op.toString().equals("d");
    UTF8String row = member(members, isDelete ? "before" : "after");
    if (row != null) {
      inner.read(row.getBytes(), null, sink);
    } else if (isDelete) {
      inner.read(key(header), null, sink);
    } else {
      throw BrokenRecordException.whole(
          op.toString().equals("t")
              ? "a truncation (op t): which rows it ends is not told; delete them at the source, or"
                  + " land what is there now"
              : "a change event of op " + op + " without the row behind it");
    }
    sink.put("__op", op);
    sink.put("__ts_ms", member(members, "ts_ms"));
    sink.put("__position", position(member(members, "source")));
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

  /** The row's key, which stands beside the event: in JSON, with or without its schema. */
  private static byte[] key(UTF8String header) throws BrokenRecordException {
    try {
      JsonNode key = JSON.readTree(JSON.readTree(String.valueOf(header)).path("key").binaryValue());
      JsonNode row = key.has("payload") ? key.path("payload") : key;
      if (row.isObject()) {
        return JSON.writeValueAsBytes(row);
      }
    } catch (IOException | IllegalArgumentException e) {
      // Said below.
    }
    throw BrokenRecordException.whole(
        "a deletion without the row before it, and its record's key is no JSON object");
  }

  /** Where a change stood in the database's log; null if that is not known. */
  private static UTF8String position(UTF8String text) {
    if (text == null) {
      return null;
    }
    BigInteger position;
    JsonNode source;
    try {
      source = JSON.readTree(text.getBytes());
      position = position(source);
    } catch (IOException | RuntimeException e) {
      return null;
    }
    if (position == null) {
      return null;
    }
    String snapshot = source.path("snapshot").asText("false");
    boolean isChange = snapshot.equals("false") || snapshot.equals("null");
    return UTF8String.fromString(
        position.multiply(TWO).add(isChange ? BigInteger.ONE : BigInteger.ZERO).toString());
  }

  private static BigInteger position(JsonNode source) {
    return switch (source.path("connector").asText("")) {
      case "postgresql" -> number(source, "lsn");
      case "mysql", "mariadb" -> binlog(source);
      case "sqlserver" -> sqlServer(source);
      case "oracle" -> number(source, "scn");
      case "db2" -> lsn(source.path("change_lsn").asText(source.path("commit_lsn").asText()));
      case "mongodb" ->
          // Seconds and an ordinal within them.
          shifted(number(source, "ts_ms"), 32).add(number(source, "ord"));
      default -> null;
    };
  }

  /** The file's number, the position in it, and the row within the event there. */
  private static BigInteger binlog(JsonNode source) {
    String file = source.path("file").asText();
    BigInteger number = new BigInteger(file.substring(file.lastIndexOf('.') + 1));
    return shifted(shifted(number, 40).add(number(source, "pos")), 24)
        .add(BigInteger.valueOf(source.path("row").asLong(0)));
  }

  /** The change's LSN and its number within it; of a snapshot that of the commit. */
  private static BigInteger sqlServer(JsonNode source) {
    JsonNode change = source.path("change_lsn");
    String lsn = change.isTextual() ? change.asText() : source.path("commit_lsn").asText();
    return shifted(lsn(lsn), 16).add(BigInteger.valueOf(source.path("event_serial_no").asLong(0)));
  }

  private static BigInteger lsn(String text) {
    return new BigInteger(text.replace(":", ""), 16);
  }

  private static BigInteger number(JsonNode source, String member) {
    return new BigInteger(source.path(member).asText());
  }

  private static BigInteger shifted(BigInteger number, int bits) {
    return number.shiftLeft(bits);
  }
}
