package io.sluice.ingest;

import io.sluice.ingest.format.FileRecords;
import io.sluice.ingest.format.RecordFormat;
import io.sluice.ingest.format.SequentialFormat;
import io.sluice.ingest.format.UnreadableFileException;
import io.sluice.ingest.format.WantedFields;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.sql.Date;
import java.sql.Timestamp;
import java.time.ZoneOffset;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.util.TaskCompletionListener;

/**
 * The bronze rows of some files, one file after the other; what became of each file is noted when
 * its last row has been given. At most one file is open, and none when this fails or is closed.
 */
final class FileRows implements Iterator<Row>, AutoCloseable {
  private final SequentialIntake.Reading reading;
  private final Deque<LandedFile> files;
  private LandedFile file;
  private FileRecords records;
  private long count;
  private Row next;

  private FileRows(SequentialIntake.Reading reading, Deque<LandedFile> files) {
    this.reading = reading;
    this.files = files;
  }

  /** The rows of files, which the task they are read in closes when it ends, whatever ends it. */
  static FileRows of(SequentialIntake.Reading reading, Deque<LandedFile> files) {
    FileRows rows = new FileRows(reading, files);
    TaskContext task = TaskContext.get();
    if (task != null) {
      task.addTaskCompletionListener((TaskCompletionListener) ended -> rows.close());
    }
    return rows;
  }

  @Override
  public boolean hasNext() {
    while (next == null) {
      if (records == null && files.isEmpty()) {
        return false;
      }
      advance();
    }
    return true;
  }

  @Override
  public Row next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    Row row = next;
    next = null;
    return row;
  }

  /** Goes on by one record, or to the next file. */
  private void advance() {
    try {
      if (records == null) {
        file = files.remove();
        count = 0;
        records = open(file);
      }
      FileRecords.FileRecord record = records.next();
      if (record == null) {
        end(null);
      } else {
        count++;
        next = row(record);
      }
    } catch (UnreadableFileException e) {
      end(e.getMessage());
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private FileRecords open(LandedFile landed) throws IOException {
    WantedFields wanted = reading.wanted().get(landed.arrival());
    SequentialFormat format = (SequentialFormat) RecordFormat.of(wanted.arrival());
    InputStream content = reading.folder().open(landed.path());
    try {
      return format.open(wanted, landed.path(), content);
    } catch (IOException | RuntimeException e) {
      content.close();
      throw e;
    }
  }

  /** Closes the file and notes what became of it. */
  private void end(String problem) {
    String header = records == null ? null : records.header();
    close();
    reading.outcomes().add(new FileOutcome(file.path(), count, header, problem));
  }

  @Override
  public void close() {
    FileRecords open = records;
    records = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        throw failed(e);
      }
    }
  }

  private UncheckedIOException failed(IOException e) {
    return new UncheckedIOException(file.path() + ": " + e.getMessage(), e);
  }

  private Row row(FileRecords.FileRecord record) {
    byte[] raw =
        reading.cipher() == null ? record.content() : reading.cipher().seal(record.content());
    return RowFactory.create(
        raw,
        file.arrival(),
        file.path(),
        record.line(),
        records.header(),
        record.problem(),
        Timestamp.from(file.modifiedAt()),
        reading.batch().runId(),
        reading.batch().number(),
        Date.valueOf(file.modifiedAt().atZone(ZoneOffset.UTC).toLocalDate()));
  }
}
