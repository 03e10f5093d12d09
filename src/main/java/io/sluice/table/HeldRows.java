package io.sluice.table;

import static io.sluice.engine.Columns.named;
import static org.apache.spark.sql.functions.col;

import io.sluice.engine.DriverRows;
import io.sluice.engine.KeyReader;
import io.sluice.engine.KeyedRow;
import io.sluice.engine.LocalRows;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Literal;
import org.apache.spark.sql.catalyst.expressions.UnsafeProjection;
import org.apache.spark.sql.catalyst.util.TypeUtils;
import org.apache.spark.sql.delta.actions.AddFile;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DateType;
import org.apache.spark.sql.types.IntegralType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.types.TimestampType;

/**
 * Looks up keys in a table's files, and takes rows out of these, in the calling thread.
 *
 * <p>Guarantee: what a transaction's version of the table holds of a key, no more and no less; no
 * key stands twice. Cost: the columns of the keys in the newest files of their days, and if that
 * does not tell in the others that may hold them by the log's statistics; a job for the list of
 * those, and another to read them if they are many or large.
 */
public final class HeldRows {
  /** What is read in the calling thread at a time. */
  private static final int FILES = 64;

  private static final long BYTES = 64L << 20;

  /** What is taken out at a time. */
  private static final int REPLACED_FILES = 64;

  private static final long REPLACED_BYTES = 8L << 20;
  private static final long REPLACED_ROWS = 200_000;

  /** Where a table holds a key, and its ordering value. */
  public static final class Place {
    private final Object ordering;
    private final AddFile file;

    private Place(Object ordering, AddFile file) {
      this.ordering = ordering;
      this.file = file;
    }

    /** As {@link KeyedRow} has it. */
    public Object ordering() {
      return ordering;
    }
  }

  private final LakeTable table;
  private final KnownKeys known;
  private final KeyColumns columns;

  /**
   * @param known knows the newest files of its days
   */
  public HeldRows(LakeTable table, KnownKeys known) {
    this.table = table;
    this.known = known;
    this.columns = known.columns();
  }

  /**
   * Where the table holds some keys; those that it does not hold are left out.
   *
   * @param rows one of each key; what is known is of the transaction's version
   */
  public Map<Object, Place> find(TableTransaction transaction, Collection<KeyedRow> rows) {
    Map<Object, KeyedRow> wanted = new LinkedHashMap<>();
    rows.forEach(row -> wanted.put(row.key(), row));
    Map<Object, Place> found = new HashMap<>();
    List<AddFile> newest = new ArrayList<>();
    days(wanted.values()).forEach(day -> known.day(day).ifPresent(it -> newest.addAll(it.files())));
    search(transaction, newest, wanted, found);
    wanted.keySet().removeAll(found.keySet());
    wanted.values().removeIf(row -> known.day(row.day()).filter(KnownDay::hasAllFiles).isPresent());
    if (!wanted.isEmpty()) {
      Set<String> searched = new HashSet<>();
      newest.forEach(file -> searched.add(file.path()));
      List<AddFile> others = new ArrayList<>(others(transaction, wanted.values()));
      others.removeIf(file -> searched.contains(file.path()));
      search(transaction, others, wanted, found);
    }
    return found;
  }

  private static Set<Object> days(Collection<KeyedRow> rows) {
    Set<Object> days = new HashSet<>();
    rows.forEach(row -> days.add(row.day()));
    return days;
  }

  /** All files that may hold some keys; if they are few, they are noted. */
  private List<AddFile> others(TableTransaction transaction, Collection<KeyedRow> wanted) {
    Set<Object> days = days(wanted);
    List<AddFile> all = transaction.counted(columns.isOf(days)).files;
    Map<Object, List<AddFile>> byDay = new HashMap<>();
    days.forEach(day -> byDay.put(day, new ArrayList<>()));
    all.forEach(file -> byDay.get(columns.day(file.partitionValues())).add(file));
    byDay.forEach(
        (day, files) -> {
          if (files.size() <= KnownDay.FILES) {
            known.day(day).ifPresent(it -> it.has(files));
          }
        });
    return all.size() <= KnownDay.FILES
        ? all
        : transaction.counted(
                Stream.concat(Stream.of(columns.isOf(days)), ranges(transaction, wanted))
                    .toArray(Column[]::new))
            .files;
  }

  /**
   * Between which values each of the key's columns lies, for the types that the log has them of.
   */
  private Stream<Column> ranges(TableTransaction transaction, Collection<KeyedRow> wanted) {
    StructType schema = transaction.schema();
    List<Column> ranges = new ArrayList<>();
    for (int i = 0; i < columns.key().size(); i++) {
      int at = i;
      String name = columns.key().get(i);
      DataType type = schema.apply(name).dataType();
      if (type instanceof IntegralType
          || type instanceof StringType
          || type instanceof DateType
          || type instanceof TimestampType) {
        Comparator<Object> order = ordering(type);
        List<Object> values =
            wanted.stream()
                .map(row -> ((InternalRow) row.key()).get(at, type))
                .sorted(order)
                .toList();
        ranges.add(
            named(name)
                .between(
                    literal(values.get(0), type), literal(values.get(values.size() - 1), type)));
      }
    }
    return ranges.stream();
  }

