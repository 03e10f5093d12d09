package io.sluice.ingest.format;

import static org.apache.spark.unsafe.types.UTF8String.fromBytes;
import static org.apache.spark.unsafe.types.UTF8String.fromString;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.sluice.contract.Arrival;
import io.sluice.contract.SchemaPolicy;
import io.sluice.privacy.Cipher;
import java.io.IOException;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.util.ArrayBasedMapData;
import org.apache.spark.sql.catalyst.util.GenericArrayData;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * Takes one raw record apart into the raw columns that a contract reads, all of them text.
 *
 * <p>Runs inside Spark's generated code, once for each record: it works on bytes and returns
 * Spark's own row, so that no text is decoded only to be encoded again. A record that cannot be
 * taken apart comes back with a problem, never as an exception.
 */
public final class RecordParser implements Serializable {
  private static final long serialVersionUID = 1L;

  private static final StructType PROBLEM =
      new StructType()
          .add("field", DataTypes.StringType)
          .add("rule", DataTypes.StringType)
          .add("message", DataTypes.StringType);

  /**
   * What {@link #parse} returns: the raw columns' values in their order, the columns that no one
   * asked for, and why the record cannot be used (null if it can).
   */
  public static final StructType RESULT =
      new StructType()
          .add("values", DataTypes.createArrayType(DataTypes.StringType))
          .add("extra", DataTypes.createMapType(DataTypes.StringType, DataTypes.StringType))
          .add("problem", PROBLEM);

  private static final JsonFactory JSON =
      new JsonFactory().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

  private final Arrival arrival;
  private final SchemaPolicy policy;
  private final List<String> columns;
  private final Map<String, Integer> places = new HashMap<>();
  private final Set<UTF8String> nulls = new HashSet<>();
  private final Cipher cipher;
  private final AvroRecords avro;
  private transient Map<UTF8String, Header> headers;

  /**
   * A CSV header: for each of its columns its place among the raw columns (-1: unknown), or what is
   * wrong with it.
   */
  private record Header(int[] places, UTF8String[] names, InternalRow problem) {}

  /**
   * @param columns the raw columns wanted, in the order of the values
   * @param cipher opens the record, if the source keeps its records encrypted; else null
   */
  public RecordParser(Arrival arrival, SchemaPolicy policy, List<String> columns, Cipher cipher) {
    this(arrival, policy, columns, cipher, null);
  }

  /**
   * @param columns the raw columns wanted, in the order of the values
   * @param cipher opens the record, if the source keeps its records encrypted; else null
   * @param avro takes Avro records apart; null for other formats
   */
  public RecordParser(
      Arrival arrival, SchemaPolicy policy, List<String> columns, Cipher cipher, AvroRecords avro) {
    this.avro = avro;
    this.arrival = arrival;
    this.policy = policy;
    this.columns = new ArrayList<>(columns);
    this.cipher = cipher;
    for (int i = 0; i < columns.size(); i++) {
      places.put(columns.get(i), i);
    }
    arrival.nullValues().forEach(text -> nulls.add(fromString(text)));
  }

  /**
   * Takes a record apart.
   *
   * @param header the CSV header line of its file; null for other formats
   * @param problem why the record could not be read whole; null if it could
   */
  public InternalRow parse(byte[] stored, UTF8String header, UTF8String problem) {
    if (problem != null) {
      return failed("", "record", problem.toString());
    }
    byte[] raw = cipher == null ? stored : cipher.open(stored);
    if (arrival.format() == Arrival.Format.AVRO) {
      return parseAvro(raw);
    }
    if (!isUtf8(raw)) {
      return failed("", "record", "not valid UTF-8");
    }
    return arrival.format() == Arrival.Format.CSV ? parseCsv(raw, header) : parseJson(raw);
  }

  private static boolean isUtf8(byte[] bytes) {
    for (byte b : bytes) {
      if (b < 0) {
        try {
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
          return true;
        } catch (CharacterCodingException e) {
          return false;
        }
      }
    }
    return true;
  }

  private static InternalRow failed(String field, String rule, String message) {
    return new GenericInternalRow(new Object[] {null, null, problem(field, rule, message)});
  }

  private static InternalRow problem(String field, String rule, String message) {
    return new GenericInternalRow(
        new Object[] {fromString(field), fromString(rule), fromString(message)});
  }

  private InternalRow result(UTF8String[] values, List<Object> keys, List<Object> extras) {
    Object extra = null;
    if (!keys.isEmpty()) {
      if (policy.added() == SchemaPolicy.Added.STOP) {
        return failed(
            keys.get(0).toString(), "added", "the contract knows no column " + keys.get(0));
      }
      extra =
          new ArrayBasedMapData(
              new GenericArrayData(keys.toArray()), new GenericArrayData(extras.toArray()));
    }
    return new GenericInternalRow(
        new Object[] {new GenericArrayData((Object[]) values), extra, null});
  }

  private boolean keepsUnknown() {
    return policy.added() != SchemaPolicy.Added.IGNORE;
  }

