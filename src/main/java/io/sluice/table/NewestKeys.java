package io.sluice.table;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.UnsafeRow;
import org.apache.spark.sql.types.Decimal;
import org.apache.spark.unsafe.types.UTF8String;

/** The keys that a table was given last, with what it holds of them, within so many bytes. */
final class NewestKeys {
  /** Of an entry besides key and ordering value: its objects and its place in the map. */
  private static final int ENTRY_BYTES = 136;

  private record Entry(Object day, KnownKeys.Held held, long bytes) {}

  private final LinkedHashMap<Object, Entry> entries = new LinkedHashMap<>();
  private final long most;
  private long bytes;

  NewestKeys(long most) {
    this.most = most;
  }

  Optional<KnownKeys.Held> get(Object key) {
    return Optional.ofNullable(entries.get(key)).map(Entry::held);
  }

  /**
   * Notes a key as the newest; the eldest make room for it.
   *
   * @param key with its values in bytes of its own
   */
  void put(Object day, Object key, KnownKeys.Held held) {
    remove(key);
    // The value may be a piece of the row that it was read from, and would keep that whole.
    Object ordering = InternalRow.copyValue(held.ordering());
    Entry entry =
        new Entry(
            day,
            new KnownKeys.Held(ordering, held.content()),
            ENTRY_BYTES + bytes(key) + bytes(ordering));
    if (entry.bytes > most) {
      return;
    }
    Iterator<Map.Entry<Object, Entry>> eldest = entries.entrySet().iterator();
    while (bytes + entry.bytes > most) {
      bytes -= eldest.next().getValue().bytes;
      eldest.remove();
    }
    entries.put(key, entry);
    bytes += entry.bytes;
  }

  private void remove(Object key) {
    Entry before = entries.remove(key);
    bytes -= before == null ? 0 : before.bytes;
  }

  private static long bytes(Object value) {
    if (value instanceof UnsafeRow row) {
      return 64L + row.getSizeInBytes();
    }
    if (value instanceof UTF8String text) {
      return 48L + text.numBytes();
    }
    return value instanceof Decimal ? 96 : 24;
  }

  /** Forgets the keys of some days. */
  void forget(Set<?> days) {
    entries
        .entrySet()
        .removeIf(
            entry -> {
              boolean gone = days.contains(entry.getValue().day);
              bytes -= gone ? entry.getValue().bytes : 0;
              return gone;
            });
  }

  void clear() {
    entries.clear();
    bytes = 0;
  }

  long bytes() {
    return bytes;
  }
}
