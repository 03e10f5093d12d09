package io.sluice.demo;

import java.math.BigDecimal;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a lake must hold after it has processed a source's files, known by the one who made them.
 *
 * <p>All maps are sorted, so that the manifest of a seed is the same text each time.
 */
public final class Truth {
  /** Records in readable files, header lines not counted. */
  public long records;

  /** Files that can be read. */
  public long files;

  /** Files that cannot be read: path below the landing root to what is wrong with them. */
  public final SortedMap<String, String> unreadableFiles = new TreeMap<>();

  /**
   * Records to be quarantined, by {@code field/rule} of their only reason ({@code /record} when
   * they do not parse).
   */
  public final SortedMap<String, Long> quarantined = new TreeMap<>();

  /**
   * Records equal in key and ordering value to the version kept, when each day is processed by
   * itself.
   */
  public long duplicates;

  /**
   * Records older than the version kept for their key, or of a delivery older than the one kept,
   * when each day is processed by itself.
   */
  public long superseded;

  /** Rows that left silver since a newer delivery took their place, when each day is by itself. */
  public long removed;

  /** Silver's rows by partition day (ISO date). */
  public final SortedMap<String, Long> rows = new TreeMap<>();

  /** Silver's sums by column and partition day. */
  public final SortedMap<String, SortedMap<String, BigDecimal>> sums = new TreeMap<>();

  /**
   * Gold's sums: mart, then column, then group (the mart's key values in order, joined by {@code
   * |}). A mart may be stated by the sums of a few columns that fix it.
   */
  public final SortedMap<String, SortedMap<String, SortedMap<String, BigDecimal>>> gold =
      new TreeMap<>();

  /**
   * What is true of an entity though no column says so: label, such as {@code fraud}, then entity,
   * then value.
   */
  public final SortedMap<String, SortedMap<String, String>> labels = new TreeMap<>();

  public void addRow(String day) {
    rows.merge(day, 1L, Long::sum);
  }

  public void addSum(String column, String day, BigDecimal value) {
    sums.computeIfAbsent(column, c -> new TreeMap<>()).merge(day, value, BigDecimal::add);
  }

  public void addGold(String mart, String column, String group, BigDecimal value) {
    gold.computeIfAbsent(mart, m -> new TreeMap<>())
        .computeIfAbsent(column, c -> new TreeMap<>())
        .merge(group, value, BigDecimal::add);
  }

  public void addQuarantined(String reason) {
    quarantined.merge(reason, 1L, Long::sum);
  }

  public void addQuarantined(String reason, long records) {
    quarantined.merge(reason, records, Long::sum);
  }

  public void addLabel(String label, String entity, String value) {
    labels.computeIfAbsent(label, l -> new TreeMap<>()).put(entity, value);
  }
}
