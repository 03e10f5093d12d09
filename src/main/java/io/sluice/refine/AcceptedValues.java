package io.sluice.refine;

import static io.sluice.engine.Columns.named;
import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.sluice.contract.Reference;
import io.sluice.engine.DriverRows;
import io.sluice.engine.LocalRows;
import io.sluice.lineage.LineageRecorder;
import io.sluice.run.RunContext;
import io.sluice.table.Changes;
import io.sluice.table.LakeTable;
import java.time.Duration;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * Which values a column of another source's silver holds, or several columns together, asked batch
 * by batch by a stream's driver: kept in memory, within so many bytes, by the table's version. A
 * value of several columns is their list.
 *
 * <p>Guarantee: all values of a batch are told by one version of the table. It is the newest as
 * this JVM has looked for it no longer ago than {@link #LOOKED_AT}; where that lacks a value, it is
 * the newest of all. Cost: nothing but memory while all values of the table fit and it does not
 * change; of rows that it is given, their columns; else, for values that are not kept, the columns
 * of the whole table: in the calling thread if its files are few and small, else by a job.
 */
final class AcceptedValues {
  static final Duration LOOKED_AT = Duration.ofSeconds(5);

  /** Of a kept value besides its own bytes. */
  private static final int VALUE_BYTES = 112;

  /** Of each value in a list. */
  private static final int PART_BYTES = 48;

  /** What is read in the calling thread. */
  private static final int FILES = 64;

  private static final long BYTES = 64L << 20;
  private static final long ROWS_ADDED = 200_000;
  private static final String ASKED = "_asked_";

  private final RunContext context;
  private final LakeTable table;
  private final List<String> columns;
  private final List<DataType> types;
  private final List<Integer> places;
  private final long most;
  private final LinkedHashSet<Object> kept = new LinkedHashSet<>();
  private long bytes;
  private boolean all;
  private long version = -1;
  private long toldBy = -1;
  private StructType schema;

  /**
   * @param types the columns'; {@link #isTold} of each
   * @param most the most bytes to be kept
   */
  AcceptedValues(RunContext context, Reference of, List<DataType> types, long most) {
    this.context = context;
    this.table = context.lake().silver(of.source());
    this.columns = of.to();
    this.types = types;
    this.places = IntStream.range(0, types.size()).boxed().toList();
    this.most = most;
  }

  /** Whether values of a type are equal exactly if Java says so. */
  static boolean isTold(DataType type) {
    return type instanceof DecimalType
        || List.of(
                DataTypes.StringType,
                DataTypes.ByteType,
                DataTypes.ShortType,
                DataTypes.IntegerType,
                DataTypes.LongType,
                DataTypes.DateType,
                DataTypes.TimestampType,
                DataTypes.BooleanType)
            .contains(type);
  }

  /** Tells a recorder which version of the table told last. */
  void reads(LineageRecorder recorder) {
    if (version >= 0) {
      if (toldBy != version) {
        schema = table.read(version).schema();
        toldBy = version;
      }
      recorder.reads(table.path(), schema, version);
    }
  }

  /** How many bytes are taken. */
  long bytes() {
    return bytes;
  }

  /**
   * The value that some columns of a row make, of the same types as the table's.
   *
   * @return null if one of them is
   */
  Object value(LocalRows.LocalRow row, List<Integer> at) {
    Object[] parts = new Object[types.size()];
    for (int i = 0; i < parts.length; i++) {
      parts[i] = row.value(at.get(i), types.get(i));
      if (parts[i] == null) {
        return null;
      }
    }
    return parts.length == 1 ? parts[0] : List.of(parts);
  }

  /**
   * Those of some values that the table holds.
   *
   * @param wanted in Spark's internal form
   * @return empty if there is no such table
   */
  Optional<Set<Object>> among(Set<Object> wanted) {
    long recent = table.versionWithin(LOOKED_AT);
    if (recent < 0) {
      return Optional.empty();
    }
    Set<Object> found = at(recent, wanted);
    if (found.size() < wanted.size()) {
      long newest = table.version();
      if (newest != version) {
        found = at(newest, wanted);
      }
    }
    return Optional.of(found);
  }

  private Set<Object> at(long asked, Set<Object> wanted) {
    if (asked != version) {
      follow(asked);
    }
    Set<Object> found = new HashSet<>();
    for (Object value : wanted) {
      // It becomes the newest.
      if (kept.remove(value)) {
        kept.add(value);
        found.add(value);
      }
    }
    if (!all && found.size() < wanted.size()) {
      found.addAll(lookUp(wanted));
    }
    return found;
  }

  private void follow(long asked) {
    boolean added = false;
    if (version >= 0) {
      try {
        Changes changes = table.changes(version, asked);
        added = changes.filesRemoved() == 0 && changes.rowsAdded() <= ROWS_ADDED;
        if (added && all && !changes.isEmpty()) {
          DriverRows.forEach(changes.rows().select(columns()), row -> keep(value(row, places)));
        }
      } catch (IllegalStateException e) {
        // The log no longer says what has changed.
        added = false;
      }
    }
    if (!added) {
      kept.clear();
      bytes = 0;
      all = false;
    }
    version = asked;
  }

  /** Reads the table's values; those that fit are kept. */
  private Set<Object> lookUp(Set<Object> wanted) {
    Dataset<Row> values = table.read(version).select(columns());
    LakeTable.Size size = table.size(version);
    Set<Object> found = new HashSet<>();
    if (size.files() <= FILES && size.bytes() <= BYTES) {
      all = true;
      DriverRows.forEach(
          values,
          row -> {
            Object value = value(row, places);
            keep(value);
            if (value != null && wanted.contains(value)) {
              found.add(value);
            }
          });
    } else {
      Dataset<Row> held = values.join(broadcast(asked(wanted)), areAsked(), "left_semi").distinct();
      LocalRows.of(held.schema(), held.collectAsList())
          .forEach(row -> found.add(value(row, places)));
    }
    found.forEach(this::keep);
    return found;
  }

  private Dataset<Row> asked(Set<Object> wanted) {
    StructType schema = new StructType();
    for (int i = 0; i < types.size(); i++) {
      schema = schema.add(ASKED + i, types.get(i));
    }
    LocalRows.Builder asked = LocalRows.builder(schema);
    for (Object value : wanted) {
      asked.add(value instanceof List<?> parts ? parts.toArray() : new Object[] {value});
    }
    return asked.build().dataset(context.spark());
  }

  private Column areAsked() {
    Column all = lit(true);
    for (int i = 0; i < columns.size(); i++) {
      all = all.and(named(columns.get(i)).equalTo(col(ASKED + i)));
    }
    return all;
  }

  private Column[] columns() {
    return named(columns);
  }

  /** Keeps a value as the newest; the eldest make room for it. */
  private void keep(Object value) {
    if (value == null || !kept.add(value)) {
      return;
    }
    bytes += bytes(value);
    Iterator<Object> eldest = kept.iterator();
    while (bytes > most) {
      bytes -= bytes(eldest.next());
      eldest.remove();
      all = false;
    }
  }

  private static long bytes(Object value) {
    if (value instanceof List<?> parts) {
      return parts.stream().mapToLong(part -> PART_BYTES + bytes(part)).sum();
    }
    return VALUE_BYTES + (value instanceof UTF8String text ? text.numBytes() : 0);
  }
}
