package io.sluice.model;

import static org.apache.spark.sql.functions.col;

import io.sluice.run.Run;
import io.sluice.table.Checkpoint;
import io.sluice.table.FencedException;
import io.sluice.table.Lake;
import io.sluice.table.LakeTable;
import io.sluice.table.TableSpec;
import io.sluice.table.TableTransaction;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Timestamp;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Keeps the trained versions of models and which of them serves: {@code models.versions}, a row for
 * each version with its card, and {@code models.moves}, a row for each time that a champion or its
 * challenger changed.
 *
 * <p>A version's pipeline is files below {@code models/_files}, written first; nobody knows of them
 * until the version's row is committed, with the digest that they must have when they are loaded.
 * Both tables are only appended to. Each move carries its number as a checkpoint, so that of two
 * who move one model at once, one is refused.
 */
public final class ModelRegistry {
  static final TableSpec VERSIONS =
      new TableSpec(
          "One row per trained version of a model, whether it was promoted or not.",
          new StructType()
              .add("model", DataTypes.StringType, true, "The model.")
              .add("version", DataTypes.IntegerType, true, "Its version, from 1.")
              .add("run_id", DataTypes.StringType, true, "The run that trained it.")
              .add("trained_at", DataTypes.TimestampType, true, "When that run began.")
              .add("candidate", DataTypes.StringType, true, "The candidate chosen.")
              .add("held_out_until", DataTypes.DateType, true, "The last day of its holdout.")
              .add("merit", DataTypes.DoubleType, true, "What the gate compares; more is better.")
              .add("threshold", DataTypes.DoubleType, true, "From which score on it says yes.")
              .add("passed", DataTypes.BooleanType, true, "Whether the gate lets it be promoted.")
              .add(
                  "reasons",
                  DataTypes.createArrayType(DataTypes.StringType),
                  true,
                  "Why the gate does not.")
              .add(
                  "files", DataTypes.StringType, true, "Its pipeline's folder below models/_files.")
              .add("digest", DataTypes.StringType, true, "SHA-256 of the pipeline's files.")
              .add("card", DataTypes.StringType, true, "All that is known of it, as JSON."),
          List.of(),
          List.of("model", "version"));

  static final TableSpec MOVES =
      new TableSpec(
          "One row per change of a model's champion or of the challenger beside it.",
          new StructType()
              .add("model", DataTypes.StringType, true, "The model.")
              .add("move", DataTypes.IntegerType, true, "The number of the move, from 1.")
              .add("moved_at", DataTypes.TimestampType, true, "When.")
              .add(
                  "kind",
                  DataTypes.StringType,
                  true,
                  "challenge (a challenger is scored in the shadow), canary, promote, rollback,"
                      + " withdraw.")
              .add("champion", DataTypes.IntegerType, true, "The version that serves from then on.")
              .add("challenger", DataTypes.IntegerType, true, "The version scored beside it.")
              .add(
                  "canary_percent",
                  DataTypes.IntegerType,
                  true,
                  "For how many of a hundred buckets of entities the challenger serves.")
              .add("reason", DataTypes.StringType, true, "Why.")
              .add("run_id", DataTypes.StringType, true, "The run that moved it."),
          List.of(),
          List.of("model", "move"));

  private final SparkSession spark;
  private final Lake lake;
  private final Clock clock;

  public ModelRegistry(SparkSession spark, Lake lake, Clock clock) {
    this.spark = spark;
    this.lake = lake;
    this.clock = clock;
  }

  public LakeTable versionsTable() {
    return lake.models("versions");
  }

  public LakeTable movesTable() {
    return lake.models("moves");
  }

  /** Makes both tables, unless they exist. */
  public void create() {
    lake.create(versionsTable(), VERSIONS);
    lake.create(movesTable(), MOVES);
  }

  /** Every version of a model, the oldest first. */
  public List<ModelVersion> versions(String model) {
    if (!versionsTable().exists()) {
      return List.of();
    }
    return versionsTable().read().where(col("model").equalTo(model)).collectAsList().stream()
        .map(ModelRegistry::version)
        .sorted(java.util.Comparator.comparing(ModelVersion::version))
        .toList();
  }

  private static ModelVersion version(Row row) {
    return new ModelVersion(
        row.getAs("model"),
        row.<Integer>getAs("version"),
        row.getAs("candidate"),
        row.<java.sql.Date>getAs("held_out_until").toLocalDate(),
        row.<Double>getAs("merit"),
        row.<Double>getAs("threshold"),
        row.<Boolean>getAs("passed"),
        row.getList(row.fieldIndex("reasons")),
        row.getAs("files"),
        row.getAs("digest"),
        row.getAs("card"));
  }

