package io.sluice.refine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.sluice.contract.Contract;
import io.sluice.privacy.Cipher;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds which columns {@link RecordColumns} makes of stored records. */
class RecordColumnsTest {
  @TempDir private Path folder;

  @Test
  void recordIsTakenApartIntoRawColumns() throws IOException {
    Contract contract = Orders.contract(folder);
    List<Row> rows =
        new RecordColumns(contract, Optional.empty(), Map::of)
            .of(
                contract.arrival("events"),
                Orders.bronze("{\"id\": \"PO-1\", \"amount\": 1.50, \"more\": \"x\"}", "{"))
            .orderBy("_position")
            .collectAsList();
    assertEquals("PO-1", rows.get(0).getAs("id"));
    assertEquals("1.50", rows.get(0).getAs("amount"));
    assertNull(rows.get(0).<Object>getAs("day"));
    assertEquals(Map.of("more", "x"), rows.get(0).getJavaMap(rows.get(0).fieldIndex("_extra")));
    assertNull(rows.get(0).<Object>getAs("_problem"));
    assertEquals("events.jsonl", rows.get(0).getAs("_file"));
    assertEquals("record", rows.get(1).<Row>getAs("_problem").getString(1));
  }

  @Test
  void recordOfProtectedContractIsDecrypted() throws IOException {
    Contract contract = Orders.protectedContract(folder);
    byte[] stored =
        Cipher.of(Orders.SECRET, "orders")
            .seal("{\"id\": \"PO-1\"}".getBytes(StandardCharsets.UTF_8));
    Row row =
        new RecordColumns(contract, Optional.of(Orders.SECRET), Map::of)
            .of(contract.arrival("events"), Orders.bronze(List.of(stored)))
            .head();
    assertEquals("PO-1", row.getAs("id"));
  }
}
