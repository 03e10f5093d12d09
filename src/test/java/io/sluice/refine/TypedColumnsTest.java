package io.sluice.refine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.contract.Contract;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds that {@link TypedColumns} takes a value as it was sent, or says that it does not fit. */
class TypedColumnsTest {
  @TempDir private Path folder;

  @Test
  void valuesAreComputedAndCast() throws IOException {
    Row row =
        typed(
            "{\"id\": \"PO-1\", \"day\": \"2026-03-01\", \"amount\": \"1.50\", \"kind\": \" BUY\","
                + " \"address\": {\"city\": \"Bonn\", \"floor\": 3}, \"tags\": [1, 2]}");
    assertEquals("PO-1", row.getAs("id"));
    assertEquals(Date.valueOf("2026-03-01"), row.getAs("day"));
    assertEquals(new BigDecimal("1.50"), row.getAs("amount"));
    assertEquals("buy", row.getAs("kind"));
    assertEquals(RowFactory.create("Bonn", 3L), row.getAs("address"));
    assertEquals(List.of(1L, 2L), row.getList(row.fieldIndex("tags")));
    for (String field : List.of("id", "day", "amount", "kind", "address", "tags")) {
      assertEquals(false, row.getAs("absent_" + field), field);
      assertEquals(false, row.getAs("mistyped_" + field), field);
    }
    assertEquals(true, row.getAs("absent_vendor"));
    assertEquals(false, row.getAs("mistyped_vendor"));
  }

  @Test
  void valueThatDoesNotFitIsNeverRoundedOrCut() throws IOException {
    Map<String, String> misfits =
        Map.of(
            "day", "\"soon\"",
            "amount", "\"1.505\"",
            "address", "{\"city\": \"Bonn\", \"floor\": \"3rd\"}",
            "tags", "[1, \"two\"]");
    for (Map.Entry<String, String> misfit : misfits.entrySet()) {
      Row row = typed("{\"" + misfit.getKey() + "\": " + misfit.getValue() + "}");
      assertEquals(true, row.getAs("mistyped_" + misfit.getKey()), misfit.getKey());
      assertEquals(false, row.getAs("absent_" + misfit.getKey()), misfit.getKey());
    }
    assertEquals(true, typed("{\"amount\": \"12345.00\"}").getAs("mistyped_amount"));
  }

  private Row typed(String record) throws IOException {
    Contract contract = Orders.contract(folder);
    return TypedColumns.of(
            contract.fields(),
            contract.arrival("events"),
            new RecordColumns(contract, Optional.empty(), Map::of)
                .of(contract.arrival("events"), Orders.bronze(record)))
        .head();
  }
}