  /** Which versions of a model are at work: the moves, followed from the first. */
  public ServingState state(String model) {
    return ServingState.after(moves(model));
  }

  /** Every move of a model, the oldest first. */
  public List<ModelMove> moves(String model) {
    if (!movesTable().exists()) {
      return List.of();
    }
    return movesTable().read().where(col("model").equalTo(model)).collectAsList().stream()
        .map(ModelRegistry::move)
        .sorted(java.util.Comparator.comparing(ModelMove::number))
        .toList();
  }

  private static ModelMove move(Row row) {
    return new ModelMove(
        row.<Integer>getAs("move"),
        row.<Timestamp>getAs("moved_at").toInstant(),
        new ModelMove.Change(
            ModelMove.Kind.valueOf(row.<String>getAs("kind").toUpperCase(java.util.Locale.ROOT)),
            Optional.ofNullable(row.<Integer>getAs("champion")),
            Optional.ofNullable(row.<Integer>getAs("challenger")),
            row.<Integer>getAs("canary_percent"),
            row.getAs("reason")));
  }

  /**
   * Records a move from a state.
   *
   * @throws FencedException if another driver has moved the model since that state was read
   */
  public void move(Run run, String model, ServingState from, ModelMove.Change change) {
    TableTransaction transaction = TableTransaction.begin(movesTable(), MOVES);
    Checkpoint moves = Checkpoint.moves(model);
    transaction.requireAt(moves, from.move() == 0 ? -1 : from.move());
    Row row =
        RowFactory.create(
            model,
            from.move() + 1,
            Timestamp.from(clock.instant()),
            change.kind().name().toLowerCase(java.util.Locale.ROOT),
            change.champion().orElse(null),
            change.challenger().orElse(null),
            change.canaryPercent(),
            change.reason(),
            run.id());
    transaction
        .append(MOVES.schema(), List.of(row))
        .checkpoint(moves, from.move() + 1)
        .publish(SaveMode.Append, "{\"run_id\":\"" + run.id() + "\"}");
  }

  /**
   * Writes a trained pipeline's files, which nobody knows of yet; gives their folder and digest.
   */
  ModelFiles save(Run run, String model, TrainedModel trained) {
    String files = model + "/" + run.id();
    try {
      trained.pipeline().write().overwrite().save(lake.folder("models", files));
      return new ModelFiles(files, digest(files));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where a version's pipeline is. */
  public String location(ModelVersion version) {
    return lake.folder("models", version.files());
  }

  /** A version's pipeline, as it was when it was recorded. */
  public LoadedModel load(ModelVersion version) {
    String digest;
    try {
      digest = digest(version.files());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (!digest.equals(version.digest())) {
      throw new IllegalStateException(
          "model "
              + version.model()
              + " version "
              + version.version()
              + ": its files below "
              + lake.folder("models", version.files())
              + " are not those that were recorded (digest "
              + digest
              + ", recorded "
              + version.digest()
              + ")");
    }
    return new LoadedModel(version, PipelineModel.load(lake.folder("models", version.files())));
  }

  /** SHA-256 over the names and bytes of a folder's files, in the order of their names. */
  private String digest(String folder) throws IOException {
    Path root = new Path(lake.folder("models", folder));
    FileSystem fs = root.getFileSystem(spark.sparkContext().hadoopConfiguration());
    List<LocatedFileStatus> files = new ArrayList<>();
    RemoteIterator<LocatedFileStatus> listing = fs.listFiles(root, true);
    while (listing.hasNext()) {
      files.add(listing.next());
    }
    FileStatus[] ordered = files.toArray(FileStatus[]::new);
    Arrays.sort(ordered, java.util.Comparator.comparing(file -> file.getPath().toString()));
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
    for (FileStatus file : ordered) {
      digest.update(file.getPath().getName().getBytes(java.nio.charset.StandardCharsets.UTF_8));
      try (InputStream in = fs.open(file.getPath())) {
        digest.update(in.readAllBytes());
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Publishes a version: row, card and the data versions that it has learned from. */
  public long publish(TableTransaction transaction, Run run, ModelVersion version) {
    Row row =
        RowFactory.create(
            version.model(),
            version.version(),
            run.id(),
            Timestamp.from(run.startedAt()),
            version.candidate(),
            java.sql.Date.valueOf(version.heldOutUntil()),
            version.merit(),
            version.threshold(),
            version.passed(),
            version.reasons().toArray(String[]::new),
            version.files(),
            version.digest(),
            version.card());
    return transaction
        .append(VERSIONS.schema(), List.of(row))
        .publish(SaveMode.Append, "{\"run_id\":\"" + run.id() + "\"}");
  }

  /** A commit to {@code models.versions} in the making. */
  public TableTransaction begin() {
    return TableTransaction.begin(versionsTable(), VERSIONS);
  }
}
