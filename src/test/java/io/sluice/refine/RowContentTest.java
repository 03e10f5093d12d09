package io.sluice.refine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.sluice.contract.Field;
import io.sluice.testing.LocalSpark;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rows that say the same have the same number, and others have not. */
class RowContentTest {
  @TempDir private Path folder;

  private static long content(List<Field> fields, String columns) {
    Dataset<Row> row = LocalSpark.withoutS3().sql("select " + columns);
    return row.select(new RowContent(fields).column(row.schema())).first().getLong(0);
  }

  private List<Field> fields(String... names) throws IOException {
    return Orders.contract(folder).fields().stream()
        .filter(field -> List.of(names).contains(field.name()))
        .toList();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'a' as id, 'b' as kind | 'a' as id, 'b' as kind, 'x' as _file, 7L as _position",
        "0.0d as id, 'b' as kind | -0.0d as id, 'b' as kind",
        "map('a', 1, 'b', 2) as id, null as kind | map('b', 2, 'a', 1) as id, null as kind",
        "array(map('a', 1, 'b', 2)) as id, 1 as kind | array(map('b', 2, 'a', 1)) as id, 1 as kind",
        "'a' as id | 'a' as id, cast(null as string) as kind"
      })
  void equalRowsHaveEqualNumbers(String one, String other) throws IOException {
    assertEquals(content(fields("id", "kind"), one), content(fields("id", "kind"), other), other);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'a' as id, 'b' as kind | 'b' as id, 'a' as kind",
        "'a' as id, cast(null as string) as kind | cast(null as string) as id, 'a' as kind",
        "'ab' as id, 'c' as kind | 'a' as id, 'bc' as kind",
        "'' as id, '' as kind | cast(null as string) as id, '' as kind",
        "array(null, 1) as id, 1 as kind | array(1, null) as id, 1 as kind",
        "array(1, null) as id, 1 as kind | array(1) as id, 1 as kind",
        "cast(array() as array<int>) as id, 1 as kind | cast(null as array<int>) as id, 1 as kind",
        "named_struct('x', null, 'y', 1) as id, 1 as kind | named_struct('x', 1, 'y', null) as id, 1 as kind",
        "named_struct('x', cast(null as int)) as id, 1 as kind | cast(null as struct<x: int>) as id, 1 as kind",
        "map('a', 1) as id, 1 as kind | map('a', 2) as id, 1 as kind",
        "map('a', cast(null as int)) as id, 1 as kind | cast(map() as map<string, int>) as id, 1 as kind",
        "array(array(1), array(2)) as id, 1 as kind | array(array(1, 2)) as id, 1 as kind",
        "1.10bd as id, 1 as kind | 1.11bd as id, 1 as kind",
        "timestamp'2026-03-01 00:00:00.000001' as id, 1 as kind | timestamp'2026-03-01 00:00:00' as id, 1 as kind"
      })
  void otherRowsHaveOtherNumbers(String one, String other) throws IOException {
    assertNotEquals(
        content(fields("id", "kind"), one), content(fields("id", "kind"), other), other);
  }

  @Test
  void everyFieldOfTheContractCounts() throws IOException {
    List<Field> fields = fields("id", "day");
    assertNotEquals(
        content(fields, "'a' as id, date'2026-03-01' as day"),
        content(fields, "'a' as id, date'2026-03-02' as day"));
    assertEquals(
        content(fields, "'a' as id, date'2026-03-01' as day, 'x' as kind"),
        content(fields, "'a' as id, date'2026-03-01' as day, 'y' as kind"),
        "what the contract does not name does not count");
  }
}
