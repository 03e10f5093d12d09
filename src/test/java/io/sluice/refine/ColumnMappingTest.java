package io.sluice.refine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.contract.TypeChange;
import io.sluice.table.Comparison;
import io.sluice.table.TableSpec;
import io.sluice.testing.Lines;
import io.sluice.testing.LocalSpark;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;

/** Rows of before and of now are the same where only names and types differ. */
class ColumnMappingTest {
  private final SparkSession spark = LocalSpark.withoutS3();

  private final Dataset<Row> live =
      spark.sql(
          """
          select id, cast(2.50 as decimal(4,2)) as price, date'2026-03-01' as seen, '7' as code, 1.5D as rate,
            if(id = 2, null, named_struct('city', 'Bonn', 'gone', 1)) as address,
            array(named_struct('n', 1)) as items, map('a', named_struct('n', 1)) as tags, 'x' as dropped
          from values (1), (2) as t(id)
          """);

  private final Dataset<Row> made =
      spark.sql(
          """
          select bigint(id) as number, cast(2.5 as decimal(8,4)) as Price, timestamp'2026-03-01 00:00:00' as seen,
            7 as code, named_struct('a', 1) as rate,
            if(id = 2, null, named_struct('zip', '5', 'city', 'Bonn')) as address,
            array(named_struct('n', 1L, 'm', 2)) as items,
            map('a', named_struct('n', 1L, 'm', 2)) as tags, 'y' as fresh
          from values (1), (2) as t(id)
          """);

  private ColumnMapping mapping() {
    TableSpec spec =
        new TableSpec(
            "Things.",
            made.schema(),
            List.of(),
            List.of(),
            Map.of(),
            new TableSpec.Origin("migrate", Map.of("number", List.of("id"))));
    return ColumnMapping.of(live.schema(), spec);
  }

  @Test
  void onlyRealDifferencesShow() {
    ColumnMapping mapping = mapping();
    Dataset<Row> before = mapping.live(live);
    Dataset<Row> now = mapping.made(made);
    assertEquals(
        List.of("number", "Price", "seen", "code", "rate", "address", "items", "tags"),
        List.of(before.columns()));
    assertEquals(List.of(before.columns()), List.of(now.columns()));
    Comparison same = Comparison.of(before, now, List.of("number"), List.of());
    assertTrue(same.isEmpty(), same.toString());

    Dataset<Row> other =
        mapping.made(
            made.selectExpr(
                "number",
                "Price + 0.0001 as Price",
                "seen",
                "code",
                "rate",
                "items",
                "tags",
                "named_struct('zip', '5', 'city', 'Ulm') as address"));
    Comparison differs = Comparison.of(before, other, List.of("number"), List.of());
    assertEquals(Map.of("Price", 2L, "address", 2L), differs.byColumn());
  }

  @Test
  void whatIsCarriedIsOfTheTypeOfNow() {
    ColumnMapping mapping = mapping();
    assertTrue(mapping.has(List.of("number", "Price")));
    assertFalse(mapping.has(List.of("number", "fresh")));
    assertEquals(TypeChange.WIDER, mapping.change("Price"));
    ColumnMapping keys =
        ColumnMapping.of(
            live.select("id", "seen").schema(),
            new TableSpec(
                "Keys.",
                made.select("number", "seen").schema(),
                List.of(),
                List.of(),
                Map.of(),
                new TableSpec.Origin("migrate", Map.of("number", List.of("id")))));
    Dataset<Row> carried = keys.carried(live.select("id", "seen"));
    assertEquals(
        made.select("number", "seen").schema().simpleString(), carried.schema().simpleString());
    assertEquals(
        List.of("1|2026-03-01 00:00:00", "2|2026-03-01 00:00:00"),
        Lines.of(carried.selectExpr("number", "cast(seen as string)")));
  }
}
