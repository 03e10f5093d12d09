package io.sluice.table;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.xxhash64;

import io.sluice.engine.KeyReader;
import it.unimi.dsi.fastutil.longs.LongOpenHashSet;
import java.sql.Date;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.InternalRow$;
import org.apache.spark.sql.catalyst.expressions.UnsafeProjection;
import org.apache.spark.sql.types.StructType;

/**
 * Which keys a table holds, kept in memory from commit to commit by who adds to it: a 64-bit hash
 * for each row of the days that are asked for, and whole the newest keys with what the table holds
 * of them.
 *
 * <p>A hash that is not there says for certain that the key is not; one that is there may be
 * another key's, or a row's that is gone. Memory: about 16 bytes a row. When there would be more
 * than so many rows, all is forgotten.
 */
public final class KnownKeys {
  private static final int NEWEST = 400_000;
  private static final float LOAD = 0.7f;
  private static final int SMALLEST = 1 << 15;
  private static final int LARGEST = 1 << 27;

  /**
   * What a table holds of a key.
   *
   * @param ordering the row's ordering value, as {@link io.sluice.engine.KeyedRow} has it
   * @param content what the row says, as {@link io.sluice.engine.KeyedRow} has it
   */
  public record Held(Object ordering, long content) {}

  private final List<String> key;
  private final String ordering;
  private final Optional<String> partition;
  private final long most;
  private final Map<Object, LongOpenHashSet> days = new HashMap<>();
  private final Function<StructType, Column> content;
  private final LinkedHashMap<Object, Held> newest = new LinkedHashMap<>();
  private long version = -1;

  /**
   * @param partition the column that the table is partitioned by, if it is
   * @param most how many rows' keys may be kept
   * @param content what a row of some columns says, as a number
   */
  public KnownKeys(
      List<String> key,
      String ordering,
      Optional<String> partition,
      long most,
      Function<StructType, Column> content) {
    this.key = key;
    this.ordering = ordering;
    this.partition = partition;
    this.most = most;
    this.content = content;
  }

  /** A column that tells keys apart: equal for equal ones, and hardly ever for others. */
  public Column hash() {
    return xxhash64(key.stream().map(name -> col("`" + name + "`")).toArray(Column[]::new));
  }

  /**
   * Learns what a table has of some days, and what others have added to it.
   *
   * @param wanted the partition column's values; one null if the table is not partitioned
   * @return whether all of it is known; not if it is too much
   */
  public boolean knows(LakeTable table, TableTransaction transaction, Iterable<?> wanted) {
    if (transaction.version() != version) {
      if (!days.isEmpty()) {
        newest.clear();
        Changes changes = table.changes(version, transaction.version());
        if (count() + changes.rowsAdded() > most) {
          days.clear();
        } else if (changes.filesAdded() > 0) {
          // Of rows that are gone, or replaced, no key may be taken for one that is there.
          add(changes.rows(), changes.filesRemoved() > 0 ? Long.MAX_VALUE : changes.rowsAdded());
        }
      }
      version = transaction.version();
    }
    for (Object day : wanted) {
      if (!days.containsKey(day)) {
        TableTransaction.Files files =
            partition.isEmpty()
                ? transaction.counted()
                : transaction.counted(col("`" + partition.get() + "`").equalTo(day));
        if (count() + files.rowCount() > most) {
          days.clear();
          newest.clear();
          return false;
        }
        days.put(day, set(files.rowCount()));
        if (!files.isEmpty()) {
          add(files.rows(), files.rowCount());
        }
      }
    }
    return true;
  }

  private static LongOpenHashSet set(long rows) {
    // As many slots as give a row 16 bytes; it doubles when seven of ten are taken.
    long expected = Math.max(SMALLEST, (long) (rows * 2 * LOAD));
    return new LongOpenHashSet((int) Math.min(LARGEST, expected), LOAD);
  }

  private long count() {
    return days.values().stream().mapToLong(set -> set.size()).sum();
  }

  /** Notes the hashes of rows, and if they are not too many their keys whole. */
  private void add(Dataset<Row> rows, long count) {
    List<Column> columns = new ArrayList<>();
    columns.add(hash());
    columns.add(partition.map(name -> col("`" + name + "`")).orElse(lit(null).cast("date")));
    if (count <= NEWEST) {
      columns.add(col("`" + ordering + "`"));
      columns.add(content.apply(rows.schema()));
      key.forEach(name -> columns.add(col("`" + name + "`")));
    }
    Dataset<Row> selected = rows.select(columns.toArray(Column[]::new));
    UnsafeProjection projection =
        KeyReader.projection(selected.schema(), count <= NEWEST ? key : List.of());
    for (InternalRow row : selected.queryExecution().executedPlan().executeCollect()) {
      Object day = row.isNullAt(1) ? null : Date.valueOf(LocalDate.ofEpochDay(row.getInt(1)));
      LongOpenHashSet set = days.get(day);
      if (set != null) {
        set.add(row.getLong(0));
        if (count <= NEWEST) {
          remember(
              projection.apply(row).copy(),
              new Held(
                  InternalRow$.MODULE$.copyValue(row.get(2, selected.schema().apply(2).dataType())),
                  row.getLong(3)));
        }
      }
    }
  }

  /** Whether the table may hold a key of a day. */
  public boolean mayHold(Object day, long hash) {
    return days.get(day).contains(hash);
  }

  /**
   * What is held of one of the newest keys; empty if it is not among them.
   *
   * @param key as {@link io.sluice.engine.KeyedRow} has it
   */
  public Optional<Held> newest(Object key) {
    return Optional.ofNullable(newest.get(key));
  }

  /** Notes a row that has been added with the commit of a version. */
  public void add(Object day, long hash, Object key, Held held) {
    days.get(day).add(hash);
    remember(key, held);
  }

  private void remember(Object key, Held held) {
    newest.remove(key);
    newest.put(key, held);
    if (newest.size() > NEWEST) {
      Iterator<Object> eldest = newest.keySet().iterator();
      eldest.next();
      eldest.remove();
    }
  }

  /** Notes that this commit is known whole. */
  public void reached(long committed) {
    version = committed;
  }
}
