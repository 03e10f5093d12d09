package io.sluice.refine;

import static io.sluice.engine.Columns.named;
import static org.apache.spark.sql.functions.array_sort;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.map_entries;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.transform;
import static org.apache.spark.sql.functions.xxhash64;

import io.sluice.contract.Contract;
import io.sluice.contract.Field;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * What a row says, as one number: that of its contract's columns, without those that tell where it
 * came from. Equal rows have equal numbers, and others hardly ever. Pure.
 *
 * <p>Nulls count by where they stand, and a map's entries in no order. A column that the rows do
 * not have is null.
 */
record RowContent(List<Field> fields) {
  /** The name under which rows carry it. */
  static final String COLUMN = "_content";

  static RowContent of(Contract contract) {
    return new RowContent(contract.fields());
  }

  /**
   * @param schema of the rows
   */
  Column column(StructType schema) {
    List<String> names = List.of(schema.fieldNames());
    List<Column> parts = new ArrayList<>();
    for (Field field : fields) {
      parts.add(
          names.contains(field.name())
              ? part(named(field.name()), schema.apply(field.name()).dataType())
              : lit(null).cast(field.type()));
      // Spark's hash passes over nulls, so that what stands between two values tells them apart.
      parts.add(lit(0));
    }
    return xxhash64(parts.toArray(Column[]::new));
  }

  private static Column part(Column value, DataType type) {
    if (type instanceof StructType nested) {
      List<Column> parts = new ArrayList<>();
      parts.add(value.isNull().as("absent"));
      for (StructField field : nested.fields()) {
        parts.add(part(value.getField(field.name()), field.dataType()).as("v" + parts.size()));
        parts.add(lit(0).as("s" + parts.size()));
      }
      return struct(parts.toArray(Column[]::new));
    }
    if (type instanceof ArrayType array) {
      return struct(
          value.isNull().as("absent"),
          transform(
                  value,
                  one -> struct(part(one, array.elementType()).as("value"), lit(0).as("end")))
              .as("values"));
    }
    if (type instanceof MapType map) {
      return struct(
          value.isNull().as("absent"),
          array_sort(
                  transform(
                      map_entries(value),
                      one ->
                          struct(
                              part(one.getField("key"), map.keyType()).as("key"),
                              part(one.getField("value"), map.valueType()).as("value"),
                              lit(0).as("end"))))
              .as("entries"));
    }
    return value;
  }
}
