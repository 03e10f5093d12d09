package io.sluice.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.engine.RowExpressions.FailedException;
import io.sluice.engine.RowExpressions.Telling;
import io.sluice.testing.LocalSpark;
import java.util.List;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds that an expression over one row gives its value, null where it says so, or its failure. */
class RowExpressionsTest {
  private static final StructType COLUMNS =
      new StructType()
          .add("a", DataTypes.StringType)
          .add("A", DataTypes.StringType)
          .add("x.y", DataTypes.StringType);

  private static RowExpressions of(String... sql) {
    return RowExpressions.of(LocalSpark.withoutS3(), COLUMNS, List.of(sql));
  }

  private static NativeRow row(String... values) {
    Object[] texts = new Object[COLUMNS.size()];
    for (int i = 0; i < values.length; i++) {
      texts[i] = UTF8String.fromString(values[i]);
    }
    return new NativeRow(texts);
  }

  @Test
  void eachFailsByItself() throws FailedException {
    RowExpressions both = of("cast(a as int)", "upper(a)");
    assertThrows(FailedException.class, () -> both.eval(0, row("x")));
    assertEquals("X", both.eval(1, row("x")).toString());
    assertEquals(7, both.eval(0, row("7")));
    assertEquals(DataTypes.IntegerType, both.type(0));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cast(a as int)",
        "to_date(a, 'dd.MM.yyyy')",
        "to_number(a, '999')",
        "cast('9223372036854775807' as bigint) + length(a)",
        "1 / (length(a) - length(a))",
        "split(a, ',')[9]",
        "to_timestamp(a)",
        "repeat(a, 2147483647)",
        "sequence(1, 1000000000000, length(a))",
        "map_from_arrays(array(a, a), array(1, 2))",
        "regexp_replace(a, '(', '')",
        "a rlike concat(a, '(')",
        "raise_error(a)"
      })
  void whatThrowsOnRowIsFailure(String sql) {
    FailedException failed =
        assertThrows(FailedException.class, () -> of(sql).eval(0, row("1.3.2026")));
    assertTrue(failed.told(Telling.MESSAGE).length() <= 301);
    assertTrue(failed.told(Telling.KIND).matches("\\w+"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"try_cast(a as int)", "try_to_timestamp(a)", "nullif(a, 'x')", "null"})
  void nullIsGivenWhereTheExpressionSaysSo(String sql) throws FailedException {
    assertNull(of(sql).eval(0, row("x")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a rlike '^(x+)+\\\\1*y'",
        "regexp_replace(a, '^(x+)+\\\\1*y', '')",
        "regexp_extract(a, '^(x+)+\\\\1*y', 1)",
        "regexp_extract_all(a, '^(x+)+\\\\1*y', 1)",
        "regexp_instr(a, '^(x+)+\\\\1*y')",
        "regexp_count(a, '^(x+)+\\\\1*y')",
        "regexp_substr(a, '^(x+)+\\\\1*y')",
        "split(a, '^(x+)+\\\\1*y')"
      })
  @Timeout(60)
  void patternThatBacktracksIsFailure(String sql) {
    FailedException failed =
        assertThrows(FailedException.class, () -> of(sql).eval(0, row("x".repeat(60))));
    assertEquals("a regular expression backtracks without end", failed.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a rlike 'b+'|abbc|true",
        "a rlike '^b'|abbc|false",
        "regexp_replace(a, '(b+)', '<$1>')|abbc|a<bb>c",
        "regexp_replace(a, 'b', 'x', 3)|abbc|abxc",
        "regexp_replace(a, 'b', 'x', 9)|abbc|abbc",
        "regexp_extract(a, '(b)(z)?', 2)|abbc|''",
        "regexp_extract(a, '(b)', 1)|abbc|b",
        "regexp_extract(a, 'z', 0)|abbc|''",
        "array_join(regexp_extract_all(a, '(b)', 1), '/')|abbc|b/b",
        "regexp_instr(a, 'b')|abbc|2",
        "regexp_count(a, 'b')|abbc|2",
        "array_join(split(a, ','), '/')|,a,,b,|/a//b/",
        "array_join(split(a, ',', 2), '/')|a,b,c|a/b,c",
        "array_join(split(a, ''), '/')|abc|a/b/c",
        "array_join(split(a, '(?=b)'), '/')|abab|a/ba/b"
      })
  void patternsGiveWhatSparkGives(String sql, String text, String value) throws FailedException {
    assertEquals(value, String.valueOf(of(sql).eval(0, row(text))));
    String spark =
        LocalSpark.withoutS3()
            .createDataFrame(
                List.of(org.apache.spark.sql.RowFactory.create(text)),
                new StructType().add("a", DataTypes.StringType))
            .selectExpr("cast(" + sql + " as string)")
            .head()
            .getString(0);
    assertEquals(value, spark);
  }

  @Test
  void namesTellCaseApart() throws FailedException {
    RowExpressions names = of("a", "A", "`x.y`");
    NativeRow row = row("1", "2", "3");
    assertEquals("1", names.eval(0, row).toString());
    assertEquals("2", names.eval(1, row).toString());
    assertEquals("3", names.eval(2, row).toString());
  }

  @Test
  void whatIsNotOfOneRowIsRefused() {
    for (String sql :
        List.of("max(a)", "explode(array(a))", "no_such(a)", "b", "cast('x' as int)")) {
      assertThrows(IllegalArgumentException.class, () -> of(sql), sql);
    }
  }
}
