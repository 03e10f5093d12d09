package io.sluice.table;

import io.sluice.engine.Scala;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.mapreduce.Job;
import org.apache.hadoop.mapreduce.TaskAttemptContext;
import org.apache.hadoop.mapreduce.TaskAttemptID;
import org.apache.hadoop.mapreduce.task.TaskAttemptContextImpl;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.catalog.ExternalCatalogUtils;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.UnsafeProjection;
import org.apache.spark.sql.delta.OptimisticTransaction;
import org.apache.spark.sql.delta.actions.AddFile;
import org.apache.spark.sql.delta.stats.DeltaJobStatisticsTracker;
import org.apache.spark.sql.delta.stats.DeltaTaskStatisticsTracker;
import org.apache.spark.sql.execution.datasources.OutputWriter;
import org.apache.spark.sql.execution.datasources.OutputWriterFactory;
import org.apache.spark.sql.execution.datasources.parquet.ParquetFileFormat;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Writes rows that are in this JVM into files of a table, by Spark's own Parquet writer and with
 * Delta's own statistics, without a job: a file for each partition value.
 *
 * <p>What does not change from file to file is made once and kept. Not for several threads at once.
 */
final class LocalFiles {
  private final Path root;
  private final Configuration conf;
  private final StructType schema;
  private final List<Integer> partition = new ArrayList<>();
  private final StructType data;
  private final OutputWriterFactory writers;
  private final DeltaJobStatisticsTracker statistics;
  private final UnsafeProjection dataColumns;

  /** A writer for a table as a transaction sees it. */
  LocalFiles(SparkSession spark, LakeTable table, OptimisticTransaction txn) {
    this.root = new Path(table.path());
    this.schema = txn.metadata().schema();
    List<String> by = Scala.list(txn.metadata().partitionColumns());
    Dataset<Row> none = spark.createDataFrame(List.of(), schema);
    List<Attribute> all = Scala.list(none.queryExecution().analyzed().output());
    List<Expression> kept = new ArrayList<>();
    StructType columns = new StructType();
    StructType partitions = new StructType();
    for (int i = 0; i < schema.size(); i++) {
      StructField field = schema.apply(i);
      if (by.contains(field.name())) {
        partitions = partitions.add(field);
      } else {
        columns = columns.add(field);
        kept.add(all.get(i));
      }
    }
    for (String name : by) {
      partition.add(schema.fieldIndex(name));
    }
    this.data = columns;
    this.dataColumns = UnsafeProjection.create(Scala.seq(kept), Scala.seq(all));
    try {
      Job job = Job.getInstance(spark.sessionState().newHadoopConf());
      this.writers = new ParquetFileFormat().prepareWrite(spark, job, Scala.map(Map.of()), data);
      this.conf = job.getConfiguration();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    var tracker =
        txn.getOptionalStatsTrackerAndStatsCollection(Scala.seq(all), root, partitions, none)._1();
    this.statistics = tracker.isEmpty() ? null : tracker.get();
  }

  /** Whether this can write a table of such a schema: by days and texts, if it is partitioned. */
  static boolean canWrite(OptimisticTransaction txn) {
    StructType schema = txn.metadata().schema();
    return Scala.list(txn.metadata().partitionColumns()).stream()
        .map(name -> schema.apply(name).dataType())
        .allMatch(type -> type.equals(DataTypes.DateType) || type.equals(DataTypes.StringType));
  }

  /** Whether a transaction sees the table as this writer does. */
  boolean fits(OptimisticTransaction txn) {
    return txn.metadata().schema().equals(schema);
  }

  /** Writes rows of all the table's columns, in its order. */
  List<AddFile> write(List<InternalRow> rows) {
    Map<List<String>, List<InternalRow>> parts = new LinkedHashMap<>();
    for (InternalRow row : rows) {
      List<String> values = new ArrayList<>(partition.size());
      for (int column : partition) {
        values.add(text(row, column));
      }
      parts.computeIfAbsent(values, key -> new ArrayList<>()).add(row);
    }
    List<AddFile> files = new ArrayList<>();
    parts.forEach((values, part) -> files.add(file(values, part)));
    return files;
  }

  private String text(InternalRow row, int column) {
    if (row.isNullAt(column)) {
      return null;
    }
    DataType type = schema.apply(column).dataType();
    return type.equals(DataTypes.DateType)
        ? LocalDate.ofEpochDay(row.getInt(column)).toString()
        : row.getUTF8String(column).toString();
  }

  private AddFile file(List<String> values, List<InternalRow> rows) {
    StringBuilder relative = new StringBuilder();
    Map<String, String> partitionValues = new HashMap<>();
    for (int i = 0; i < values.size(); i++) {
      String name = schema.apply(partition.get(i)).name();
      partitionValues.put(name, values.get(i));
      relative.append(ExternalCatalogUtils.getPartitionPathString(name, values.get(i))).append('/');
    }
    TaskAttemptContext context = new TaskAttemptContextImpl(conf, new TaskAttemptID());
    relative
        .append("part-00000-")
        .append(UUID.randomUUID())
        .append(".c000")
        .append(writers.getFileExtension(context));
    Path path = new Path(root, relative.toString());
    DeltaTaskStatisticsTracker tracker =
        statistics == null ? null : (DeltaTaskStatisticsTracker) statistics.newTaskInstance();
    if (tracker != null) {
      tracker.newFile(path.toString());
    }
    OutputWriter writer = writers.newInstance(path.toString(), data, context);
    try {
      for (InternalRow row : rows) {
        InternalRow columns = dataColumns.apply(row);
        writer.write(columns);
        if (tracker != null) {
          tracker.newRow(path.toString(), columns);
        }
      }
    } finally {
      writer.close();
    }
    String stats = null;
    if (tracker != null) {
      tracker.closeFile(path.toString());
      stats = Scala.javaMap(tracker.getFinalStats(0).stats()).values().iterator().next();
    }
    try {
      FileStatus written = path.getFileSystem(conf).getFileStatus(path);
      return Delta.file(
          new Path(relative.toString()).toUri().toString(),
          partitionValues,
          written.getLen(),
          written.getModificationTime(),
          stats);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