  private InternalRow parseCsv(byte[] raw, UTF8String headerLine) {
    Csv csv = new Csv(arrival.delimiter(), arrival.quote());
    Header header = header(csv, headerLine);
    if (header.problem != null) {
      return new GenericInternalRow(new Object[] {null, null, header.problem});
    }
    List<Csv.Slice> fields;
    try {
      fields = csv.fields(raw);
    } catch (IllegalArgumentException e) {
      return failed("", "record", e.getMessage());
    }
    if (fields.size() != header.places.length) {
      return failed(
          "", "record", fields.size() + " fields where the header has " + header.places.length);
    }
    UTF8String[] values = new UTF8String[columns.size()];
    List<Object> keys = new ArrayList<>(0);
    List<Object> extras = new ArrayList<>(0);
    for (int i = 0; i < header.places.length; i++) {
      int place = header.places[i];
      if (place < 0 && !keepsUnknown()) {
        continue;
      }
      Csv.Slice slice = fields.get(i);
      UTF8String value =
          slice.escaped()
              ? fromBytes(csv.value(raw, slice))
              : fromBytes(raw, slice.start(), slice.end() - slice.start());
      if (nulls.contains(value)) {
        continue;
      }
      if (place >= 0) {
        values[place] = value;
      } else {
        keys.add(header.names[i]);
        extras.add(value);
      }
    }
    return result(values, keys, extras);
  }

  private Header header(Csv csv, UTF8String line) {
    if (headers == null) {
      headers = new HashMap<>();
    }
    Header known = headers.get(line);
    if (known == null) {
      known = readHeader(csv, line.getBytes());
      headers.put(line.clone(), known);
    }
    return known;
  }

  private Header readHeader(Csv csv, byte[] line) {
    List<Csv.Slice> fields;
    try {
      fields = csv.fields(line);
    } catch (IllegalArgumentException e) {
      return new Header(null, null, problem("", "record", "header line: " + e.getMessage()));
    }
    int[] at = new int[fields.size()];
    UTF8String[] names = new UTF8String[fields.size()];
    Set<UTF8String> seen = new HashSet<>();
    for (int i = 0; i < at.length; i++) {
      names[i] = fromString(fromBytes(csv.value(line, fields.get(i))).toString().strip());
      at[i] = places.getOrDefault(names[i].toString(), -1);
      if (!seen.add(names[i])) {
        return new Header(
            null, null, problem("", "record", "header line: column " + names[i] + " stands twice"));
      }
    }
    if (policy.removed() != SchemaPolicy.Removed.NULL) {
      for (String column : columns) {
        if (!seen.contains(fromString(column))) {
          return new Header(
              null, null, problem(column, "missing", "the file has no column " + column));
        }
      }
    }
    return new Header(at, names, null);
  }

  private InternalRow parseAvro(byte[] raw) {
    UTF8String[] values = new UTF8String[columns.size()];
    List<Object> keys = new ArrayList<>(0);
    List<Object> extras = new ArrayList<>(0);
    try {
      avro.read(
          raw,
          (name, value) -> {
            int place = places.getOrDefault(name, -1);
            if (value == null || nulls.contains(value) || (place < 0 && !keepsUnknown())) {
              return;
            }
            if (place >= 0) {
              values[place] = value;
            } else {
              keys.add(fromString(name));
              extras.add(value);
            }
          });
    } catch (AvroRecords.BrokenException e) {
      return failed(e.field, e.rule, e.getMessage());
    }
    return result(values, keys, extras);
  }

  private InternalRow parseJson(byte[] raw) {
    UTF8String[] values = new UTF8String[columns.size()];
    List<Object> keys = new ArrayList<>(0);
    List<Object> extras = new ArrayList<>(0);
    if (raw.length > 1 && (raw[0] == 0 || raw[1] == 0)) {
      // Jackson would take it for UTF-16 or UTF-32, and no longer know where values stand.
      return failed("", "record", "not JSON in UTF-8");
    }
    try (JsonParser parser = JSON.createParser(raw)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return failed("", "record", "a JSON object is expected");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.getCurrentName();
        int place = places.getOrDefault(name, -1);
        UTF8String value = value(parser, raw);
        if (value == null || nulls.contains(value) || (place < 0 && !keepsUnknown())) {
          continue;
        }
        if (place >= 0) {
          values[place] = value;
        } else {
          keys.add(fromString(name));
          extras.add(value);
        }
      }
      if (parser.nextToken() != null) {
        return failed("", "record", "text follows the JSON object");
      }
    } catch (JsonProcessingException e) {
      // Jackson's own message would quote the record, which may hold protected values.
      long column = e.getLocation() == null ? 0 : e.getLocation().getColumnNr();
      return failed("", "record", "not valid JSON at character " + column);
    } catch (IOException e) {
      return failed("", "record", "not valid JSON");
    }
    return result(values, keys, extras);
  }

  /** A value as text; a nested one as the bytes it stands in; null for JSON's null. */
  private static UTF8String value(JsonParser parser, byte[] raw) throws IOException {
    JsonToken token = parser.nextToken();
    if (token == JsonToken.VALUE_NULL) {
      return null;
    }
    if (token == JsonToken.START_OBJECT || token == JsonToken.START_ARRAY) {
      int start = (int) parser.getTokenLocation().getByteOffset();
      parser.skipChildren();
      int end = (int) parser.getCurrentLocation().getByteOffset();
      return fromBytes(Arrays.copyOfRange(raw, start, end));
    }
    return fromString(parser.getText());
  }
}
