package io.sluice.refine;

import io.sluice.contract.Arrival;
import io.sluice.contract.Contract;
import io.sluice.contract.Field;
import io.sluice.engine.NativeRow;
import io.sluice.engine.RowExpressions;
import io.sluice.engine.RowExpressions.Telling;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * Runs a contract's expressions over texts that real data holds, to say before any data moves which
 * of them can fail on a row.
 */
final class OddValues {
  private static final List<String> TEXTS =
      List.of(
          "",
          " ",
          "x",
          "0",
          "-1",
          "1.5",
          "1.3.2026",
          "2026-02-30",
          "2026-03-01T10:00:00Z",
          "46327",
          "NaN",
          "1e400",
          "9".repeat(40),
          "true",
          "null",
          "[",
          "{",
          "{\"a\": 1}",
          "[1]",
          "a,b",
          "(",
          "é\u0000\uD83D\uDE00",
          "x".repeat(10_000));

  /** What to write in place of what fails: found in an expression, and its like that gives null. */
  private static final Map<Pattern, String> INSTEAD = instead();

  private OddValues() {}

  private static Map<Pattern, String> instead() {
    Map<Pattern, String> instead = new LinkedHashMap<>();
    instead.put(
        Pattern.compile("(?i)\\b(to_date|to_timestamp|to_unix_timestamp|date|timestamp)\\s*\\("),
        "the field's logicalTypeOptions.format, or try_to_timestamp");
    instead.put(Pattern.compile("(?i)(?<!try_)\\bcast\\s*\\(|::"), "try_cast");
    instead.put(Pattern.compile("(?i)(?<!try_)\\bto_number\\s*\\("), "try_to_number");
    instead.put(Pattern.compile("(?i)(?<!try_)\\belement_at\\s*\\("), "try_element_at");
    instead.put(Pattern.compile("\\["), "get(list, place)");
    instead.put(Pattern.compile("/|%|(?i)\\bmod\\s*\\("), "try_divide");
    instead.put(Pattern.compile("[-+*]"), "try_add, try_subtract or try_multiply");
    return instead;
  }

  /** A warning for each expression of an arrival that fails on one of the texts. */
  static List<String> warnings(SparkSession spark, Contract contract, Arrival arrival) {
    return contract.fields().stream()
        .flatMap(field -> warning(spark, contract, arrival, field).stream())
        .toList();
  }

  private static Optional<String> warning(
      SparkSession spark, Contract contract, Arrival arrival, Field field) {
    List<String> columns = List.copyOf(contract.rawColumns(arrival, field));
    String sql = arrival.expression(field);
    if (columns.isEmpty()) {
      return Optional.empty();
    }
    RowExpressions expression = FieldExpressions.single(spark, columns, sql, field.type());
    for (String text : TEXTS) {
      Object[] values = new Object[columns.size()];
      Arrays.fill(values, UTF8String.fromString(text));
      try {
        expression.eval(0, new NativeRow(values));
      } catch (RowExpressions.FailedException e) {
        return Optional.of(
            arrival.name()
                + ": "
                + field.name()
                + ": "
                + sql
                + " fails on a text such as "
                + shown(text)
                + " ("
                + e.told(Telling.MESSAGE)
                + "); such a row is quarantined by rule type"
                + instead(sql));
      }
    }
    return Optional.empty();
  }

  private static String shown(String text) {
    return text.length() > 40 ? "one of " + text.length() + " characters" : "'" + text + "'";
  }

  private static String instead(String sql) {
    String instead =
        INSTEAD.entrySet().stream()
            .filter(entry -> entry.getKey().matcher(sql).find())
            .map(Map.Entry::getValue)
            .collect(Collectors.joining("; or "));
    return instead.isEmpty() ? "" : ". To have null instead: " + instead;
  }
}
