package io.sluice.ingest;

import io.sluice.contract.Arrival;
import io.sluice.contract.Contract;
import io.sluice.ingest.format.WantedFields;
import io.sluice.privacy.Cipher;
import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.stream.Collectors;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.CollectionAccumulator;

/**
 * Reads landed files into bronze rows, many files to a task, and says of each file what became of
 * it.
 *
 * <p>That is known once the rows have been written. A file that turns out unreadable half-way has
 * left rows behind, which the caller takes out again. Cost: one pass over the files, in a task for
 * each 64 MB, and at least as many tasks as there are cores; no plan grows with their number.
 */
final class FileIntake {
  /** How many bytes of files one task reads, about: 64 MB. */
  private static final int BIN_BITS = 26;

  /** What opening a file costs, in bytes that could be read meanwhile. */
  private static final int OPENING = 100_000;

  /** What packed text and columns unpack to, about. */
  private static final int UNPACKED = 6;

  private final Contract contract;
  private final LandingFolder folder;
  private final Cipher cipher;
  private CollectionAccumulator<FileOutcome> outcomes;

  /**
   * @param secret what records of a protected source are encrypted with
   */
  FileIntake(Contract contract, LandingFolder folder, Optional<byte[]> secret) {
    this.contract = contract;
    this.folder = folder;
    this.cipher = Bronze.cipher(contract, secret).orElse(null);
  }

  /** The files' records as bronze rows; read when the rows are. */
  Dataset<Row> rows(SparkSession spark, List<LandedFile> files, IngestBatch batch) {
    outcomes = spark.sparkContext().collectionAccumulator("files of " + contract.id());
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    List<List<LandedFile>> bins = bins(files, context.defaultParallelism());
    Map<String, WantedFields> wanted = new HashMap<>();
    for (Arrival arrival : contract.folders()) {
      wanted.put(arrival.name(), WantedFields.of(contract, arrival, Map.of()));
    }
    RecordsHash hash = contract.changes().skipsRedelivered() ? new RecordsHash(cipher) : null;
    Reading reading = new Reading(folder, wanted, cipher, batch, outcomes, hash);
    return spark.createDataFrame(
        context.parallelize(bins, bins.size()).flatMap(reading::read), Bronze.schema(contract));
  }

  /** What became of each file whose rows have been read. */
  Map<String, FileOutcome> outcomes() {
    // A task that is tried twice says the same twice.
    return outcomes.value().stream()
        .collect(
            Collectors.toMap(FileOutcome::path, outcome -> outcome, (first, second) -> second));
  }

  /** Files spread over bins of about equal weight. */
  static List<List<LandedFile>> bins(List<LandedFile> files, int parallelism) {
    long total = files.stream().mapToLong(FileIntake::weight).sum();
    int count = (int) Math.min(files.size(), Math.max(parallelism, (total >> BIN_BITS) + 1));
    List<List<LandedFile>> bins = new ArrayList<>();
    PriorityQueue<long[]> lightest = new PriorityQueue<>(Comparator.comparingLong(bin -> bin[0]));
    for (int i = 0; i < count; i++) {
      bins.add(new ArrayList<>());
      lightest.add(new long[] {0, i});
    }
    files.stream()
        .sorted(Comparator.comparingLong(FileIntake::weight).reversed())
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
    boolean isPacked = file.path().endsWith(".gz") || file.path().endsWith(".parquet");
    return OPENING + (isPacked ? file.bytes() * UNPACKED : file.bytes());
  }

  /**
   * What a task needs to read files.
   *
   * @param wanted by the arrival's name, what the contract reads of its records
   * @param cipher encrypts records; null for a source without protected fields
   * @param outcomes takes what became of each file
   * @param hash tells files apart by what they hold; null if nobody asks
   */
  record Reading(
      LandingFolder folder,
      Map<String, WantedFields> wanted,
      Cipher cipher,
      IngestBatch batch,
      CollectionAccumulator<FileOutcome> outcomes,
      RecordsHash hash)
      implements Serializable {

    Iterator<Row> read(List<LandedFile> files) {
      return FileRows.of(this, new ArrayDeque<>(files));
    }
  }
}
