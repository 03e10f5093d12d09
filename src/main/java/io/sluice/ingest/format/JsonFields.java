package io.sluice.ingest.format;

import static org.apache.spark.unsafe.types.UTF8String.fromBytes;
import static org.apache.spark.unsafe.types.UTF8String.fromString;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Arrays;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * Takes JSON objects apart into their members: plain values as text, nested ones as the bytes they
 * stand in.
 */
final class JsonFields implements FieldReader {
  private static final JsonFactory JSON =
      new JsonFactory().enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);

  @Override
  public void read(byte[] record, UTF8String header, FieldSink sink) throws BrokenRecordException {
    Utf8.check(record);
    if (record.length > 1 && (record[0] == 0 || record[1] == 0)) {
      // Jackson would take it for UTF-16 or UTF-32, and no longer know where values stand.
      throw BrokenRecordException.whole("not JSON in UTF-8");
    }
    try (JsonParser parser = JSON.createParser(record)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw BrokenRecordException.whole("a JSON object is expected");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.getCurrentName();
        UTF8String value = value(parser, record);
        if (parser.currentToken() == JsonToken.VALUE_STRING) {
          sink.putQuoted(name, value);
        } else {
          sink.put(name, value);
        }
      }
      if (parser.nextToken() != null) {
        throw BrokenRecordException.whole("text follows the JSON object");
      }
    } catch (JsonProcessingException e) {
      // Jackson's own message would quote the record, which may hold protected values.
      long column = e.getLocation() == null ? 0 : e.getLocation().getColumnNr();
      throw BrokenRecordException.whole("not valid JSON at character " + column);
    } catch (IOException e) {
      throw BrokenRecordException.whole("not valid JSON");
    }
  }

  /** A value as text; a nested one as the bytes it stands in; null for JSON's null. */
  private static UTF8String value(JsonParser parser, byte[] record) throws IOException {
    JsonToken token = parser.nextToken();
    if (token == JsonToken.VALUE_NULL) {
      return null;
    }
    if (token == JsonToken.START_OBJECT || token == JsonToken.START_ARRAY) {
      int start = (int) parser.getTokenLocation().getByteOffset();
      parser.skipChildren();
      int end = (int) parser.getCurrentLocation().getByteOffset();
      return fromBytes(Arrays.copyOfRange(record, start, end));
    }
    return fromString(parser.getText());
  }
}
