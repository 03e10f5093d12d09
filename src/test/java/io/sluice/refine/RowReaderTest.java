package io.sluice.refine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.sluice.contract.Contract;
import io.sluice.contract.Reference;
import io.sluice.testing.LocalSpark;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds that a value is taken as it was sent, and each rule by a row that breaks it. */
class RowReaderTest {
  @TempDir private Path folder;

  @Test
  void valuesAreComputedAndTyped() throws IOException {
    Row row =
        judged(
                "{\"id\": \"PO-1\", \"day\": \"2026-03-01\", \"amount\": \"1.50\", \"kind\": \""
                    + " BUY\", \"address\": {\"city\": \"Bonn\", \"floor\": 3, \"door\": 7},"
                    + " \"tags\": [1, 2]}")
            .head();
    assertNull(row.getAs("_reasons"));
    assertEquals("PO-1", row.getAs("id"));
    assertEquals(Date.valueOf("2026-03-01"), row.getAs("day"));
    assertEquals(new BigDecimal("1.50"), row.getAs("amount"));
    assertEquals("buy", row.getAs("kind"));
    assertEquals(RowFactory.create("Bonn", 3L), row.getAs("address"));
    assertEquals(List.of(1L, 2L), row.getList(row.fieldIndex("tags")));
    assertEquals(Map.of("address.door", "7"), row.getJavaMap(row.fieldIndex("_extra")));
  }

  @Test
  void valueThatDoesNotFitIsNeverRoundedOrCut() throws IOException {
    for (Map.Entry<String, String> misfit :
        List.of(
            Map.entry("day", "\"soon\""),
            Map.entry("amount", "\"1.505\""),
            Map.entry("amount", "12345"),
            Map.entry("address", "{\"city\": \"Bonn\", \"floor\": \"3rd\"}"),
            Map.entry("address", "\"Bonn\""),
            Map.entry("address", "\"{\\\"city\\\": 1}\""),
            Map.entry("address", "[]"),
            Map.entry("address", "7"),
            Map.entry("tags", "{}"),
            Map.entry("tags", "[1, \"two\"]"))) {
      String record =
          "{\"id\": \"PO-1\", \"day\": \"2026-03-01\", \"%s\": %s}"
              .formatted(misfit.getKey(), misfit.getValue())
              .replaceFirst("\"day\": \"2026-03-01\", (?=\"day\")", "");
      assertEquals(
          List.of(List.of(misfit.getKey() + ":type")), Orders.reasons(judged(record)), record);
    }
  }

  @Test
  void eachBrokenRuleIsReason() throws IOException {
    assertEquals(
        List.of(
            List.of(),
            List.of("id:required"),
            List.of("id:length", "id:pattern"),
            List.of("id:length"),
            List.of("day:type"),
            List.of("amount:range"),
            List.of("amount:range"),
            List.of("kind:enum"),
            List.of("vendor:reference"),
            List.of(":rent_is_cheap"),
            List.of("day:required", "amount:type"),
            List.of(":record")),
        Orders.reasons(
            judged(
                row("PO-1", "2026-03-01", "999.99", "buy", "v1"),
                "{\"day\": \"2026-03-01\"}",
                row("PO1", "2026-03-01", "0", "buy", "v1"),
                row("PO-1234", "2026-03-01", "0", "buy", "v1"),
                row("PO-1", "2026-02-30", "0", "buy", "v1"),
                row("PO-1", "2026-03-01", "-0.01", "buy", "v1"),
                row("PO-1", "2026-03-01", "1000", "buy", "v1"),
                row("PO-1", "2026-03-01", "0", "sell", "v1"),
                row("PO-1", "2026-03-01", "0", "buy", "v2"),
                row("PO-1", "2026-03-01", "10", "rent", "v1"),
                "{\"id\": \"PO-1\", \"amount\": \"much\"}",
                "[]")));
  }

  @Test
  void messageSaysWhatMustHoldAndWhere() throws IOException {
    assertEquals(
        List.of(
            RowFactory.create("amount", "range", "must be < 1000"),
            RowFactory.create("tags", "type", "tags[1]: is not a whole number of 64 bits")),
        judged(
                "{\"id\": \"PO-1\", \"day\": \"2026-03-01\", \"amount\": 1000,"
                    + " \"tags\": [1, \"x\"]}")
            .select("_reasons")
            .head()
            .<Row>getList(0));
  }

  private static String row(String id, String day, String amount, String kind, String vendor) {
    return String.format(
        "{\"id\": \"%s\", \"day\": \"%s\", \"amount\": \"%s\", \"kind\": \"%s\", \"vendor\": \"%s\"}",
        id, day, amount, kind, vendor);
  }

  private Dataset<Row> judged(String... records) throws IOException {
    Contract contract = Orders.contract(folder);
    Dataset<Row> vendors =
        LocalSpark.withoutS3()
            .createDataFrame(
                List.of(RowFactory.create("v1")), new StructType().add("id", DataTypes.StringType));
    return new Refiner(contract, Optional.empty())
        .apply(
            Orders.bronze(records),
            Map.of(new Reference(List.of("vendor"), "vendors", List.of("id")), vendors));
  }
}
