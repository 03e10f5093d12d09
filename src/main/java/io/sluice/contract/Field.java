package io.sluice.contract;

import java.io.Serializable;
import java.util.List;
import org.apache.spark.sql.types.DataType;

/**
 * A column of a source's silver table, as its contract states it.
 *
 * @param shape what its value must be, before protection
 * @param expression Spark SQL over raw columns; by default the raw column of the field's name
 * @param keyPosition its place in the key from 1; 0 if it is no part of it
 * @param earlierNames what it was called before, the newest first; none if it has always been so
 */
public record Field(
    String name,
    String description,
    Shape shape,
    String expression,
    int keyPosition,
    Role role,
    String classification,
    Protection protection,
    List<String> earlierNames) {

  public Field {
    earlierNames = List.copyOf(earlierNames);
  }

  /** Whether a row may lack it. */
  public enum Presence {
    REQUIRED,
    OPTIONAL
  }

  /** Whether the table is partitioned by it. */
  public enum Role {
    PARTITION,
    COLUMN
  }

  /** How its value is kept from readers. */
  public enum Protection {
    NONE,
    /** A keyed hash: equal values stay equal, nobody reads them. */
    TOKEN,
    /** Encrypted: who holds the key reads it. */
    ENCRYPT
  }

  /**
   * Limits of a value, as texts for numbers, dates and timestamps; null where there is none.
   *
   * @param pattern a regular expression that the whole value matches
   */
  public record Bounds(
      String minimum,
      String maximum,
      String above,
      String below,
      Integer minLength,
      Integer maxLength,
      String pattern)
      implements Serializable {
    static final Bounds NONE = new Bounds(null, null, null, null, null, null, null);
  }

  /** Its type before protection. */
  public DataType type() {
    return shape.type();
  }

  public boolean isRequired() {
    return shape.isRequired();
  }

  public boolean isKey() {
    return keyPosition > 0;
  }

  public boolean isProtected() {
    return protection != Protection.NONE;
  }
}
