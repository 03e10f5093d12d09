package io.sluice.refine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.sluice.contract.Reference;
import io.sluice.testing.LocalSpark;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds that expressions may read all columns at once that none of them names. */
class OtherColumnsTest {
  private static final String RECORD =
      "{\"id\": \"PO-1\", \"day\": \"2026-03-01\", \"tag:a\": \"x \\\"y\\\"\", \"tag:b\": 1.50,"
          + " \"none\": null}";

  @TempDir private Path folder;

  @Test
  void columnsThatNoExpressionReadsAreOneObject() throws IOException {
    Row row = read("keep", RECORD);
    assertEquals("{\"tag:a\":\"x \\\"y\\\"\",\"tag:b\":\"1.50\"}", row.getAs("others"));
    assertEquals(
        Map.of("tag:a", "x \"y\"", "tag:b", "1.50"), row.getJavaMap(row.fieldIndex("_extra")));
  }

  @Test
  void theyAreReadWhereAddedColumnsAreIgnored() throws IOException {
    Row row = read("ignore", RECORD);
    assertEquals("{\"tag:a\":\"x \\\"y\\\"\",\"tag:b\":\"1.50\"}", row.getAs("others"));
    assertNull(row.getAs("_extra"));
  }

  @Test
  void recordWithoutThemHasNone() throws IOException {
    assertNull(read("keep", "{\"id\": \"PO-1\", \"day\": \"2026-03-01\"}").getAs("others"));
  }

  @Test
  void columnOfThatNameComesFirst() throws IOException {
    String record = "{\"id\": \"PO-1\", \"day\": \"2026-03-01\", \"_others\": \"own\", \"c\": 1}";
    assertEquals("own", read("keep", record).getAs("others"));
  }

  private Row read(String added, String record) throws IOException {
    var vendors =
        LocalSpark.withoutS3()
            .createDataFrame(
                List.of(RowFactory.create("v1")), new StructType().add("id", DataTypes.StringType));
    return new Refiner(Orders.withOthers(folder, added), Optional.empty())
        .apply(
            Orders.bronze(record),
            Map.of(new Reference(List.of("vendor"), "vendors", List.of("id")), vendors))
        .head();
  }
}
