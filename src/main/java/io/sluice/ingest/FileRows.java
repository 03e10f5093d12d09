package io.sluice.ingest;

import io.sluice.ingest.FileOutcome.State;
import io.sluice.ingest.format.FileContent;
import io.sluice.ingest.format.FileFormat;
import io.sluice.ingest.format.FileRecords;
import io.sluice.ingest.format.RecordFormat;
import io.sluice.ingest.format.UnreadableFileException;
import io.sluice.ingest.format.WantedFields;
import java.io.Closeable;
import java.io.IOException;
import java.sql.Date;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.util.TaskCompletionListener;

/**
 * The bronze rows of some files, one file after the other; what became of each file is noted when
 * its last row has been given. At most one file is open, and none when this is closed.
 *
 * <p>Whatever keeps a file from being read ends that file and not the others: it is quarantined if
 * its content is at fault, and unreadable if the store does not give its content now.
 */
final class FileRows implements Iterator<Row>, AutoCloseable {
  /** When so much time has gone by in vain, the files that are left are left to a later run. */
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private final FileIntake.Reading reading;
  private final Deque<LandedFile> files;
  private LandedFile file;
  private WantedFields wanted;
  private FileContent content;
  private FileRecords records;
  private long openedAt;
  private long inVain;
  private long count;
  private Row next;

  private FileRows(FileIntake.Reading reading, Deque<LandedFile> files) {
    this.reading = reading;
    this.files = files;
  }

  /** The rows of files, which the task they are read in closes when it ends, whatever ends it. */
  static FileRows of(FileIntake.Reading reading, Deque<LandedFile> files) {
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
    if (records == null) {
      file = files.remove();
      wanted = reading.wanted().get(file.arrival());
      count = 0;
      if (reading.hash() != null) {
        reading.hash().begin();
      }
      openedAt = System.nanoTime();
    }
    FileFormat format = format(wanted);
    FileRecords.FileRecord record;
    try {
      if (records == null) {
        open(format);
      }
      record = records.next();
    } catch (IOException | RuntimeException | StackOverflowError | OutOfMemoryError e) {
      failed(e);
      return;
    }
    if (record == null) {
      FileOutcome outcome = soFar();
      // Files without records are not deliveries of each other.
      end(
          reading.hash() == null || count == 0
              ? outcome
              : outcome.saying(reading.hash().end(records.header())));
    } else {
      if (reading.hash() != null) {
        reading.hash().add(record);
      }
      next = row(record);
      count++;
    }
  }

  private void open(FileFormat format) throws IOException {
    if (inVain > PATIENCE.toNanos()) {
      throw new IOException(
          "not tried: other files took " + PATIENCE.toMinutes() + " minutes and could not be read");
    }
    content = reading.folder().open(file);
    records = format.open(wanted, content);
  }

  private static FileFormat format(WantedFields wanted) {
    RecordFormat format = RecordFormat.of(wanted.arrival());
    if (format instanceof FileFormat files) {
      return files;
    }
    throw new IllegalStateException(
        wanted.arrival().format() + " arrives in files and is no FileFormat");
  }

  /** Ends a file that cannot be read; a task that is being killed is ended by what killed it. */
  private void failed(Throwable e) {
    TaskContext task = TaskContext.get();
    if (Thread.currentThread().isInterrupted() || (task != null && task.isInterrupted())) {
      throw new IllegalStateException(file.path() + " is not read on", e);
    }
    FileOutcome soFar = soFar();
    if (content == null || content.failure() != null) {
      Throwable store = content == null ? e : content.failure();
      inVain += System.nanoTime() - openedAt;
      end(soFar.failed(State.UNREADABLE, "cannot be read now: " + words(store)));
    } else if (e instanceof OutOfMemoryError) {
      // It may be others that have taken the memory.
      end(soFar.failed(State.UNREADABLE, "cannot be read now: " + words(e)));
    } else if (e instanceof UnreadableFileException) {
      end(soFar.failed(State.QUARANTINED, e.getMessage()));
    } else {
      // Of a failure that the format did not expect the message may hold values.
      String format = wanted.arrival().format();
      String what = "cannot be read as " + format + " (" + e.getClass().getName() + ")";
      end(soFar.failed(State.QUARANTINED, what));
    }
  }

  /** What there is to say of the file if it ends here. */
  private FileOutcome soFar() {
    return records == null
        ? FileOutcome.ingested(file.path(), count, 0, null)
        : FileOutcome.ingested(file.path(), count, records.passedOver(), records.header());
  }

  private static String words(Throwable e) {
    return e.getMessage() == null ? e.getClass().getName() : e.getMessage();
  }

  /** Closes the file and notes what became of it. */
  private void end(FileOutcome outcome) {
    close();
    reading.outcomes().add(outcome);
  }

  @Override
  public void close() {
    FileRecords open = records;
    FileContent under = content;
    records = null;
    content = null;
    close(open);
    close(under);
  }

  private static void close(Closeable open) {
    try {
      if (open != null) {
        open.close();
      }
    } catch (IOException | RuntimeException e) {
      // All has been read of it that is wanted: that closing fails changes nothing.
    }
  }

  private Row row(FileRecords.FileRecord record) {
    byte[] raw =
        reading.cipher() == null ? record.content() : reading.cipher().seal(record.content());
    List<Object> row = new ArrayList<>(11);
    row.add(raw);
    row.add(file.arrival());
    row.add(file.path());
    row.add(record.line());
    row.add(records.header());
    row.add(record.problem());
    row.add(Timestamp.from(file.modifiedAt()));
    row.add(reading.batch().runId());
    row.add(reading.batch().number());
    row.add(Date.valueOf(file.modifiedAt().atZone(ZoneOffset.UTC).toLocalDate()));
    if (file.delivery() != null) {
      row.add(file.delivery());
    }
    return RowFactory.create(row.toArray());
  }
}
