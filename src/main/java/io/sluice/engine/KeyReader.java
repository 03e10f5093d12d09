package io.sluice.engine;

import java.sql.Date;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.BoundReference;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.UnsafeProjection;
import org.apache.spark.sql.catalyst.util.TypeUtils;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;

/**
 * Reads from rows at hand what tells them apart: key, ordering value, day and place. Compiled once;
 * not for several threads at once.
 */
public final class KeyReader {
  private final UnsafeProjection key;
  private final int hash;
  private final int ordering;
  private final DataType orderingType;
  private final int arrivedAt;
  private final int file;
  private final int position;
  private final int content;
  private final Optional<Integer> day;

  /**
   * @param columns of the rows, with {@code _arrived_at}, {@code _file}, {@code _position} and
   *     {@code _content}
   * @param hash the column that holds the key's hash
   * @param day the table's partition column, a DATE, if it has one
   */
  public KeyReader(
      StructType columns, List<String> key, String ordering, Optional<String> day, String hash) {
    this.key = projection(columns, key);
    this.hash = columns.fieldIndex(hash);
    this.ordering = columns.fieldIndex(ordering);
    this.orderingType = columns.apply(this.ordering).dataType();
    this.arrivedAt = columns.fieldIndex("_arrived_at");
    this.file = columns.fieldIndex("_file");
    this.position = columns.fieldIndex("_position");
    this.content = columns.fieldIndex("_content");
    this.day = day.map(columns::fieldIndex);
  }

  /** Gives a key's values as one row, which equals another exactly if the values do. */
  public static UnsafeProjection projection(StructType columns, List<String> key) {
    List<Expression> keys = new ArrayList<>();
    for (String name : key) {
      int at = columns.fieldIndex(name);
      keys.add(new BoundReference(at, columns.apply(at).dataType(), true));
    }
    return UnsafeProjection.create(Scala.seq(keys));
  }

  /** What tells the row apart; its ordering value or day are null if the row's are. */
  @SuppressWarnings("unchecked")
  public KeyedRow read(LocalRows.LocalRow local) {
    InternalRow row = local.internal();
    return new KeyedRow(
        local,
        day.filter(at -> !row.isNullAt(at))
            .map(at -> (Object) Date.valueOf(LocalDate.ofEpochDay(row.getInt(at))))
            .orElse(null),
        row.getLong(hash),
        key.apply(row).copy(),
        row.get(ordering, orderingType),
        row.getLong(arrivedAt),
        (Comparable<Object>) (Comparable<?>) row.getUTF8String(file),
        row.getLong(position),
        row.getLong(content));
  }

  /** Compares ordering values as Spark's sort does. */
  public Comparator<Object> order() {
    return TypeUtils.getInterpretedOrdering(orderingType);
  }
}
