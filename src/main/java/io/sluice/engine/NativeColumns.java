package io.sluice.engine;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.KnownNullable;
import org.apache.spark.sql.catalyst.expressions.Literal;
import org.apache.spark.sql.catalyst.expressions.objects.Invoke;
import org.apache.spark.sql.catalyst.expressions.objects.StaticInvoke;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.AbstractDataType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.ObjectType;
import org.apache.spark.sql.types.StructType;
import scala.collection.Seq;

/**
 * Columns that Java methods compute inside the code that Spark generates.
 *
 * <p>A method takes and gives Spark's internal values: UTF8String for a STRING, byte[] for a
 * BINARY, an int for an INT, an InternalRow for a STRUCT. So it costs a call; a user-defined
 * function would also convert each value. The method must be public and must not throw whatever the
 * values are.
 */
public final class NativeColumns {
  private static final boolean NULL_IF_ANY_ARGUMENT_IS = true;
  private static final boolean MAY_BE_NULL = true;
  private static final boolean DETERMINISTIC = true;

  private NativeColumns() {}

  /**
   * What a method of an object gives for each row, also for arguments that are null; it may be
   * null.
   *
   * <p>Guarantee: one call for each row, however many columns are read from its result: Spark is
   * told that the method is not deterministic.
   *
   * @param target is serialized with the plan; each task has a copy of its own
   * @param result the type of the method's result
   */
  public static Column ofMethod(
      Serializable target, String method, DataType result, Column... arguments) {
    return invoked(target, target.getClass(), method, result, arguments);
  }

  /** Generated code names the type, so it must be public. */
  private static Column invoked(
      Serializable target, Class<?> type, String method, DataType result, Column... arguments) {
    return new Column(
        new Invoke(
            Literal.create(target, new ObjectType(type)),
            method,
            result,
            expressions(arguments),
            noInputTypes(),
            !NULL_IF_ANY_ARGUMENT_IS,
            MAY_BE_NULL,
            !DETERMINISTIC));
  }

  /**
   * What a function makes of each row, called once for each.
   *
   * @param function is serialized with the plan; each task has a copy of its own
   * @param result the columns of the rows that it makes
   */
  public static Column ofRow(RowFunction function, StructType result, Column... columns) {
    return invoked(function, RowFunction.class, "call", result, functions.struct(columns));
  }

  /**
   * What a static method gives for each row; null where any argument is null, and never null
   * elsewhere.
   *
   * @param result the type of the method's result, which depends on its arguments alone
   */
  public static Column ofStaticMethod(
      Class<?> owner, String method, DataType result, Column... arguments) {
    return new Column(
        new StaticInvoke(
            owner,
            result,
            method,
            expressions(arguments),
            noInputTypes(),
            NULL_IF_ANY_ARGUMENT_IS,
            !MAY_BE_NULL,
            DETERMINISTIC));
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

  private static Seq<Expression> expressions(Column... columns) {
    List<Expression> expressions = new ArrayList<>();
    for (Column column : columns) {
      expressions.add(column.expr());
    }
    return Scala.seq(expressions);
  }

  private static Seq<AbstractDataType> noInputTypes() {
    return Scala.seq(List.<AbstractDataType>of());
  }
}
