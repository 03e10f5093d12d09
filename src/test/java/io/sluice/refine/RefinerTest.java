package io.sluice.refine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.sluice.contract.Contract;
import io.sluice.contract.Reference;
import io.sluice.privacy.Cipher;
import io.sluice.testing.LocalSpark;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Holds what {@link Refiner} gives for silver and quarantine, and that {@link ProtectedColumns}
 * leave no plaintext of a protected field in it.
 */
class RefinerTest {
  private static final String VALID =
      "{\"id\": \"PO-1\", \"day\": \"2026-03-01\", \"kind\": \"buy\", \"more\": \"x\"}";
  private static final String BROKEN = "{\"id\": \"PO-2\", \"kind\": \"rent\"}";

  @TempDir private Path folder;

  @Test
  void onlyBrokenRowsKeepTheirRecord() throws IOException {
    Contract contract = Orders.contract(folder);
    Dataset<Row> refined =
        new Refiner(contract, Optional.empty()).apply(Orders.bronze(VALID, BROKEN), references());
    assertEquals(List.of(List.of(), List.of("day:required")), Orders.reasons(refined));
    List<Row> rows = refined.orderBy("_position").collectAsList();
    assertNull(rows.get(0).<Object>getAs("_raw"));
    assertArrayEquals(BROKEN.getBytes(StandardCharsets.UTF_8), rows.get(1).getAs("_raw"));
    assertEquals("rent", rows.get(1).getAs("kind"));
    assertEquals(Map.of("more", "x"), rows.get(0).getJavaMap(rows.get(0).fieldIndex("_extra")));
    List<String> silver = List.of(new Refiner(contract, Optional.empty()).silverSchema().names());
    assertEquals(silver, silver.stream().filter(List.of(refined.columns())::contains).toList());
  }

  @Test
  void protectedFieldIsTokenAndUnknownColumnsAreEncrypted() throws IOException {
    Contract contract = Orders.protectedContract(folder);
    Cipher records = Cipher.of(Orders.SECRET, "orders");
    List<byte[]> stored = new ArrayList<>();
    for (String record : List.of(VALID, BROKEN)) {
      stored.add(records.seal(record.getBytes(StandardCharsets.UTF_8)));
    }
    List<Row> rows =
        new Refiner(contract, Optional.of(Orders.SECRET))
            .apply(Orders.bronze(stored), references())
            .orderBy("_position")
            .collectAsList();
    assertEquals(Cipher.of(Orders.SECRET, "orders.kind").token("buy"), rows.get(0).getAs("kind"));
    assertEquals(
        Map.of("more", Cipher.of(Orders.SECRET, "orders._extra").encrypt("x")),
        rows.get(0).getJavaMap(rows.get(0).fieldIndex("_extra")));
    assertNull(rows.get(1).<Object>getAs("kind"));
    assertArrayEquals(stored.get(1), rows.get(1).getAs("_raw"));
  }

  @Test
  void protectedContractNeedsSecret() throws IOException {
    Contract contract = Orders.protectedContract(folder);
    assertThrows(IllegalArgumentException.class, () -> new Refiner(contract, Optional.empty()));
  }

  @Test
  void rowsOfOneKeyShareTheirBucket() throws IOException {
    Contract contract = Orders.contract(folder);
    String[] records = new String[8];
    Arrays.fill(records, VALID);
    Dataset<Row> refined =
        new Refiner(contract, Optional.empty()).apply(Orders.bronze(records), references());
    assertEquals(1, refined.select(Refiner.bucket(contract, 100)).distinct().count());
  }

  private static Map<Reference, Dataset<Row>> references() {
    return Map.of(
        new Reference(List.of("vendor"), "vendors", List.of("id")),
        LocalSpark.withoutS3()
            .createDataFrame(List.<Row>of(), new StructType().add("id", DataTypes.StringType)));
  }
}
