package io.sluice.ingest.format;

import static org.apache.spark.unsafe.types.UTF8String.fromBytes;

import io.sluice.contract.Arrival;
import java.util.HashMap;
import java.util.Map;
import org.apache.spark.unsafe.types.UTF8String;

/** Takes records of CSV apart, each by its file's header line, which is read once. */
final class CsvFields implements FieldReader {
  /** So many headers are remembered, however many files differ in theirs. */
  private static final int MOST_HEADERS = 1_000;

  private final Csv csv;
  private final WantedFields wanted;
  private final OneByteText encoded;
  private final Map<UTF8String, Header> headers = new HashMap<>();
  private Header withoutLine;

  /** Where columns go, and the slices of a record of so many; or what is wrong with the line. */
  private record Header(
      CsvHeader.Columns columns, Csv.Slices slices, BrokenRecordException broken) {}

  CsvFields(WantedFields wanted) {
    Arrival.Text text = wanted.arrival().text();
    this.csv = new Csv(text.delimiter(), text.quote());
    this.wanted = wanted;
    this.encoded = text.encoding().isOneByte() ? OneByteText.of(text.encoding()) : null;
  }

  @Override
  public void read(byte[] record, UTF8String headerLine, FieldSink sink)
      throws BrokenRecordException {
    if (encoded == null) {
      Utf8.check(record);
    } else {
      encoded.check(record);
    }
    Header header = headerLine == null ? withoutLine(sink) : header(headerLine, sink);
    if (header.broken != null) {
      throw header.broken;
    }
    int[] places = header.columns.places();
    requireFields(record, header, headerLine == null ? "the contract" : "the header");
    for (int i = 0; i < places.length; i++) {
      if (sink.takes(places[i])) {
        if (header.columns.isUnnamed()[i] && header.slices.isEmpty(i)) {
          continue;
        }
        sink.putAt(places[i], header.columns.names()[i], value(record, header.slices, i));
      }
    }
  }

  private void requireFields(byte[] record, Header header, String who)
      throws BrokenRecordException {
    int count;
    try {
      count = csv.split(record, header.slices);
    } catch (IllegalArgumentException e) {
      throw BrokenRecordException.whole(e.getMessage());
    }
    int right = header.columns.places().length;
    if (count != right) {
      throw BrokenRecordException.whole(count + " fields where " + who + " has " + right);
    }
  }

  private UTF8String value(byte[] record, Csv.Slices slices, int field) {
    int start = slices.start(field);
    int end = slices.end(field);
    byte[] from = record;
    if (slices.isEscaped(field)) {
      from = csv.unescaped(record, start, end);
      start = 0;
      end = from.length;
    }
    return encoded == null
        ? fromBytes(from, start, end - start)
        : fromBytes(encoded.utf8(from, start, end));
  }

  /** The columns that the contract states for files without a header line. */
  private Header withoutLine(FieldSink sink) {
    if (withoutLine == null) {
      if (wanted.arrival().text().hasHeader()) {
        throw new IllegalStateException("a record of CSV has come without its header line");
      }
      withoutLine = header(CsvHeader.of(wanted.arrival().text().columns()), sink);
    }
    return withoutLine;
  }

  private Header header(UTF8String line, FieldSink sink) {
    Header known = headers.get(line);
    if (known == null) {
      try {
        known = header(CsvHeader.of(csv, line.getBytes()), sink);
      } catch (IllegalArgumentException e) {
        known = broken(BrokenRecordException.whole("header line: " + e.getMessage()));
      }
      if (headers.size() == MOST_HEADERS) {
        headers.clear();
      }
      headers.put(line.clone(), known);
    }
    return known;
  }

  private Header header(CsvHeader header, FieldSink sink) {
    try {
      return new Header(header.columns(wanted, sink), new Csv.Slices(header.size()), null);
    } catch (BrokenRecordException e) {
      return broken(e);
    }
  }

  private static Header broken(BrokenRecordException e) {
    return new Header(null, null, e);
  }
}
