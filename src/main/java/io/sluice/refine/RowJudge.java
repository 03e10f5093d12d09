package io.sluice.refine;

import static io.sluice.engine.Columns.named;
import static org.apache.spark.sql.functions.col;

import io.sluice.contract.Contract;
import io.sluice.contract.Field;
import io.sluice.contract.Reference;
import io.sluice.engine.ReusedShuffle;
import io.sluice.ingest.WriterSchemas;
import io.sluice.lineage.LineageRecorder;
import io.sluice.run.RunContext;
import io.sluice.settings.ValidationErrors;
import io.sluice.table.LakeTable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Judges rows of bronze by a source's contract: gives them what {@link Refiner} needs besides (the
 * accepted values that the contract refers to, the schemas that records were written by), and
 * brings the rows of a key together by one shuffle.
 */
public final class RowJudge {
  /** Of bronze. A task writes a file for each of the batch's days, so fewer tasks, fewer files. */
  private static final long BYTES_PER_TASK = 256L << 20;

  private final RunContext context;
  private final Contract contract;
  private final Supplier<Map<Integer, String>> schemas;
  private final Refiner refiner;

  private RowJudge(RunContext context, Contract contract, Supplier<Map<Integer, String>> schemas) {
    this.context = context;
    this.contract = contract;
    this.schemas = schemas;
    this.refiner = new Refiner(contract, context.settings().privacyKey(), schemas);
  }

  /**
   * A judge of a source's rows. The schemas that its records may be written by are read from the
   * lake and the registry when rows are first judged.
   */
  public static RowJudge open(RunContext context, Contract contract) {
    return new RowJudge(context, contract, WriterSchemas.of(context, contract));
  }

  /** The schemas that records may be written by, by number; equal from call to call if no more. */
  Map<Integer, String> schemas() {
    return schemas.get();
  }

  /**
   * Rows as bronze holds them, judged, each with those of its key and day in one partition.
   *
   * @param bytes about how large they are
   * @param recorder is told of the tables that the contract refers to
   */
  Dataset<Row> judged(Dataset<Row> bronze, long bytes, LineageRecorder recorder) {
    int buckets = (int) Math.max(1, bytes / BYTES_PER_TASK);
    int partitions = Math.max(buckets, context.spark().sparkContext().defaultParallelism());
    Dataset<Row> judged =
        refiner
            .apply(bronze, references(recorder))
            .withColumn("_bucket", Refiner.bucket(contract, buckets));
    return ReusedShuffle.by(
        judged, partitions, spread().stream().map(name -> col(name)).toArray(Column[]::new));
  }

  /** Rows as bronze holds them, typed, each by itself: the first half of judging. */
  Dataset<Row> typed(Dataset<Row> bronze) {
    return refiner.typed(bronze);
  }

  /** The second half, of typed rows with the columns of {@link References#marks}. */
  Dataset<Row> judged(Dataset<Row> typed) {
    return refiner.judged(typed);
  }

  /** The columns that {@link #judged(Dataset, long, LineageRecorder)} partitions its rows by. */
  List<String> spread() {
    return Stream.concat(contract.partition().stream().map(Field::name), Stream.of("_bucket"))
        .toList();
  }

  private Map<Reference, Dataset<Row>> references(LineageRecorder recorder) {
    Map<Reference, Dataset<Row>> references = new HashMap<>();
    ValidationErrors errors = new ValidationErrors();
    for (Reference reference : contract.references()) {
      LakeTable table = context.lake().silver(reference.source());
      if (table.exists()) {
        Dataset<Row> rows = table.read();
        recorder.reads(table.path(), rows.schema(), table.version());
        references.put(reference, rows.select(named(reference.to())));
      } else {
        errors.add(
            contract.id() + "." + reference.name(),
            "refers to " + table.name() + ", which does not exist yet; refine it first");
      }
    }
    errors.throwIfAny();
    return references;
  }
}
