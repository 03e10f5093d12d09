package io.sluice.table;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A column is told by its name, then by its name in another case, then by its earlier names. */
class CounterpartsTest {
  private static final Counterparts COLUMNS =
      new Counterparts(
          StructType.fromDDL("a INT, b INT, Old INT, older INT, c INT"),
          StructType.fromDDL("a INT, B INT, renamed INT, swapped INT, fresh INT"),
          Map.of(
              "renamed", List.of("old", "older"),
              // What is declared itself is no earlier form of another.
              "swapped", List.of("a"),
              "a", List.of("c")));

  @ParameterizedTest
  @CsvSource({"a, a", "B, b", "renamed, Old", "swapped, none", "fresh, none"})
  void isFound(String declared, String expected) {
    assertEquals(expected, COLUMNS.of(declared).map(StructField::name).orElse("none"));
  }
}
