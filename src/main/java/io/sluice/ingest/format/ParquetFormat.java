package io.sluice.ingest.format;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.to_json;

import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;

/**
 * Parquet files. Parquet has no bytes of its own for a record, so each becomes one JSON object, and
 * is taken apart as one.
 */
public final class ParquetFormat implements RecordFormat {
  @Override
  public String name() {
    return "parquet";
  }

  @Override
  public Set<Way> ways() {
    return Set.of(Way.FILES);
  }

  @Override
  public FieldReader fields(WantedFields wanted) {
    return new JsonFields();
  }

  /**
   * How many records a file holds, read from its footer.
   *
   * @throws UnreadableFileException if it is not a whole Parquet file
   */
  public static long count(Path file, Configuration configuration) throws IOException {
    try (ParquetFileReader reader =
        ParquetFileReader.open(HadoopInputFile.fromPath(file, configuration))) {
      return reader.getRecordCount();
    } catch (RuntimeException e) {
      throw new UnreadableFileException("not a whole Parquet file: " + e.getMessage());
    }
  }

  /**
   * A file's records by the file's own schema: {@code raw}, the record as a JSON object in UTF-8
   * (absent members as null), and {@code position}, its row from 0.
   */
  public static Dataset<Row> read(SparkSession spark, String file) {
    Dataset<Row> rows = spark.read().parquet(file);
    Column[] columns =
        Arrays.stream(rows.columns()).map(name -> col("`" + name + "`")).toArray(Column[]::new);
    return rows.select(
        to_json(struct(columns), Map.of("ignoreNullFields", "false"))
            .cast(DataTypes.BinaryType)
            .as("raw"),
        col("_metadata.row_index").as("position"));
  }
}
