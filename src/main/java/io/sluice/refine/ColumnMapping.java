package io.sluice.refine;

import static io.sluice.engine.Columns.named;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.transform;
import static org.apache.spark.sql.functions.transform_values;
import static org.apache.spark.sql.functions.when;

import io.sluice.contract.TypeChange;
import io.sluice.table.Counterparts;
import io.sluice.table.TableSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Reads rows of a table as it is by the names and types that its contract gives it now. Pure.
 *
 * @param present the table's columns
 * @param declared those of the contract
 */
record ColumnMapping(StructType present, StructType declared, Counterparts counterparts) {

  static ColumnMapping of(StructType present, TableSpec spec) {
    return new ColumnMapping(
        present,
        spec.schema(),
        new Counterparts(present, spec.schema(), spec.origin().earlierNames()));
  }

  /** Whether the table has all of some columns that the contract declares. */
  boolean has(List<String> columns) {
    return columns.stream().allMatch(name -> counterparts.of(name).isPresent());
  }

  /** What becomes of the values of a column that the table has. */
  TypeChange change(String name) {
    return TypeChange.of(
        counterparts.of(name).orElseThrow().dataType(), declared.apply(name).dataType());
  }

  /**
   * The table's rows in columns that both have, of types in which both can be compared: of an
   * object the members that both have, of a value the type of now.
   */
  Dataset<Row> live(Dataset<Row> rows) {
    return select(
        rows, (field, there) -> common(named(there.name()), there.dataType(), field.dataType()));
  }

  /** Rows as the contract makes them, in the same columns. */
  Dataset<Row> made(Dataset<Row> rows) {
    return select(
        rows, (field, there) -> common(named(field.name()), there.dataType(), field.dataType()));
  }

  /** The table's rows in the declared columns that it has. */
  Dataset<Row> carried(Dataset<Row> rows) {
    return select(rows, (field, there) -> named(there.name()).cast(field.dataType()));
  }

  private Dataset<Row> select(
      Dataset<Row> rows, BiFunction<StructField, StructField, Column> column) {
    List<Column> columns = new ArrayList<>();
    for (StructField field : declared.fields()) {
      counterparts
          .of(field.name())
          .ifPresent(there -> columns.add(column.apply(field, there).as(field.name())));
    }
    return rows.select(columns.toArray(Column[]::new));
  }

  /**
   * A value in what its types of before and of now have in common.
   *
   * @param value of either type
   */
  private static Column common(Column value, DataType before, DataType now) {
    if (before.sameType(now)) {
      return value;
    }
    if (before instanceof StructType was && now instanceof StructType is) {
      List<Column> members = new ArrayList<>();
      for (StructField member : is.fields()) {
        if (Arrays.asList(was.fieldNames()).contains(member.name())) {
          members.add(
              common(
                      value.getField(member.name()),
                      was.apply(member.name()).dataType(),
                      member.dataType())
                  .as(member.name()));
        }
      }
      return members.isEmpty()
          ? value.isNull()
          : when(value.isNotNull(), struct(members.toArray(Column[]::new)));
    }
    if (before instanceof ArrayType was && now instanceof ArrayType is) {
      return transform(value, item -> common(item, was.elementType(), is.elementType()));
    }
    if (before instanceof MapType was
        && now instanceof MapType is
        && was.keyType().sameType(is.keyType())) {
      return transform_values(value, (key, item) -> common(item, was.valueType(), is.valueType()));
    }
    return comparable(before, now).map(type -> value.cast(type)).orElse(value.isNull());
  }

  /** The type in which plain values of two can be compared; empty if one of them is not plain. */
  private static Optional<DataType> comparable(DataType before, DataType now) {
    if (isNested(before) || isNested(now)) {
      return Optional.empty();
    }
    boolean isOfNow =
        TypeChange.of(before, now).isLossless()
            || (before instanceof NumericType && now instanceof NumericType);
    return Optional.of(isOfNow ? now : DataTypes.StringType);
  }

  private static boolean isNested(DataType type) {
    return type instanceof StructType || type instanceof ArrayType || type instanceof MapType;
  }
}
