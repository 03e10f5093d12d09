package io.sluice.ingest.format;

import static org.apache.spark.unsafe.types.UTF8String.fromBytes;
import static org.apache.spark.unsafe.types.UTF8String.fromString;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
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
 * <p>An object is as RFC 8259 has it. What the RFC leaves open breaks the record: a name that
 * stands twice in one object, half of a surrogate pair. So do numbers of more than 1,000
 * characters, more than 512 levels, more than 10,000 members, and more than a million values, so
 * that a record costs no more than its size.
 */
final class JsonFields implements FieldReader {
  private static final int DEPTH = 512;
  private static final int DIGITS = 1_000;
  private static final int MEMBERS = 10_000;
  private static final int VALUES = 1_000_000;

  private static final JsonFactory JSON = factory();

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

  private static JsonFactory factory() {
    return JsonFactory.builder()
        .streamReadConstraints(
            StreamReadConstraints.builder()
                .maxNestingDepth(DEPTH)
                .maxNumberLength(DIGITS)
                // A text is no longer than its record.
                .maxStringLength(Integer.MAX_VALUE)
                .build())
        .build()
        .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
        // Names are the sender's: many odd ones must neither fail later records nor stay for ever.
        .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
        .disable(JsonFactory.Feature.INTERN_FIELD_NAMES);
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
    try (JsonParser parser = JSON.createParser(utf8)) {
      read(parser, utf8, sink);
    } catch (StreamConstraintsException e) {
      throw BrokenRecordException.whole(
          "nests deeper than " + DEPTH + ", or a number has more than " + DIGITS + " characters");
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
    requirePairs(record);
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

  /** Refuses half a surrogate pair: it is no character, and Java would write a question mark. */
  private static void requirePairs(byte[] record) throws BrokenRecordException {
    int high = -1;
    for (int i = 0; i < record.length - 1; i++) {
      if (record[i] != '\\') {
        continue;
      }
      int unit = record[i + 1] == 'u' && i + 5 < record.length ? hexadecimal(record, i + 2) : 0;
      if (unit >= 0xDC00 && unit <= 0xDFFF) {
        if (high != i) {
          throw halfPair();
        }
        high = -1;
      } else if (high == i) {
        throw halfPair();
      }
      if (unit >= 0xD800 && unit <= 0xDBFF) {
        high = i + 6;
        if (high >= record.length || record[high] != '\\') {
          throw halfPair();
        }
      }
      i++;
    }
  }

  private static BrokenRecordException halfPair() {
    return BrokenRecordException.whole(
        "holds half of a surrogate pair as \\u escape, which is no character");
  }

  /** Four hexadecimal digits as a number; 0 if they are none. */
  private static int hexadecimal(byte[] record, int at) {
    int number = 0;
    for (int i = at; i < at + 4; i++) {
      int digit = Character.digit(record[i], 16);
      if (digit < 0) {
        return 0;
      }
      number = number * 16 + digit;
    }
    return number;
  }
}
