package io.sluice.engine;

import io.sluice.engine.value.ValueFormat;
import io.sluice.engine.value.ValueReader;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.KnownNullable;
import org.apache.spark.sql.catalyst.expressions.Literal;
import org.apache.spark.sql.catalyst.expressions.objects.Invoke;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.AbstractDataType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.ObjectType;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;

/** Columns that need what Spark's public functions do not give. */
public final class NativeColumns {
  private static final boolean NULL_IF_ANY_ARGUMENT_IS = true;
  private static final boolean MAY_BE_NULL = true;
  private static final boolean DETERMINISTIC = true;

  private NativeColumns() {}

  /**
   * What a function makes of each row, inside the code that Spark generates: it costs a call, where
   * a user-defined function would also convert each value.
   *
   * <p>Guarantee: one call for each row, however many columns are read from its result: Spark is
   * told that the function is not deterministic.
   *
   * @param function is serialized with the plan; each task has a copy of its own
   * @param result the columns of the rows that it makes
   */
  public static Column ofRow(RowFunction function, StructType result, Column... columns) {
    return new Column(
        new Invoke(
            // Generated code names the type, so it is the public one.
            Literal.create(function, new ObjectType(RowFunction.class)),
            "call",
            result,
            Scala.seq(List.of(functions.struct(columns).expr())),
            Scala.seq(List.<AbstractDataType>of()),
            !NULL_IF_ANY_ARGUMENT_IS,
            MAY_BE_NULL,
            !DETERMINISTIC));
  }

  /**
   * A value that a contract states, as it is read from there.
   *
   * @param text one of the values of a plain type, as {@link ValueReader} reads it
   */
  public static Column literal(String text, DataType type) {
    Object value = ValueReader.of(type, ValueFormat.STANDARD).read(UTF8String.fromString(text));
    return new Column(new Literal(value, type));
  }

  /** The same rows with every column declared nullable. */
  public static Dataset<Row> nullable(Dataset<Row> rows) {
    Column[] columns =
        Arrays.stream(rows.schema().fields())
            .map(
                field -> {
                  Column column = rows.col("`" + field.name() + "`");
                  return field.nullable()
                      ? column
                      : new Column(new KnownNullable(column.expr())).as(field.name());
                })
            .toArray(Column[]::new);
    return rows.select(columns);
  }
}
