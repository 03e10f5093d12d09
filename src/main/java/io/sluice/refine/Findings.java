package io.sluice.refine;

import io.sluice.engine.NativeRow;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;

/** Collects why a row is broken, and the columns of it that its contract does not know. */
final class Findings {
  /** Why a row is broken: {@code field} is empty for a rule over the whole row. */
  static final DataType REASONS =
      DataTypes.createArrayType(
          new StructType()
              .add("field", DataTypes.StringType)
              .add("rule", DataTypes.StringType)
              .add("message", DataTypes.StringType));

  /** A list of a million items that are all wrong is told by its first. */
  private static final int MOST_OF_A_FIELD = 20;

  private final List<NativeRow> reasons = new ArrayList<>(0);
  private final Map<UTF8String, UTF8String> extras = new LinkedHashMap<>(0);
  private String field;
  private int ofField;

  /** Says which field is judged from now on. */
  void begin(String name) {
    field = name;
    ofField = 0;
  }

  /** How many reasons there are. */
  int count() {
    return reasons.size();
  }

  /**
   * Adds a reason of the field that is judged.
   *
   * @param path where the value is, such as {@code lines[3].price}; the field's name for the whole
   */
  void add(String path, String rule, String message) {
    ofField++;
    if (ofField <= MOST_OF_A_FIELD) {
      addReason(field, rule, path.equals(field) ? message : path + ": " + message);
    } else if (ofField == MOST_OF_A_FIELD + 1) {
      addReason(field, rule, "and further values of this field");
    }
  }

  /** Adds a reason. */
  void addReason(String of, String rule, String message) {
    reasons.add(
        new NativeRow(
            UTF8String.fromString(of),
            UTF8String.fromString(rule),
            UTF8String.fromString(message)));
  }

  /** Adds a value that the contract does not know. */
  void addExtra(String path, UTF8String value) {
    String name = path;
    // A column a.b beside a member b of a: both are kept.
    while (extras.putIfAbsent(UTF8String.fromString(name), value) != null) {
      name += "~";
    }
  }

  /** Adds columns that the contract does not know. */
  void addExtras(List<UTF8String> columns, List<UTF8String> values) {
    for (int i = 0; i < columns.size(); i++) {
      extras.put(columns.get(i), values.get(i));
    }
  }

  /** The reasons as {@link #REASONS}; null for none. */
  Object reasons() {
    return reasons.isEmpty() ? null : NativeRow.list(reasons);
  }

  /** The unknown columns as a MAP of texts; null for none. */
  Object extra() {
    return extras.isEmpty()
        ? null
        : NativeRow.map(List.copyOf(extras.keySet()), List.copyOf(extras.values()));
  }
}
