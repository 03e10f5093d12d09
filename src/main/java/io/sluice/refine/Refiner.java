package io.sluice.refine;

import static io.sluice.engine.Columns.named;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.hash;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.when;

import io.sluice.contract.Arrival;
import io.sluice.contract.Contract;
import io.sluice.contract.Field;
import io.sluice.contract.Reference;
import io.sluice.contract.SchemaPolicy;
import io.sluice.engine.NativeColumns;
import io.sluice.ingest.Bronze;
import io.sluice.ingest.format.RecordParser;
import io.sluice.ingest.format.WantedFields;
import io.sluice.privacy.Cipher;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.MetadataBuilder;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Turns a source's bronze rows into typed rows, each with the rules it breaks: a pure function of
 * rows, contract and references.
 *
 * <p>Reads bronze's columns (see {@link Bronze}). Gives the contract's fields as silver holds them,
 * {@code _extra} (the columns that the contract does not know), where the row came from ({@code
 * _arrival}, {@code _file}, {@code _position}, {@code _arrived_at}), {@code _reasons} (null for a
 * valid row, else an array of {@code {field, rule, message}}); and, null for a valid row, {@code
 * _header}, {@code _unread} (why it could not be read whole), {@code _raw} (the stored record) and
 * {@link References#WAITS_FOR}. Every row in comes out once.
 *
 * <p>Cost: one pass; a broadcast join for each reference.
 */
public final class Refiner {
  /** Of a source whose records delete: whether one does; null if it says nothing. */
  static final String DELETED = "_deleted";

  private static final DataType EXTRA =
      DataTypes.createMapType(DataTypes.StringType, DataTypes.StringType);

  /** Of a source whose deliveries replace: the delivery that a row is part of. */
  static final String DELIVERY = "_delivery";

  private final Contract contract;
  private final Optional<byte[]> secret;
  private final Supplier<Map<Integer, String>> schemas;
  private final ProtectedColumns protectedColumns;

  /**
   * A refinement of records that are read without the schemas they were written by.
   *
   * @param secret what protected fields and records are keyed with; needed if the contract has any
   */
  public Refiner(Contract contract, Optional<byte[]> secret) {
    this(contract, secret, Map::of);
  }

  /**
   * @param secret what protected fields and records are keyed with; needed if the contract has any
   * @param schemas the schemas that records may be written by, by number; asked for when rows are
   *     first taken apart
   * @throws IllegalArgumentException if the contract has protected fields and there is no secret
   */
  public Refiner(
      Contract contract, Optional<byte[]> secret, Supplier<Map<Integer, String>> schemas) {
    if (contract.isProtected() && secret.isEmpty()) {
      throw new IllegalArgumentException(
          contract.id() + " has protected fields, so privacy.key must be set");
    }
    this.contract = contract;
    this.secret = secret;
    this.schemas = schemas;
    this.protectedColumns = new ProtectedColumns(contract, secret);
  }

  /** Where a row came from, and its stored record: bronze's columns by the names used here. */
  static Map<String, String> origin(Contract contract) {
    Map<String, String> origin = new LinkedHashMap<>();
    origin.put("_arrival", "arrival");
    origin.put("_file", "file");
    origin.put("_position", "position");
    origin.put("_arrived_at", "arrived_at");
    origin.put("_header", "header");
    origin.put("_unread", "problem");
    origin.put("_raw", "raw");
    if (contract.changes().isReplace()) {
      origin.put(DELIVERY, Bronze.DELIVERY);
    }
    return origin;
  }

  /**
   * Types and judges bronze rows.
   *
   * @param references for each reference of the contract its parent's fields, in their order
   */
  public Dataset<Row> apply(Dataset<Row> bronze, Map<Reference, Dataset<Row>> references) {
    return protectedColumns.of(References.judge(contract, typed(bronze), references));
  }

  /** The same for a contract without references: each row by itself. */
  public Dataset<Row> apply(Dataset<Row> bronze) {
    return apply(bronze, Map.of());
  }

  /**
   * The second half of {@link #apply}, each row by itself.
   *
   * @param typed what {@link #typed} gives, with the columns of {@link References#marks}
   */
  Dataset<Row> judged(Dataset<Row> typed) {
    return protectedColumns.of(References.judge(contract, typed));
  }

  /**
   * The first half: the contract's fields, where the rows came from, {@code _extra} and {@code
   * _reasons}.
   */
  Dataset<Row> typed(Dataset<Row> bronze) {
    StructType rows = new StructType();
    for (Field field : contract.fields()) {
      rows = rows.add(field.name(), field.type());
    }
    rows = rows.add("_extra", EXTRA).add("_reasons", Findings.REASONS);
    if (contract.changes().hasDeletes()) {
      rows = rows.add(DELETED, DataTypes.BooleanType);
    }
    Column row =
        NativeColumns.ofRow(
            readers(bronze.sparkSession(), rows.size()),
            rows,
            bronze.col("arrival"),
            bronze.col("raw"),
            bronze.col("header"),
            bronze.col("problem"),
            bronze.col("file"),
            bronze.col("position"),
            bronze.col("arrived_at"));
    List<Column> read = new ArrayList<>();
    read.add(row.as("_row"));
    Map<String, String> origin = origin(contract);
    origin.forEach((name, stored) -> read.add(bronze.col(stored).as(name)));
    List<Column> columns = new ArrayList<>();
    for (String name : rows.fieldNames()) {
      columns.add(col("_row").getField(name).as(name));
    }
    origin.keySet().forEach(name -> columns.add(col(name)));
    return bronze.select(read.toArray(Column[]::new)).select(columns.toArray(Column[]::new));
  }

  private RowReader.ByArrival readers(SparkSession spark, int columns) {
    Map<String, RowReader> readers = new HashMap<>();
    Map<Integer, String> written = schemas.get();
    JudgedRules rules = JudgedRules.of(spark, contract);
    Cipher cipher = contract.isProtected() ? Cipher.of(secret.orElseThrow(), contract.id()) : null;
    for (Arrival arrival : contract.arrivals()) {
      WantedFields wanted = WantedFields.of(contract, arrival, written);
      RecordParser parser = new RecordParser(wanted, cipher);
      readers.put(
          arrival.name(),
          new RowReader(
              wanted,
              parser,
              FieldExpressions.values(spark, contract, wanted),
              rules,
              ChangeReader.of(spark, contract, arrival, wanted.columns())
                  .map(
                      changes ->
                          new RowReader.Deleting(
                              changes,
                              places(field -> field.isKey() || isOrdering(field)),
                              places(this::isOrdering)))
                  .orElse(null)));
    }
    return new RowReader.ByArrival(readers, contract.fields().size(), columns);
  }

  /** The places of some fields. */
  private Set<Integer> places(Predicate<Field> chosen) {
    Set<Integer> places = new HashSet<>();
    for (int i = 0; i < contract.fields().size(); i++) {
      if (chosen.test(contract.fields().get(i))) {
        places.add(i);
      }
    }
    return places;
  }

  private boolean isOrdering(Field field) {
    return field.name().equals(contract.ordering());
  }

  /** The columns of a silver table of the contract: the source's own, or its history. */
  public StructType schema(String table) {
    return table.equals(contract.id())
        ? silverSchema()
        : HistoryVersions.spec(contract, silverSchema()).schema();
  }

  /** Silver's columns with their descriptions. */
  public StructType silverSchema() {
    List<StructField> fields = new ArrayList<>();
    for (Field field : contract.fields()) {
      fields.add(described(field.name(), field.type(), field.description()));
    }
    if (contract.schemaPolicy().added() == SchemaPolicy.Added.KEEP) {
      fields.add(described("_extra", EXTRA, "Columns that the contract does not know, as text."));
    }
    if (contract.changes().keepsDeleted()) {
      fields.add(described(DELETED, DataTypes.BooleanType, "Whether the row has been deleted."));
    }
    fields.add(described("_file", DataTypes.StringType, "The file this version came from."));
    fields.add(
        described("_position", DataTypes.LongType, "Where its record begins in the file: a line."));
    fields.add(described("_arrived_at", DataTypes.TimestampType, "When the file arrived."));
    if (contract.changes().isReplace()) {
      fields.add(described(DELIVERY, DataTypes.StringType, "The delivery it is part of."));
    }
    return new StructType(fields.toArray(StructField[]::new));
  }

  private static StructField described(String name, DataType type, String comment) {
    MetadataBuilder metadata = new MetadataBuilder();
    return DataTypes.createStructField(
        name,
        type,
        true,
        comment.isEmpty() ? metadata.build() : metadata.putString("comment", comment).build());
  }

  /** A row's bucket among {@code count}: rows of one key share it. */
  public static Column bucket(Contract contract, int count) {
    Column[] key = named(contract.keyColumns());
    return pmod(
        when(col("_reasons").isNull(), hash(key)).otherwise(hash(col("_file"), col("_position"))),
        lit(count));
  }
}
