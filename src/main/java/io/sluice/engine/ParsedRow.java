package io.sluice.engine;

import static org.apache.spark.unsafe.types.UTF8String.fromString;

import java.util.List;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.util.ArrayBasedMapData;
import org.apache.spark.sql.catalyst.util.GenericArrayData;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * What a stored record has been taken apart into, in Spark's internal form: values in a fixed
 * order, values of other names, or why the record cannot be used.
 */
public final class ParsedRow extends GenericInternalRow {
  private static final long serialVersionUID = 1L;

  /** How these rows look as a column. */
  public static final StructType TYPE =
      new StructType()
          .add("values", DataTypes.createArrayType(DataTypes.StringType))
          .add("extra", DataTypes.createMapType(DataTypes.StringType, DataTypes.StringType))
          .add(
              "problem",
              new StructType()
                  .add("field", DataTypes.StringType)
                  .add("rule", DataTypes.StringType)
                  .add("message", DataTypes.StringType));

  private ParsedRow(Object values, Object extra, Object problem) {
    super(new Object[] {values, extra, problem});
  }

  /**
   * A record's values.
   *
   * @param names of further values, no name twice
   * @param extras the further values
   */
  public static ParsedRow of(UTF8String[] values, List<UTF8String> names, List<UTF8String> extras) {
    return new ParsedRow(
        new GenericArrayData((Object[]) values),
        names.isEmpty()
            ? null
            : new ArrayBasedMapData(
                new GenericArrayData(names.toArray()), new GenericArrayData(extras.toArray())),
        null);
  }

  /**
   * A record that cannot be used.
   *
   * @param field the column it fails by; empty for the whole record
   */
  public static ParsedRow failed(String field, String rule, String message) {
    return new ParsedRow(
        null,
        null,
        new GenericInternalRow(
            new Object[] {fromString(field), fromString(rule), fromString(message)}));
  }
}
