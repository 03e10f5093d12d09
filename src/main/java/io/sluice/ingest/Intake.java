package io.sluice.ingest;

import io.sluice.contract.Arrival;
import io.sluice.contract.Contract;
import io.sluice.ingest.format.Csv;
import io.sluice.ingest.format.RecordReader;
import io.sluice.privacy.Cipher;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Date;
import java.sql.Timestamp;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.stream.Collectors;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.CollectionAccumulator;

/**
 * Reads landed text files into bronze rows, many files to a task, and says of each file how it
 * went.
 *
 * <p>What is said is known once the rows have been written. A file that turns out unreadable
 * half-way has left rows behind: the caller drops what it wrote and reads the others again.
 */
public final class Intake {
  /**
   * How a file went.
   *
   * @param problem why it cannot be read; null if it was
   */
  public record Outcome(String path, long records, String header, String problem)
      implements Serializable {}

  /** The commit that rows belong to. */
  public record Batch(long number, String runId) implements Serializable {}

  private final Contract contract;
  private final LandingFolder folder;
  private final Cipher cipher;
  private CollectionAccumulator<Outcome> outcomes;

  /**
   * @param secret what records of a protected source are encrypted with
   */
  public Intake(Contract contract, LandingFolder folder, Optional<byte[]> secret) {
    this.contract = contract;
    this.folder = folder;
    this.cipher =
        contract.isProtected()
            ? Cipher.of(
                secret.orElseThrow(
                    () ->
                        new IllegalArgumentException(
                            contract.id() + " has protected fields, so privacy.key must be set")),
                contract.id())
            : null;
  }

  /** The files' records as bronze rows; read when the rows are. */
  public Dataset<Row> rows(SparkSession spark, List<LandedFile> files, Batch batch) {
    outcomes = spark.sparkContext().collectionAccumulator("files of " + contract.id());
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    List<List<LandedFile>> bins = bins(files, context.defaultParallelism());
    Map<String, Arrival> arrivals =
        new HashMap<>(
            contract.arrivals().stream()
                .collect(Collectors.toMap(Arrival::name, arrival -> arrival)));
    Map<String, List<String>> columns = new HashMap<>();
    contract
        .arrivals()
        .forEach(arrival -> columns.put(arrival.name(), contract.rawColumns(arrival)));
    Reading reading = new Reading(folder, arrivals, columns, cipher, batch, outcomes);
    return spark.createDataFrame(
        context.parallelize(bins, bins.size()).flatMap(reading::read), Bronze.schema());
  }

  /** How each file went whose rows have been read. */
  public Map<String, Outcome> outcomes() {
    // A task that is tried twice says the same twice.
    return outcomes.value().stream()
        .collect(Collectors.toMap(Outcome::path, outcome -> outcome, (first, second) -> second));
  }

  /**
   * Files spread over bins of about equal size: 64 MB of content or 4 MB of overhead (a file counts
   * as 100 KB).
   */
  private static List<List<LandedFile>> bins(List<LandedFile> files, int parallelism) {
    long total = files.stream().mapToLong(Intake::weight).sum();
    int count = (int) Math.min(files.size(), Math.max(parallelism, (total >> 26) + 1));
    List<List<LandedFile>> bins = new ArrayList<>();
    PriorityQueue<long[]> lightest = new PriorityQueue<>(Comparator.comparingLong(bin -> bin[0]));
    for (int i = 0; i < count; i++) {
      bins.add(new ArrayList<>());
      lightest.add(new long[] {0, i});
    }
    files.stream()
        .sorted(Comparator.comparingLong(Intake::weight).reversed())
        .forEach(
            file -> {
              long[] bin = lightest.remove();
              bins.get((int) bin[1]).add(file);
              bin[0] += weight(file);
              lightest.add(bin);
            });
    return bins;
  }

  private static long weight(LandedFile file) {
    long unpacked = file.path().endsWith(".gz") ? file.bytes() * 6 : file.bytes();
    return unpacked + 100_000;
  }

  /** What a task needs to read files. */
  private record Reading(
      LandingFolder folder,
      Map<String, Arrival> arrivals,
      Map<String, List<String>> columns,
      Cipher cipher,
      Batch batch,
      CollectionAccumulator<Outcome> outcomes)
      implements Serializable {

    Iterator<Row> read(List<LandedFile> files) {
      return new Rows(this, new ArrayDeque<>(files));
    }
  }

  /** The rows of some files, one after the other. */
  private static final class Rows implements Iterator<Row> {
    private final Reading reading;
    private final Deque<LandedFile> files;
    private LandedFile file;
    private InputStream content;
    private RecordReader reader;
    private String header;
    private long records;
    private Row next;

    Rows(Reading reading, Deque<LandedFile> files) {
      this.reading = reading;
      this.files = files;
    }

    @Override
    public boolean hasNext() {
      while (next == null) {
        if (reader == null) {
          if (files.isEmpty()) {
            return false;
          }
          file = files.remove();
          header = null;
          records = 0;
        }
        try {
          advance();
        } catch (RecordReader.UnreadableFileException e) {
          close();
          end(e.getMessage());
        } catch (IOException e) {
          throw new UncheckedIOException(file.path() + ": " + e.getMessage(), e);
        }
      }
      return true;
    }

    private void advance() throws IOException {
      Arrival arrival = reading.arrivals.get(file.arrival());
      if (reader == null) {
        content = reading.folder.open(file.path());
        reader = new RecordReader(arrival, file.path(), content);
        if (arrival.format() == Arrival.Format.CSV) {
          RecordReader.Record first = reader.next();
          header = first == null ? "" : header(arrival, first.content());
        }
      }
      RecordReader.Record record = reader.next();
      if (record == null) {
        close();
        end(null);
      } else {
        records++;
        next = row(record);
      }
    }

    /**
     * The header line; the first record of a file without one is no header, and may hold protected
     * values.
     */
    private String header(Arrival arrival, byte[] line) throws IOException {
      Csv csv = new Csv(arrival.delimiter(), arrival.quote());
      try {
        for (Csv.Slice field : csv.fields(line)) {
          String name = new String(csv.value(line, field), StandardCharsets.UTF_8).strip();
          if (reading.columns.get(arrival.name()).contains(name)) {
            return new String(line, StandardCharsets.UTF_8);
          }
        }
      } catch (IllegalArgumentException e) {
        // Falls through: what cannot be taken apart names no column.
      }
      throw new RecordReader.UnreadableFileException(
          "its first line is no header: it names none of the contract's columns");
    }

    private void close() {
      try {
        if (content != null) {
          content.close();
        }
      } catch (IOException e) {
        throw new UncheckedIOException(file.path() + ": " + e.getMessage(), e);
      }
    }

    private void end(String problem) {
      reading.outcomes.add(new Outcome(file.path(), records, header, problem));
      reader = null;
    }

    private Row row(RecordReader.Record record) {
      byte[] raw =
          reading.cipher == null ? record.content() : reading.cipher.seal(record.content());
      return RowFactory.create(
          raw,
          file.arrival(),
          file.path(),
          record.line(),
          header,
          record.problem(),
          Timestamp.from(file.modifiedAt()),
          reading.batch.runId(),
          reading.batch.number(),
          Date.valueOf(file.modifiedAt().atZone(ZoneOffset.UTC).toLocalDate()));
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
  }
}
