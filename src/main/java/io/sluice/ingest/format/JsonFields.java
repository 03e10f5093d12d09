package io.sluice.ingest.format;

import static org.apache.spark.unsafe.types.UTF8String.fromBytes;
import static org.apache.spark.unsafe.types.UTF8String.fromString;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import io.sluice.contract.TextEncoding;
import java.io.IOException;
import java.util.Arrays;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * Takes JSON objects apart into their members: texts without their quotes, numbers as they are
 * written, nested values as the bytes they stand in.
 *
 * <p>An object is as {@link StrictJson} has it; what is not breaks the record. So do more than
 * 10,000 members, and more than a million values, so that a record costs no more than its size.
 */
final class JsonFields implements FieldReader {
  private static final int MEMBERS = 10_000;
  private static final int VALUES = 1_000_000;

  private final OneByteText encoded;

  JsonFields() {
    this(TextEncoding.UTF_8);
  }

  /**
   * @param encoding of the records
   */
  JsonFields(TextEncoding encoding) {
    this.encoded = encoding.isOneByte() ? OneByteText.of(encoding) : null;
  }

  @Override
  public void read(byte[] record, UTF8String header, FieldSink sink) throws BrokenRecordException {
    byte[] utf8 = record;
    if (encoded == null) {
      Utf8.check(record);
    } else {
      encoded.check(record);
      utf8 = encoded.utf8(record, 0, record.length);
    }
    if (utf8.length > 1 && (utf8[0] == 0 || utf8[1] == 0)) {
      // Jackson would take it for UTF-16 or UTF-32, and no longer know where values stand.
      throw BrokenRecordException.whole("not JSON in UTF-8");
    }
    try (JsonParser parser = StrictJson.parser(utf8)) {
      read(parser, utf8, sink);
    } catch (StreamConstraintsException e) {
      throw BrokenRecordException.whole(
          "nests deeper than "
              + StrictJson.DEPTH
              + ", or a number has more than "
              + StrictJson.DIGITS
              + " characters");
    } catch (JsonEOFException e) {
      throw BrokenRecordException.whole(
          "not valid JSON" + place(e) + ": it ends inside of a value");
    } catch (JsonProcessingException e) {
      // Jackson's own message would quote the record, which may hold protected values.
      boolean isTwice = e.getOriginalMessage().startsWith("Duplicate field");
      throw BrokenRecordException.whole(
          "not valid JSON" + place(e) + (isTwice ? ": a name stands twice in one object" : ""));
    } catch (IOException e) {
      throw BrokenRecordException.whole("not valid JSON");
    }
  }

  private static String place(JsonProcessingException e) {
    return e.getLocation() == null ? "" : " at character " + e.getLocation().getColumnNr();
  }

  private static void read(JsonParser parser, byte[] record, FieldSink sink)
      throws IOException, BrokenRecordException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw BrokenRecordException.whole("a JSON object is expected");
    }
    if (StrictJson.holdsHalfPair(record)) {
      throw BrokenRecordException.whole(
          "holds half of a surrogate pair as \\u escape, which is no character");
    }
    int members = 0;
    int values = 0;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      if (++members > MEMBERS) {
        throw BrokenRecordException.whole("has more than " + MEMBERS + " members");
      }
      String name = parser.getCurrentName();
      JsonToken token = parser.nextToken();
      if (token == JsonToken.VALUE_STRING) {
        sink.putQuoted(name, fromString(parser.getText()));
      } else if (token == JsonToken.START_OBJECT || token == JsonToken.START_ARRAY) {
        int start = (int) parser.getTokenLocation().getByteOffset();
        values = passNested(parser, values);
        int end = (int) parser.getCurrentLocation().getByteOffset();
        sink.put(name, fromBytes(Arrays.copyOfRange(record, start, end)));
      } else {
        sink.put(name, token == JsonToken.VALUE_NULL ? null : fromString(parser.getText()));
      }
    }
    if (parser.nextToken() != null) {
      throw BrokenRecordException.whole("text follows the JSON object");
    }
  }

  /**
   * Goes on to the end of a nested value.
   *
   * @param before how many values have been counted
   * @return how many there are then
   */
  private static int passNested(JsonParser parser, int before)
      throws IOException, BrokenRecordException {
    int values = before;
    for (int depth = 1; depth > 0; ) {
      JsonToken token = parser.nextToken();
      if (token == null) {
        throw BrokenRecordException.whole("not valid JSON: it ends inside of a value");
      }
      if (token.isStructStart()) {
        depth++;
      } else if (token.isStructEnd()) {
        depth--;
      } else if (token.isNumeric()) {
        // Is measured when it is looked at, and not before.
        parser.getTextLength();
      }
      if (++values > VALUES) {
        throw BrokenRecordException.whole("holds more than " + VALUES + " values");
      }
    }
    return values;
  }
}
