package io.sluice.ingest.format;

import static org.apache.spark.unsafe.types.UTF8String.fromBytes;
import static org.apache.spark.unsafe.types.UTF8String.fromString;

import io.sluice.contract.Arrival;
import io.sluice.contract.SchemaPolicy;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.unsafe.types.UTF8String;

/** CSV in UTF-8 (see {@link Csv}), whose first record names the columns. */
public final class CsvFormat implements SequentialFormat {
  @Override
  public String name() {
    return "csv";
  }

  @Override
  public Set<Way> ways() {
    return Set.of(Way.FILES);
  }

  @Override
  public List<String> nullValues() {
    return List.of("");
  }

  private static Csv csv(Arrival arrival) {
    return new Csv(arrival.delimiter(), arrival.quote());
  }

  @Override
  public FileRecords open(WantedFields wanted, String name, InputStream content)
      throws IOException {
    Csv csv = csv(wanted.arrival());
    RecordReader records = RecordReader.ofCsv(wanted.arrival(), csv, name, content);
    try {
      FileRecords.FileRecord first = records.next();
      String header = first == null ? "" : header(csv, wanted.columns(), first.content());
      return new Records(records, header);
    } catch (IOException | RuntimeException e) {
      records.close();
      throw e;
    }
  }

  /**
   * The header line. The first record of a file without one is no header: it may hold protected
   * values, and headers are stored readable.
   */
  private static String header(Csv csv, List<String> columns, byte[] line) throws IOException {
    try {
      for (Csv.Slice field : csv.fields(line)) {
        String name = new String(csv.value(line, field), StandardCharsets.UTF_8).strip();
        if (columns.contains(name)) {
          return new String(line, StandardCharsets.UTF_8);
        }
      }
    } catch (IllegalArgumentException e) {
      // Falls through: what cannot be taken apart names no column.
    }
    throw new UnreadableFileException(
        "its first line is no header: it names none of the contract's columns");
  }

  /** The records behind a header line. */
  private record Records(RecordReader records, String header) implements FileRecords {
    @Override
    public FileRecord next() throws IOException {
      return records.next();
    }

    @Override
    public void close() throws IOException {
      records.close();
    }
  }

  @Override
  public FieldReader fields(WantedFields wanted) {
    return new Fields(wanted);
  }

  /** Takes records apart, each by its file's header line, which is read once. */
  private static final class Fields implements FieldReader {
    private final Csv csv;
    private final WantedFields wanted;
    private final Map<UTF8String, Header> headers = new HashMap<>();

    /**
     * A header line: for each of its columns its place among the wanted ones (-1: none of them), or
     * what is wrong with the line.
     */
    private record Header(int[] places, UTF8String[] names, BrokenRecordException broken) {}

    Fields(WantedFields wanted) {
      this.csv = csv(wanted.arrival());
      this.wanted = wanted;
    }

    @Override
    public void read(byte[] record, UTF8String headerLine, FieldSink sink)
        throws BrokenRecordException {
      Utf8.check(record);
      Header header = header(headerLine, sink);
      if (header.broken != null) {
        throw header.broken;
      }
      List<Csv.Slice> fields;
      try {
        fields = csv.fields(record);
      } catch (IllegalArgumentException e) {
        throw BrokenRecordException.whole(e.getMessage());
      }
      if (fields.size() != header.places.length) {
        throw BrokenRecordException.whole(
            fields.size() + " fields where the header has " + header.places.length);
      }
      for (int i = 0; i < header.places.length; i++) {
        int place = header.places[i];
        if (sink.takes(place)) {
          Csv.Slice slice = fields.get(i);
          UTF8String value =
              slice.escaped()
                  ? fromBytes(csv.value(record, slice))
                  : fromBytes(record, slice.start(), slice.end() - slice.start());
          sink.putAt(place, header.names[i], value);
        }
      }
    }

    private Header header(UTF8String line, FieldSink sink) {
      Header known = headers.get(line);
      if (known == null) {
        try {
          known = readHeader(line.getBytes(), sink);
        } catch (BrokenRecordException e) {
          known = new Header(null, null, e);
        }
        headers.put(line.clone(), known);
      }
      return known;
    }

    private Header readHeader(byte[] line, FieldSink sink) throws BrokenRecordException {
      List<Csv.Slice> fields;
      try {
        fields = csv.fields(line);
      } catch (IllegalArgumentException e) {
        throw BrokenRecordException.whole("header line: " + e.getMessage());
      }
      int[] places = new int[fields.size()];
      UTF8String[] names = new UTF8String[fields.size()];
      Set<UTF8String> seen = new HashSet<>();
      for (int i = 0; i < places.length; i++) {
        names[i] = fromString(fromBytes(csv.value(line, fields.get(i))).toString().strip());
        places[i] = sink.place(names[i].toString());
        if (!seen.add(names[i])) {
          throw BrokenRecordException.whole("header line: column " + names[i] + " stands twice");
        }
      }
      if (wanted.policy().removed() != SchemaPolicy.Removed.NULL) {
        for (String column : wanted.columns()) {
          if (!seen.contains(fromString(column))) {
            throw new BrokenRecordException(column, "missing", "the file has no column " + column);
          }
        }
      }
      return new Header(places, names, null);
    }
  }
}
