package io.sluice.table;

import io.sluice.table.store.ConditionalPutLogStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;

/** Where the tables are: layers below one root, a table in each folder. */
public final class Lake {
  /** The layers, each a namespace of SQL. */
  public static final List<String> LAYERS =
      List.of("bronze", "silver", "quarantine", "gold", "models", "predictions", "ops");

  /** Of a table: a folder of its layer, and nothing that leads out of it. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]+");

  /** What a lake has been opened for. */
  enum Access {
    READ,
    WRITE
  }

  private final SparkSession spark;
  private final String root;
  private final Access access;

  private Lake(SparkSession spark, String root, Access access) {
    this.spark = spark;
    this.root = root.endsWith("/") ? root.substring(0, root.length() - 1) : root;
    this.access = access;
  }

  /**
   * Opens the lake below a root and, on S3, makes sure that the store honours conditional PUTs.
   *
   * <p>Cost: four requests to the store, one of which writes an object that another deletes.
   *
   * @throws IllegalStateException if the store lets a second writer overwrite a commit
   */
  public static Lake open(SparkSession spark, String root) {
    Lake lake = new Lake(spark, root, Access.WRITE);
    if (root.startsWith("s3a:")) {
      lake.probe();
    }
    return lake;
  }

  /**
   * Opens the lake below a root for commands that only read: the right to read is enough.
   *
   * <p>Guarantee: nothing is written, now or later; a transaction on one of its tables is refused.
   * Cost: none; a root that cannot be reached is found when a table is read.
   */
  public static Lake openToRead(SparkSession spark, String root) {
    return new Lake(spark, root, Access.READ);
  }

  private void probe() {
    Path folder = new Path(root, "_probe");
    try {
      FileSystem fs = folder.getFileSystem(spark.sparkContext().hadoopConfiguration());
      if (!ConditionalPutLogStore.isHonoured(fs, folder)) {
        throw new IllegalStateException(
            root
                + ": this store ignores If-None-Match, so two writers could both win a commit. Use a store that honours"
                + " conditional writes.");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(root + ": the lake cannot be reached: " + e.getMessage(), e);
    }
  }

  public String root() {
    return root;
  }

  /** A table of a layer, whether it exists or not. */
  public LakeTable table(String layer, String name) {
    if (!LAYERS.contains(layer)) {
      throw new IllegalArgumentException("no layer " + layer + "; the layers are " + LAYERS);
    }
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("no table can be named " + name);
    }
    return new LakeTable(spark, layer + "." + name, root + "/" + layer + "/" + name, access);
  }

  public LakeTable bronze(String source) {
    return table("bronze", source);
  }

  public LakeTable silver(String source) {
    return table("silver", source);
  }

  public LakeTable quarantine(String source) {
    return table("quarantine", source);
  }

  public LakeTable gold(String mart) {
    return table("gold", mart);
  }

  /** What is told of trained models: their versions, their moves, their drift. */
  public LakeTable models(String name) {
    return table("models", name);
  }

  public LakeTable predictions(String model) {
    return table("predictions", model);
  }

  /** The folder of files that belong to a row of a table of the layer, such as a trained model. */
  public String folder(String layer, String name) {
    return root + "/" + layer + "/_files/" + name;
  }

  /** A table that exists, by its layer and name as someone has typed them. */
  public Optional<LakeTable> find(String name) {
    int dot = name.indexOf('.');
    return dot < 0
            || !LAYERS.contains(name.substring(0, dot))
            || !NAME.matcher(name.substring(dot + 1)).matches()
        ? Optional.empty()
        : Optional.of(named(name)).filter(LakeTable::exists);
  }

  /** A table by its layer and name, such as {@code gold.spend_daily}. */
  public LakeTable named(String name) {
    int dot = name.indexOf('.');
    return table(name.substring(0, dot), name.substring(dot + 1));
  }

  public LakeTable ops(String name) {
    return table("ops", name);
  }

  /** Notes of work that takes more than one run, beside the layers. */
  public BackfillJournal journal(String work) {
    return new BackfillJournal(
        new Path(root, "_work/" + work), spark.sparkContext().hadoopConfiguration());
  }

  /** Makes a table that several commands append to at once, unless it exists: with no rows. */
  public void create(LakeTable table, TableSpec spec) {
    if (!table.exists()) {
      try {
        TableTransaction.begin(table, spec).publish(SaveMode.Append, "{}");
      } catch (FencedException | StaleReadException e) {
        // Another driver has just made it, or tried to and not come back.
        if (!table.exists()) {
          throw e;
        }
      }
    }
  }

  /** The names of a layer's tables that exist; costs one listing. */
  public List<String> tables(String layer) {
    Path path = new Path(root, layer);
    try {
      FileSystem fs = path.getFileSystem(spark.sparkContext().hadoopConfiguration());
      if (!fs.exists(path)) {
        return List.of();
      }
      return java.util.Arrays.stream(fs.listStatus(path))
          .map(status -> status.getPath().getName())
          .filter(name -> NAME.matcher(name).matches())
          .filter(name -> table(layer, name).exists())
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
