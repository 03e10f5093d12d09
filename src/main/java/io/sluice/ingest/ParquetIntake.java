package io.sluice.ingest;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.to_json;

import io.sluice.contract.Contract;
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
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.util.HadoopInputFile;
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
 * Reads landed Parquet files into bronze rows, each record as one JSON object: Parquet has no bytes
 * of its own for a row.
 *
 * <p>Footers are read first, so a file that is no Parquet or cut off is told before any row is.
 * Files are read one by one, each by its own schema.
 */
public final class ParquetIntake {
  private final Contract contract;
  private final LandingFolder folder;
  private final Optional<byte[]> secret;

  public ParquetIntake(Contract contract, LandingFolder folder, Optional<byte[]> secret) {
    this.contract = contract;
    this.folder = folder;
    this.secret = secret;
  }

  private record Footer(LandedFile file, long rows, String problem) implements Serializable {}

  /** Gives each readable file's rows to {@code append}; returns how each file went. */
  public Map<String, Intake.Outcome> stage(
      SparkSession spark,
      List<LandedFile> files,
      Intake.Batch batch,
      Consumer<Dataset<Row>> append) {
    LandingFolder landing = folder;
    Function<LandedFile, Footer> footer = file -> footer(landing, file);
    List<Footer> footers =
        JavaSparkContext.fromSparkContext(spark.sparkContext())
            .parallelize(files, Math.min(files.size(), 64))
            .map(footer)
            .collect();
    Map<String, Intake.Outcome> outcomes = new HashMap<>();
    for (Footer one : footers) {
      outcomes.put(
          one.file.path(), new Intake.Outcome(one.file.path(), one.rows, null, one.problem));
    }
    footers.stream()
        .filter(one -> one.problem == null && one.rows > 0)
        .map(one -> rows(spark, one.file, batch))
        .reduce(Dataset::union)
        .ifPresent(append);
    return outcomes;
  }

  private static Footer footer(LandingFolder folder, LandedFile file) {
    try (ParquetFileReader reader =
        ParquetFileReader.open(
            HadoopInputFile.fromPath(
                new Path(folder.resolve(file.path())), folder.fileSystem().getConf()))) {
      return new Footer(file, reader.getRecordCount(), null);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (RuntimeException e) {
      return new Footer(file, 0, "not a whole Parquet file: " + e.getMessage());
    }
  }

  private Dataset<Row> rows(SparkSession spark, LandedFile file, Intake.Batch batch) {
    Dataset<Row> rows = spark.read().parquet(folder.resolve(file.path()));
    Column[] columns =
        java.util.Arrays.stream(rows.columns())
            .map(name -> col("`" + name + "`"))
            .toArray(Column[]::new);
    Column raw =
        to_json(struct(columns), Map.of("ignoreNullFields", "false")).cast(DataTypes.BinaryType);
    if (contract.isProtected()) {
      Cipher cipher = Cipher.of(secret.orElseThrow(), contract.id());
      UDF1<byte[], byte[]> seal = cipher::seal;
      raw = functions.udf(seal, DataTypes.BinaryType).apply(raw);
    }
    return rows.select(
        raw.as("raw"),
        lit(file.arrival()).as("arrival"),
        lit(file.path()).as("file"),
        col("_metadata.row_index").as("position"),
        lit(null).cast(DataTypes.StringType).as("header"),
        lit(null).cast(DataTypes.StringType).as("problem"),
        lit(Timestamp.from(file.modifiedAt())).as("arrived_at"),
        lit(batch.runId()).as("run_id"),
        lit(batch.number()).as("batch"),
        lit(Date.valueOf(file.modifiedAt().atZone(ZoneOffset.UTC).toLocalDate())).as("arrived_on"));
  }
}
