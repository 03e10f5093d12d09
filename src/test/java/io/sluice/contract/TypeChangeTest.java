package io.sluice.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.apache.spark.sql.types.DataType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TypeChangeTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "INT | INT | NONE",
        "INT | BIGINT | WIDER",
        "TINYINT | SMALLINT | WIDER",
        "BIGINT | INT | OTHER",
        "INT | DECIMAL(10,0) | WIDER",
        "INT | DECIMAL(11,2) | OTHER",
        "BIGINT | DECIMAL(20,1) | WIDER",
        "INT | DOUBLE | WIDER",
        "BIGINT | DOUBLE | OTHER",
        "FLOAT | DOUBLE | WIDER",
        "DOUBLE | FLOAT | OTHER",
        "DECIMAL(6,2) | DECIMAL(8,2) | WIDER",
        "DECIMAL(6,2) | DECIMAL(8,4) | WIDER",
        "DECIMAL(6,2) | DECIMAL(7,4) | OTHER",
        "DECIMAL(6,2) | DECIMAL(9,1) | OTHER",
        "DECIMAL(6,2) | DOUBLE | OTHER",
        "DATE | TIMESTAMP | FINER",
        "TIMESTAMP | DATE | OTHER",
        "DATE | STRING | OTHER",
        "STRUCT<a: INT> | STRUCT<a: INT, b: INT> | MEMBERS_ADDED",
        "STRUCT<a: INT, b: INT> | STRUCT<b: INT, a: INT> | MEMBERS_ADDED",
        "STRUCT<a: INT> | STRUCT<a: BIGINT, b: INT> | WIDER",
        "STRUCT<a: INT, b: INT> | STRUCT<a: INT, c: INT> | OTHER",
        "STRUCT<a: INT> | STRUCT<A: INT> | OTHER",
        "ARRAY<STRUCT<a: INT>> | ARRAY<STRUCT<a: INT, b: INT>> | MEMBERS_ADDED",
        "MAP<STRING, INT> | MAP<STRING, BIGINT> | WIDER",
        "MAP<STRING, INT> | MAP<INT, INT> | OTHER",
        "STRUCT<a: INT> | STRING | OTHER",
      })
  void isTheGravestInside(String from, String to, TypeChange expected) {
    assertEquals(expected, TypeChange.of(DataType.fromDDL(from), DataType.fromDDL(to)));
  }
}