  @SuppressWarnings("unchecked")
  private static Comparator<Object> ordering(DataType type) {
    return TypeUtils.getInterpretedOrdering(type);
  }

  private static Column literal(Object value, DataType type) {
    return new Column(Literal.create(value, type));
  }

  private void search(
      TableTransaction transaction,
      List<AddFile> files,
      Map<Object, KeyedRow> wanted,
      Map<Object, Place> found) {
    if (files.isEmpty() || wanted.isEmpty()) {
      return;
    }
    Map<String, AddFile> byPath = byPath(files);
    Map<Object, AddFile> known = new HashMap<>();
    DataType ordering = transaction.schema().apply(columns.ordering()).dataType();
    read(
        transaction,
        files,
        wanted,
        rows -> List.of(named(columns.ordering()), col("_metadata.file_path")),
        (key, row) ->
            found.put(
                key,
                new Place(
                    InternalRow.copyValue(row.get(1, ordering)),
                    known.computeIfAbsent(
                        row.getUTF8String(2).toString(),
                        path -> byPath.get(URI.create((String) path).getPath())))));
  }

  private Map<String, AddFile> byPath(List<AddFile> files) {
    Map<String, AddFile> byPath = new HashMap<>();
    files.forEach(file -> byPath.put(FileStaging.absolute(table, file).toUri().getPath(), file));
    return byPath;
  }

  /**
   * What the table's rows of some keys say, as {@link KeyedRow#content} has it.
   *
   * @param rows one of each key
   * @param places where the table holds them
   */
  public Map<Object, Long> contents(
      TableTransaction transaction, Collection<KeyedRow> rows, Map<Object, Place> places) {
    Map<Object, KeyedRow> wanted = new HashMap<>();
    rows.forEach(row -> wanted.put(row.key(), row));
    Map<Object, Long> contents = new HashMap<>();
    List<AddFile> files = files(wanted.keySet().stream().map(places::get).toList());
    if (!files.isEmpty()) {
      read(
          transaction,
          files,
          wanted,
          held -> List.of(columns.content().apply(held.schema())),
          (key, row) -> contents.put(key, row.getLong(1)));
    }
    return contents;
  }

  private static List<AddFile> files(Collection<Place> places) {
    return places.stream().map(place -> place.file).distinct().toList();
  }

  /**
   * Gives the rows of some keys to a reader, each with its key.
   *
   * @param more what it is given of a row behind the key's hash
   */
  private void read(
      TableTransaction transaction,
      List<AddFile> files,
      Map<Object, KeyedRow> wanted,
      Function<Dataset<Row>, List<Column>> more,
      BiConsumer<Object, InternalRow> reader) {
    Dataset<Row> rows = Delta.rows(transaction.snapshot(), files);
    List<Column> selected = new ArrayList<>(List.of(columns.hash().as("_hash")));
    selected.addAll(more.apply(rows));
    selected.addAll(List.of(columns.keys()));
    Dataset<Row> read = rows.select(selected.toArray(Column[]::new));
    UnsafeProjection projection = KeyReader.projection(read.schema(), columns.key());
    Set<Long> hashes = new HashSet<>();
    wanted.values().forEach(row -> hashes.add(row.hash()));
    Consumer<InternalRow> matching =
        row -> {
          if (hashes.contains(row.getLong(0))) {
            InternalRow key = projection.apply(row);
            if (wanted.containsKey(key)) {
              reader.accept(key.copy(), row);
            }
          }
        };
    if (files.size() <= FILES && bytes(files) <= BYTES) {
      // No filter: its values would stand in the generated code, which then is never used again.
      DriverRows.forEach(read, row -> matching.accept(row.internal()));
    } else {
      for (InternalRow row :
          read.where(col("_hash").isin(hashes.toArray()))
              .queryExecution()
              .executedPlan()
              .executeCollect()) {
        matching.accept(row);
      }
    }
  }

  private static long bytes(List<AddFile> files) {
    return files.stream().mapToLong(AddFile::size).sum();
  }

  /** Whether the files that hold some rows are few and small enough for {@link #takeOut}. */
  public static boolean areSmall(Collection<Place> places) {
    List<AddFile> files = files(places);
    return files.size() <= REPLACED_FILES
        && bytes(files) <= REPLACED_BYTES
        && files.stream().noneMatch(file -> Delta.rowCount(file) < 0)
        && files.stream().mapToLong(Delta::rowCount).sum() <= REPLACED_ROWS;
  }

  /**
   * Takes the files that hold some rows out of the table with a transaction's commit.
   *
   * @param places of the rows, by their keys
   * @return the other rows of these files, in the columns of the table: they are to be appended
   */
  public LocalRows takeOut(TableTransaction transaction, Map<Object, Place> places) {
    StructType schema = transaction.schema();
    List<InternalRow> others = new ArrayList<>();
    List<AddFile> files = files(places.values());
    if (!files.isEmpty()) {
      UnsafeProjection key = KeyReader.projection(schema, columns.key());
      DriverRows.forEach(
          TableTransaction.ordered(Delta.rows(transaction.snapshot(), files), schema),
          row -> {
            if (!places.containsKey(key.apply(row.internal()))) {
              others.add(row.internal().copy());
            }
          });
      files.forEach(transaction.staging()::remove);
    }
    return LocalRows.internal(schema, others);
  }
}
