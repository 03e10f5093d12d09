package io.sluice.table;

import static io.sluice.engine.Columns.named;

import io.sluice.engine.DriverRows;
import io.sluice.engine.KeyReader;
import io.sluice.engine.KeyedRow;
import java.sql.Date;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.UnsafeProjection;
import org.apache.spark.sql.delta.actions.AddFile;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;

/**
 * Which keys a table may hold, kept in memory from commit to commit by who adds to it: of the days
 * that are asked for filters of all keys ({@link KnownDay}), and whole the newest keys with what
 * the table holds of them.
 *
 * <p>Guarantee: a key that it says is not there is not. One that may be there is looked up in the
 * table's files ({@link HeldRows}): so are those of days that are not known. Memory: never more
 * than the bytes given, a quarter of them for the newest keys. What is full forgets: the days that
 * were not asked for longest, the eldest of the newest keys. One day takes half of the days' bytes
 * at most, so that the next one finds room; it then takes more and more keys for others, up to one
 * in a hundred, and is forgotten behind that. Cost: of a day the columns of its keys once, when it
 * is first asked for; of what others commit to known days the same.
 */
public final class KnownKeys {
  /** Up to so many rows at a time are read whole, so that they are among the newest keys. */
  private static final long MOST_WHOLE = 200_000;

  /** A commit of others with more rows than this costs its days, which are learned anew. */
  private static final long LEARNED = 1_000_000;

  /**
   * What a table holds of a key.
   *
   * @param ordering the row's ordering value, as {@link KeyedRow} has it
   * @param content what the row says, as {@link KeyedRow} has it
   */
  public record Held(Object ordering, long content) {}

  /** What of rows is read. */
  private enum Reading {
    HASHES,
    /** The keys, the ordering values and what the rows say, too. */
    WHOLE
  }

  private final KeyColumns columns;
  private final long mostOfDays;
  private final long mostOfOne;
  // The one asked for longest ago is the first.
  private final LinkedHashMap<Object, KnownDay> days = new LinkedHashMap<>(16, 0.75f, true);
  private final NewestKeys newest;
  private Set<Object> asked = Set.of();
  private long version = -1;

  /**
   * @param bytes the most memory that may be taken
   */
  public KnownKeys(KeyColumns columns, long bytes) {
    this.columns = columns;
    this.newest = new NewestKeys(bytes / 4);
    this.mostOfDays = bytes - bytes / 4;
    this.mostOfOne = columns.partition().isPresent() ? mostOfDays / 2 : mostOfDays;
  }

  KeyColumns columns() {
    return columns;
  }

  /** How much memory is taken. */
  public long bytes() {
    return newest.bytes() + bytesOfDays(days.keySet());
  }

  private long bytesOfDays(Set<?> some) {
    return days.entrySet().stream()
        .filter(day -> some.contains(day.getKey()))
        .mapToLong(day -> day.getValue().bytes())
        .sum();
  }

  /**
   * Learns what a table has of some days, as far as there is room, and what others have changed.
   *
   * @param wanted the partition column's values; one null if the table is not partitioned
   */
  public void learn(LakeTable table, TableTransaction transaction, Set<?> wanted) {
    if (version >= 0 && transaction.version() != version) {
      follow(table, transaction);
    }
    version = transaction.version();
    asked = new HashSet<>(wanted);
    asked.forEach(days::get);
    Set<Object> missing = new HashSet<>(wanted);
    missing.removeAll(days.keySet());
    if (!missing.isEmpty() && KnownDay.least() <= mostOfOne) {
      load(transaction, missing);
    }
  }

  /** What others have committed: added rows are added, removed ones stay among those looked up. */
  private void follow(LakeTable table, TableTransaction transaction) {
    days.values().forEach(KnownDay::forgetFiles);
    Changes changes;
    try {
      changes = table.changes(version, transaction.version());
    } catch (IllegalStateException e) {
      // The log no longer says what has changed.
      days.clear();
      newest.clear();
      return;
    }
    Set<Object> lessened = new HashSet<>();
    changes.removed().forEach(file -> lessened.add(columns.day(file.partitionValues())));
    newest.forget(lessened);
    List<AddFile> added =
        changes.added().stream()
            .filter(file -> days.containsKey(columns.day(file.partitionValues())))
            .toList();
    long rows = rows(added);
    if (rows > LEARNED) {
      added.forEach(file -> days.remove(columns.day(file.partitionValues())));
    } else if (!added.isEmpty()) {
      read(
          Delta.rows(transaction.snapshot(), added),
          rows <= MOST_WHOLE ? Reading.WHOLE : Reading.HASHES);
    }
  }

