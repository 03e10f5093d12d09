package io.sluice.ingest;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.sluice.contract.Contract;
import io.sluice.ingest.format.ParquetFormat;
import io.sluice.ingest.format.UnreadableFileException;
import io.sluice.privacy.Cipher;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.sql.Date;
import java.sql.Timestamp;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;

/**
 * Reads landed Parquet files into bronze rows.
 *
 * <p>Footers are read first, in tasks, so a file that is no Parquet or cut off is told before any
 * row is read. Files are read one by one, each by its own schema. Cost: a footer and a pass over
 * each file.
 */
final class ParquetIntake {
  private static final int FOOTER_TASKS = 64;

  private final Contract contract;
  private final LandingFolder folder;
  private final Optional<Cipher> cipher;

  /**
   * @param secret what records of a protected source are encrypted with
   */
  ParquetIntake(Contract contract, LandingFolder folder, Optional<byte[]> secret) {
    this.contract = contract;
    this.folder = folder;
    this.cipher = Bronze.cipher(contract, secret);
  }

  /** What a file's footer says: its number of rows, or why it has none that can be read. */
  private record Footer(LandedFile file, long rows, String problem) implements Serializable {}

  /** Gives each readable file's rows to {@code append}; returns what became of each file. */
  Map<String, FileOutcome> stage(
      SparkSession spark,
      List<LandedFile> files,
      IngestBatch batch,
      Consumer<Dataset<Row>> append) {
    LandingFolder landing = folder;
    Function<LandedFile, Footer> footer = file -> footer(landing, file);
    List<Footer> footers =
        JavaSparkContext.fromSparkContext(spark.sparkContext())
            .parallelize(files, Math.min(files.size(), FOOTER_TASKS))
            .map(footer)
            .collect();
    Map<String, FileOutcome> outcomes = new HashMap<>();
    for (Footer one : footers) {
      outcomes.put(one.file.path(), new FileOutcome(one.file.path(), one.rows, null, one.problem));
    }
    footers.stream()
        .filter(one -> one.problem == null && one.rows > 0)
        .map(one -> rows(spark, one.file, batch))
        .reduce(Dataset::union)
        .ifPresent(append);
    return outcomes;
  }

  private static Footer footer(LandingFolder folder, LandedFile file) {
    try {
      Path path = new Path(folder.resolve(file.path()));
      return new Footer(file, ParquetFormat.count(path, folder.fileSystem().getConf()), null);
    } catch (UnreadableFileException e) {
      return new Footer(file, 0, e.getMessage());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Dataset<Row> rows(SparkSession spark, LandedFile file, IngestBatch batch) {
    return ParquetFormat.read(spark, folder.resolve(file.path()))
        .select(
            stored(col("raw")).as("raw"),
            lit(file.arrival()).as("arrival"),
            lit(file.path()).as("file"),
            col("position"),
            lit(null).cast(DataTypes.StringType).as("header"),
            lit(null).cast(DataTypes.StringType).as("problem"),
            lit(Timestamp.from(file.modifiedAt())).as("arrived_at"),
            lit(batch.runId()).as("run_id"),
            lit(batch.number()).as("batch"),
            lit(Date.valueOf(file.modifiedAt().atZone(ZoneOffset.UTC).toLocalDate()))
                .as("arrived_on"));
  }

  private Column stored(Column raw) {
    if (cipher.isEmpty()) {
      return raw;
    }
    Cipher sealing = cipher.get();
    UDF1<byte[], byte[]> seal = sealing::seal;
    return functions.udf(seal, DataTypes.BinaryType).apply(raw);
  }
}
