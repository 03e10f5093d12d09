package io.sluice.refine;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;

import io.sluice.contract.Arrival;
import io.sluice.contract.Field;
import io.sluice.engine.NativeColumns;
import io.sluice.ingest.format.Digits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.StructType;

/**
 * Computes each field's expression over raw columns and casts its value to the field's type.
 *
 * <p>Reads what {@link RecordColumns} gives. Gives {@link RecordColumns#carried}, each field by its
 * name and type (null if its value does not fit), and two booleans a field: {@code absent_}… (there
 * is no value) and {@code mistyped_}… (there is one and it does not fit). No value is rounded or
 * cut to fit.
 */
final class TypedColumns {
  private TypedColumns() {}

  /** The typed fields of the records of an arrival. */
  static Dataset<Row> of(List<Field> fields, Arrival arrival, Dataset<Row> records) {
    return records.select(expressed(fields, arrival)).select(shaped(fields)).select(typed(fields));
  }

  /** The fields' expressions as {@code v_}…; a nested field as text of JSON. */
  private static Column[] expressed(List<Field> fields, Arrival arrival) {
    List<Column> columns = carried();
    for (Field field : fields) {
      Column value = expr(arrival.expression(field));
      columns.add(
          (isNested(field.type()) ? value.cast(DataTypes.StringType) : value)
              .as("v_" + field.name()));
    }
    return columns.toArray(Column[]::new);
  }

  /**
   * The nested fields taken apart, with text in place of plain types; {@code has_}… says whether
   * there was any text.
   */
  private static Column[] shaped(List<Field> fields) {
    List<Column> columns = carried();
    for (Field field : fields) {
      Column value = quoted("v_" + field.name());
      if (isNested(field.type())) {
        columns.add(functions.from_json(value, asText(field.type())).as("v_" + field.name()));
        columns.add(value.isNotNull().as("has_" + field.name()));
      } else {
        columns.add(value);
      }
    }
    return columns.toArray(Column[]::new);
  }

  private static Column[] typed(List<Field> fields) {
    List<Column> columns = carried();
    for (Field field : fields) {
      columns.add(tryCast("`v_" + field.name() + "`", field.type()).as(field.name()));
    }
    for (Field field : fields) {
      columns.add(quoted("v_" + field.name()).isNull().as("absent_" + field.name()));
      columns.add(mistyped(field).as("mistyped_" + field.name()));
    }
    return columns.toArray(Column[]::new);
  }

  private static List<Column> carried() {
    return RecordColumns.carried()
        .map(functions::col)
        .collect(Collectors.toCollection(ArrayList::new));
  }

  private static Column quoted(String name) {
    return col("`" + name + "`");
  }

  private static boolean isNested(DataType type) {
    return type instanceof StructType || type instanceof ArrayType;
  }

  /** A nested type with text in place of its plain types. */
  private static DataType asText(DataType type) {
    if (type instanceof StructType struct) {
      return DataTypes.createStructType(
          Arrays.stream(struct.fields())
              .map(
                  member ->
                      DataTypes.createStructField(member.name(), asText(member.dataType()), true))
              .toList());
    }
    if (type instanceof ArrayType list) {
      return DataTypes.createArrayType(asText(list.elementType()));
    }
    return DataTypes.StringType;
  }

  private static Column tryCast(String sql, DataType type) {
    return type.equals(DataTypes.StringType)
        ? expr("cast(" + sql + " as string)")
        : expr("try_cast(" + sql + " as " + type.sql() + ")");
  }

  /** Whether a value is there but does not fit the type; over {@code v_}… and {@code has_}…. */
  private static Column mistyped(Field field) {
    String value = "`v_" + field.name() + "`";
    DataType type = field.type();
    if (isNested(type)) {
      String misfits = value + " is null or " + misfit(value, type, 0);
      return expr("`has_" + field.name() + "` and (" + misfits + ")");
    }
    if (type.equals(DataTypes.StringType)) {
      return lit(false);
    }
    Column isLost = expr(value).isNotNull().and(tryCast(value, type).isNull());
    return type instanceof DecimalType decimal
        ? isLost.or(isRounded(expr(value).cast(DataTypes.StringType), decimal.scale()))
        : isLost;
  }

  /**
   * Whether a cast to a decimal would round a number, which it does silently; false if there is no
   * number.
   */
  private static Column isRounded(Column text, int scale) {
    return coalesce(
        NativeColumns.ofStaticMethod(
            Digits.class, "beyond", DataTypes.BooleanType, text, lit(scale)),
        lit(false));
  }

  /** SQL that is true if a text inside a nested value does not fit its type. */
  private static String misfit(String sql, DataType type, int depth) {
    if (type instanceof StructType struct) {
      return Arrays.stream(struct.fields())
          .map(member -> misfit(sql + ".`" + member.name() + "`", member.dataType(), depth))
          .collect(Collectors.joining(" or ", "(", ")"));
    }
    if (type instanceof ArrayType list) {
      String element = "e" + depth;
      String misfits = misfit(element, list.elementType(), depth + 1);
      return "coalesce(exists(" + sql + ", " + element + " -> " + misfits + "), false)";
    }
    return type.equals(DataTypes.StringType)
        ? "false"
        : "(" + sql + " is not null and try_cast(" + sql + " as " + type.sql() + ") is null)";
  }
}
