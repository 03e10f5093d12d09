package io.sluice.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.catalyst.parser.CatalystSqlParser$;
import org.apache.spark.sql.catalyst.parser.ParseException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds which functions are Spark's own and of values. */
class AllowedExpressionsTest {
  private static Optional<String> refusal(String sql) throws ParseException {
    return AllowedExpressions.refusal(CatalystSqlParser$.MODULE$.parseExpression(sql));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "abs(a)",
        "a + 1",
        "a",
        "current_date()",
        "rand()",
        "x -> x",
        "sum(a)",
        "(select 1)"
      })
  void functionOfSparksOwnIsAllowed(String sql) throws ParseException {
    assertEquals(Optional.empty(), refusal(sql));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "reflect('a', 'b') | reflect",
        "Java_Method('a', 'b') | Java_Method",
        "silver.f(1) | silver.f",
        "system.builtin.abs(1) | system.builtin.abs",
        "somebodys(1) | somebodys",
        "IDENTIFIER('abs')(1) | IDENTIFIER",
        ":name | NamedParameter",
        "? | PosParameter"
      })
  void whatIsNotKnownIsRefusedByName(String sql, String name) throws ParseException {
    assertEquals(Optional.of(name), refusal(sql));
  }

  @Test
  void tableFunctionMakesRowsOfItsArgumentsOnly() {
    assertEquals(Optional.empty(), AllowedExpressions.refusedTableFunction(List.of("Range")));
    assertEquals(
        Optional.of("table_changes"),
        AllowedExpressions.refusedTableFunction(List.of("table_changes")));
    assertEquals(
        Optional.of("a.range"), AllowedExpressions.refusedTableFunction(List.of("a", "range")));
  }

  @Test
  void unstableIsWhatItsArgumentsDoNotFix() {
    assertTrue(AllowedExpressions.isUnstable("NOW"));
    assertFalse(AllowedExpressions.isUnstable("to_date"));
    assertTrue(AllowedExpressions.isUnstableName("Current_Date"));
    assertFalse(AllowedExpressions.isUnstableName("version"), "many a table has such a column");
  }
}
