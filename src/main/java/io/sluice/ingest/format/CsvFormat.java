package io.sluice.ingest.format;

import io.sluice.contract.Arrival;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/** CSV (see {@link Csv}); its first record names the columns, unless the contract does. */
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

  @Override
  public FileRecords open(WantedFields wanted, String name, InputStream content)
      throws IOException {
    Arrival arrival = wanted.arrival();
    Csv csv = new Csv(arrival.text().delimiter(), arrival.text().quote());
    TextInput text = TextInput.open(arrival, name, content);
    try {
      CsvRecords records = CsvRecords.open(text, csv, arrival);
      if (arrival.text().hasHeader()) {
        readHeader(csv, wanted, records);
      } else {
        records.expect(arrival.text().columns().size());
      }
      return records;
    } catch (IOException | RuntimeException e) {
      text.close();
      throw e;
    }
  }

  private static void readHeader(Csv csv, WantedFields wanted, CsvRecords records)
      throws IOException {
    FileRecords.FileRecord first = records.next();
    if (first == null) {
      records.standBehind(new byte[0], "");
      return;
    }
    byte[] line = utf8(wanted.arrival(), first.content());
    CsvHeader header;
    try {
      header = CsvHeader.of(csv, line);
    } catch (IllegalArgumentException e) {
      throw new UnreadableFileException("its first line is no header: " + e.getMessage());
    }
    if (first.problem() != null) {
      throw new UnreadableFileException(
          "its first line is no header: it is longer than maxRecordBytes");
    }
    if (csv.unquotedLineEnds(line) > 0) {
      // Records would be hidden in the header.
      throw new UnreadableFileException(
          "its lines end in different ways: in its first line stands a line end of another kind"
              + " than behind it");
    }
    if (CsvRecords.holdsRecord(csv, line, header.size())) {
      throw new UnreadableFileException(
          "its first line goes on over further lines by its quotes, and they look like records");
    }
    header.requireNames(wanted);
    records.expect(header.size());
    records.standBehind(first.content(), new String(line, StandardCharsets.UTF_8));
  }

  private static byte[] utf8(Arrival arrival, byte[] line) throws UnreadableFileException {
    try {
      if (!arrival.text().encoding().isOneByte()) {
        Utf8.check(line);
        return line;
      }
      OneByteText text = OneByteText.of(arrival.text().encoding());
      text.check(line);
      return text.utf8(line, 0, line.length);
    } catch (BrokenRecordException e) {
      throw new UnreadableFileException("its first line is no header: it is " + e.getMessage());
    }
  }

  @Override
  public FieldReader fields(WantedFields wanted) {
    return new CsvFields(wanted);
  }
}
