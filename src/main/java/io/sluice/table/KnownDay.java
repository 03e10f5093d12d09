package io.sluice.table;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.delta.actions.AddFile;

/**
 * Which keys a table holds of one day, by their hashes: filters, each as large as those before it
 * together; and the newest of its files.
 *
 * <p>A hash that is not there says for certain that the key is not. Of those that are not, one in
 * three million is taken for one that is there, for each filter; up to one in a hundred where a
 * filter had to take more than it is made for. Memory: four bytes a key, up to eight behind a new
 * filter.
 */
final class KnownDay {
  /** How many of its files are kept. */
  static final int FILES = 32;

  private static final long SMALLEST = 1024;

  /** A filter has at most 2^31 bits. */
  private static final long LARGEST = 60_000_000;

  private static final int BITS = 32;

  /** With fewer a day is not worth its bytes. */
  private static final int LEAST_BITS = 12;

  /** Of a filter, and of all files with their paths and partitions. */
  private static final long FILTER_BYTES = 128;

  private static final long FILES_BYTES = FILES * 700;

  private static final class Filter {
    private final HashFilter hashes;
    private final long capacity;
    private long keys;

    Filter(long capacity, long bits) {
      this.hashes = new HashFilter(bits);
      this.capacity = capacity;
    }
  }

  private final List<Filter> filters = new ArrayList<>();
  private final LinkedHashMap<String, AddFile> files = new LinkedHashMap<>();
  private boolean allFiles;

  private KnownDay(Filter first) {
    filters.add(first);
  }

  /** The least bytes that a day takes. */
  static long least() {
    return bytes(0);
  }

  /** How many bytes a day of so many rows is to have. */
  static long bytes(long rows) {
    return FILES_BYTES + filterBytes(Math.min(LARGEST, rows));
  }

  private static long filterBytes(long keys) {
    return FILTER_BYTES + Math.max(SMALLEST, keys) * BITS / 8;
  }

  /**
   * A day without a key yet.
   *
   * @param rows how many there will be
   * @param bytes the most that it may take
   * @return empty if so few bytes are not worth it: more than one in a hundred would be taken for
   *     another
   */
  static Optional<KnownDay> within(long rows, long bytes) {
    long capacity = Math.max(SMALLEST, Math.min(LARGEST, rows));
    long bits = Math.min(capacity * BITS, (bytes - FILES_BYTES - FILTER_BYTES) * 8);
    return bits / LEAST_BITS < Math.max(SMALLEST, rows)
        ? Optional.empty()
        : Optional.of(new KnownDay(new Filter(capacity, bits)));
  }

  long bytes() {
    return FILES_BYTES
        + filters.stream().mapToLong(one -> FILTER_BYTES + one.hashes.bits() / 8).sum();
  }

  boolean mayHold(long hash) {
    for (Filter one : filters) {
      if (one.hashes.mayHold(hash)) {
        return true;
      }
    }
    return false;
  }

  void add(long hash) {
    if (!mayHold(hash)) {
      Filter newest = newest();
      newest.hashes.add(hash);
      newest.keys++;
    }
  }

  private Filter newest() {
    return filters.get(filters.size() - 1);
  }

  /** Whether it should grow before another key is added. */
  boolean isFull() {
    return newest().keys >= newest().capacity;
  }

  /** Whether it takes more than one in a hundred keys for another. */
  boolean isOverfull() {
    return newest().keys * LEAST_BITS > newest().hashes.bits();
  }

  /** How many bytes it would grow by. */
  long growth() {
    return filterBytes(next());
  }

  /** With fewer bytes it does not grow. */
  long leastGrowth() {
    return Math.max(filterBytes(0), growth() / 8);
  }

  /**
   * Makes room for keys.
   *
   * @param bytes from {@link #leastGrowth} to {@link #growth}
   */
  void grow(long bytes) {
    long bits = (bytes - FILTER_BYTES) * 8;
    filters.add(new Filter(bits / BITS, bits));
  }

  private long next() {
    return Math.min(LARGEST, filters.stream().mapToLong(one -> one.capacity).sum());
  }

  // Its newest files.

  List<AddFile> files() {
    return List.copyOf(files.values());
  }

  /** Whether {@link #files} are all that the day has. */
  boolean hasAllFiles() {
    return allFiles;
  }

  /** Notes what files the day has, unless they are too many. */
  void has(Collection<AddFile> all) {
    files.clear();
    allFiles = all.size() <= FILES;
    if (allFiles) {
      all.forEach(this::keep);
    }
  }

  void came(AddFile file) {
    keep(file);
    if (files.size() > FILES) {
      Iterator<String> eldest = files.keySet().iterator();
      eldest.next();
      eldest.remove();
      allFiles = false;
    }
  }

  private void keep(AddFile file) {
    files.put(file.path(), Delta.slim(file));
  }

  void went(String path) {
    files.remove(path);
  }

  void forgetFiles() {
    files.clear();
    allFiles = false;
  }
}