  private void load(TableTransaction transaction, Set<Object> missing) {
    Map<Object, List<AddFile>> files = new HashMap<>();
    missing.forEach(day -> files.put(day, new ArrayList<>()));
    for (AddFile file : transaction.counted(columns.isOf(missing)).files) {
      files.get(columns.day(file.partitionValues())).add(file);
    }
    List<AddFile> read = new ArrayList<>();
    files.forEach(
        (key, all) -> {
          long wanted = Math.min(KnownDay.bytes(rows(all)), mostOfOne);
          long room = Math.min(wanted, possible());
          KnownDay.within(rows(all), room)
              .ifPresent(
                  day -> {
                    makeRoom(day.bytes());
                    day.has(all);
                    days.put(key, day);
                    read.addAll(all);
                  });
        });
    if (!read.isEmpty()) {
      read(
          Delta.rows(transaction.snapshot(), read),
          rows(read) <= MOST_WHOLE ? Reading.WHOLE : Reading.HASHES);
    }
  }

  /** By their statistics; a file without counts as very many. */
  private static long rows(Collection<AddFile> files) {
    return files.stream()
        .mapToLong(Delta::rowCount)
        .map(rows -> rows < 0 ? Integer.MAX_VALUE : rows)
        .sum();
  }

  /** What is free, and what the days take that are not asked for. */
  private long possible() {
    return mostOfDays - bytesOfDays(asked);
  }

  private void makeRoom(long bytes) {
    long taken = bytesOfDays(days.keySet());
    Iterator<Map.Entry<Object, KnownDay>> eldest = days.entrySet().iterator();
    while (taken + bytes > mostOfDays && eldest.hasNext()) {
      Map.Entry<Object, KnownDay> day = eldest.next();
      if (!asked.contains(day.getKey())) {
        taken -= day.getValue().bytes();
        eldest.remove();
      }
    }
  }

  /** Notes rows of known days, one by one. */
  private void read(Dataset<Row> rows, Reading reading) {
    List<Column> selected = new ArrayList<>(List.of(columns.hash(), columns.day()));
    if (reading == Reading.WHOLE) {
      selected.add(named(columns.ordering()));
      selected.add(columns.content().apply(rows.schema()));
      selected.addAll(List.of(columns.keys()));
    }
    Dataset<Row> read = rows.select(selected.toArray(Column[]::new));
    UnsafeProjection key =
        KeyReader.projection(read.schema(), reading == Reading.WHOLE ? columns.key() : List.of());
    DataType ordering =
        reading == Reading.WHOLE ? read.schema().apply(2).dataType() : DataTypes.NullType;
    DriverRows.forEach(
        read,
        row -> {
          Object day = row.isNull(1) ? null : Date.valueOf(LocalDate.ofEpochDay(row.integer(1)));
          note(day, row.number(0));
          if (reading == Reading.WHOLE) {
            newest.put(
                day,
                key.apply(row.internal()).copy(),
                new Held(row.value(2, ordering), row.number(3)));
          }
        });
  }

  private void note(Object key, long hash) {
    KnownDay day = days.get(key);
    if (day == null) {
      return;
    }
    if (day.isFull()) {
      grow(day);
    }
    day.add(hash);
    if (day.isOverfull()) {
      days.remove(key);
    }
  }

  private void grow(KnownDay day) {
    long most = Math.min(day.growth(), mostOfOne - day.bytes());
    long room = most < day.leastGrowth() ? 0 : Math.min(most, possible());
    if (room >= day.leastGrowth()) {
      makeRoom(room);
      day.grow(room);
    }
  }

  /** Whether the table may hold a key of a day. */
  public boolean mayHold(Object day, long hash) {
    KnownDay known = days.get(day);
    return known == null || known.mayHold(hash);
  }

  /**
   * What is held of one of the newest keys; empty if it is not among them.
   *
   * @param key as {@link KeyedRow} has it
   */
  public Optional<Held> newest(Object key) {
    return newest.get(key);
  }

  /** Notes rows that have been added with a commit. */
  public void added(Collection<KeyedRow> rows) {
    for (KeyedRow row : rows) {
      note(row.day(), row.hash());
      newest.put(row.day(), row.key(), new Held(row.ordering(), row.content()));
    }
  }

  /** Notes that a transaction's commit is known whole: its rows are noted. */
  public void reached(TableTransaction transaction, long committed) {
    version = committed;
    for (AddFile file : transaction.staging().staged()) {
      Optional.ofNullable(days.get(columns.day(file.partitionValues())))
          .ifPresent(day -> day.came(file));
    }
    transaction.staging().removed().forEach(path -> days.values().forEach(day -> day.went(path)));
  }

  /** What is known of a day; empty if nothing. */
  Optional<KnownDay> day(Object day) {
    return Optional.ofNullable(days.get(day));
  }
}
