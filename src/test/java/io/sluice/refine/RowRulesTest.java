package io.sluice.refine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.contract.Contract;
import io.sluice.contract.Field.Reference;
import io.sluice.testing.LocalSpark;
import java.io.IOException;
import java.nio.file.Path;
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

/** Holds each rule of {@link RowRules} by a row that breaks it. */
class RowRulesTest {
  @TempDir private Path folder;

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
  void messageSaysWhatMustHold() throws IOException {
    Row reason =
        judged(row("PO-1", "2026-03-01", "1000", "buy", "v1"))
            .select("_reasons")
            .head()
            .<Row>getList(0)
            .get(0);
    assertEquals(RowFactory.create("amount", "range", "must be < 1000"), reason);
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
    Dataset<Row> typed =
        TypedColumns.of(
            contract.fields(),
            contract.arrival("events"),
            new RecordColumns(contract, Optional.empty(), Map::of)
                .of(contract.arrival("events"), Orders.bronze(records)));
    return RowRules.judge(contract, typed, Map.of(new Reference("vendors", "id"), vendors));
  }
}
