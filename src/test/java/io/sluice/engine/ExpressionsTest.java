package io.sluice.engine;

import static org.apache.spark.sql.functions.expr;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.testing.LocalSpark;
import java.util.List;
import java.util.TreeSet;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds what {@link Expressions} reads of SQL without running it. */
class ExpressionsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "coalesce(a, `b`) | a b",
        "address.city | address",
        "exists(tags, t -> t = a and t != b) | a b tags",
        "1 + 1 | ''",
        "version + 1 | version",
        "coalesce(uuid, user, `rand`) | rand user uuid",
        "case when a > 1 then b end | a b"
      })
  void columnsAreThoseNamedOutsideOfLambdaVariables(String sql, String columns) {
    assertEquals(
        new TreeSet<>(columns.isEmpty() ? List.of() : List.of(columns.split(" "))),
        Expressions.columns(sql));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a >",
        "rand() + a",
        "CURRENT_DATE",
        "coalesce(a, now())",
        "(select 1)",
        "sum(a)",
        "row_number() over (order by a)",
        "explode(a)",
        "java_method('java.lang.System', 'exit', 1)",
        "REFLECT('java.lang.System', 'exit', 1)",
        "IDENTIFIER('java_method')('java.lang.System', 'exit', 1)",
        "transform(tags, t -> java_method('java.lang.System', 'exit', 1))",
        "exists(tags, t -> t in (select 1))",
        "default.something(a)",
        "something(a)",
        "to_json(struct(*))",
        "session_user()",
        "a + :b"
      })
  void expressionThatTheRowDoesNotFixIsRefused(String sql) {
    assertThrows(IllegalArgumentException.class, () -> Expressions.columns(sql));
  }

  @Test
  void projectionGivesOneRowForEachRow() {
    Dataset<Row> rows = LocalSpark.withoutS3().range(3).toDF("a");
    assertTrue(Expressions.isProjection(rows.select(expr("a + 1"))));
    assertFalse(Expressions.isProjection(rows.select(expr("max(a)"))));
    assertFalse(Expressions.isProjection(rows.where("a > 1")));
  }
}
