package io.sluice.ingest.format.parquet;

import io.sluice.contract.Arrival;
import io.sluice.ingest.format.FileContent;
import io.sluice.ingest.format.FileRecords;
import io.sluice.ingest.format.UnreadableFileException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The rows of a Parquet file, each as one JSON object in UTF-8 that holds all that its columns
 * hold.
 *
 * <p>Memory is bounded, whatever the file claims of itself: by a window on its packed bytes
 * ({@value #KEPT_BYTES} bytes, or a window for each column of a larger group of rows), its unpacked
 * pages (see {@link Pages} and {@link Memory}), and one record of {@code maxRecordBytes}. A file
 * whose records are longer than {@code maxFileBytes} together is refused. Cost: one request for a
 * small file, else one for each group of rows, and one pass. Not for several threads at once.
 */
public final class ParquetRecords implements FileRecords {
  /** A file or a group of rows that is not longer is read by one request: 64 MiB. */
  private static final int KEPT_BYTES = 64 << 20;

  /** A file that is not longer is read whole, before its footer: 4 MiB. */
  private static final int SMALL_FILE = 4 << 20;

  /** Most footers are not longer: 64 KiB. */
  private static final int FOOTER = 1 << 16;

  private static final int LEAST_WINDOW = 1 << 14;
  private static final int MOST_WINDOW = 1 << 22;

  private final FileContent content;
  private final FileBytes file;
  private final long mostBytes;
  private final RecordText record;
  private final RecordText key;
  private final Memory memory = new Memory();
  private final List<ColumnCursor> columns = new ArrayList<>();
  private Footer footer;
  private RowWriter writer;
  private int group;
  private long leftInGroup;
  private long row;
  private long bytes;

  private ParquetRecords(Arrival arrival, FileContent content) {
    this.content = content;
    this.file = new FileBytes(content);
    this.mostBytes = arrival.maxFileBytes();
    this.record = new RecordText(arrival.maxRecordBytes());
    this.key = new RecordText(arrival.maxRecordBytes());
  }

  /**
   * Reads a file's footer, and stands before its first row.
   *
   * @param content closed when the records are, and when this fails
   * @throws UnreadableFileException if it is no Parquet file, or one of a kind that is not read
   */
  public static ParquetRecords open(Arrival arrival, FileContent content) throws IOException {
    ParquetRecords records = new ParquetRecords(arrival, content);
    try {
      records.readFooter();
      return records;
    } catch (IOException | RuntimeException e) {
      content.close();
      throw e;
    }
  }

  private void readFooter() throws IOException {
    long tail = Math.min(file.length(), file.length() <= SMALL_FILE ? SMALL_FILE : FOOTER);
    file.keep(file.length() - tail, (int) tail);
    footer = Footer.read(file);
    long rows = 0;
    for (Footer.RowGroup one : footer.rowGroups()) {
      if (one.rows() < 0 || one.rows() > Long.MAX_VALUE - rows) {
        throw unlikeFooter();
      }
      rows += one.rows();
    }
    if (rows != footer.rows()) {
      throw unlikeFooter();
    }
    if (rows > 0 && footer.schema().leaves().isEmpty()) {
      throw new UnreadableFileException("it has rows and no columns");
    }
  }

  private static UnreadableFileException unlikeFooter() {
    return new UnreadableFileException(
        "not a whole Parquet file: its footer counts other rows than its columns have");
  }

  @Override
  public String header() {
    return null;
  }

  @Override
  public FileRecord next() throws IOException {
    while (leftInGroup == 0) {
      closeGroup();
      if (group == footer.rowGroups().size()) {
        return null;
      }
      open(footer.rowGroups().get(group++));
    }
    leftInGroup--;
    record.begin();
    writer.row();
    bytes += record.length();
    if (bytes > mostBytes) {
      throw new UnreadableFileException(
          "unpacks to more than " + mostBytes + " bytes (maxFileBytes)");
    }
    return new FileRecord(record.bytes(), row++, record.problem());
  }

  private void open(Footer.RowGroup rows) throws IOException {
    leftInGroup = rows.rows();
    if (leftInGroup == 0) {
      return;
    }
    keep(rows.chunks());
    int window = Math.max(LEAST_WINDOW, Math.min(MOST_WINDOW, KEPT_BYTES / rows.chunks().size()));
    for (int i = 0; i < rows.chunks().size(); i++) {
      Schema.Leaf leaf = footer.schema().leaves().get(i);
      Footer.Chunk chunk = rows.chunks().get(i);
      if (leaf.mostRepetition() == 0
          ? chunk.values() != leftInGroup
          : chunk.values() < leftInGroup) {
        throw unlikeFooter();
      }
      columns.add(open(leaf, chunk, window));
    }
    writer = new RowWriter(footer.schema(), columns, record, key);
  }

  private ColumnCursor open(Schema.Leaf leaf, Footer.Chunk chunk, int window) throws IOException {
    Pages pages;
    try {
      pages = new Pages(file, leaf, chunk, memory, window);
    } catch (UnreadableFileException e) {
      throw new UnreadableFileException("column " + leaf.path() + ": " + e.getMessage());
    }
    return ColumnCursor.open(leaf, pages, chunk.values());
  }

  /** Reads a group of rows at once, if it is small and not at hand yet. */
  private void keep(List<Footer.Chunk> chunks) throws IOException {
    long from = Long.MAX_VALUE;
    long end = 0;
    for (Footer.Chunk chunk : chunks) {
      from = Math.min(from, chunk.start());
      end = Math.max(end, chunk.start() + chunk.bytes() + Pages.UNCOUNTED);
    }
    end = Math.min(end, file.length());
    if (from >= 0 && from < end && end - from <= KEPT_BYTES && !file.has(from, end)) {
      file.keep(from, (int) (end - from));
    }
  }

  private void closeGroup() throws UnreadableFileException {
    for (ColumnCursor column : columns) {
      if (!column.isAtEnd()) {
        throw column.damaged();
      }
      column.close();
    }
    columns.clear();
  }

  @Override
  public void close() throws IOException {
    content.close();
  }
}
