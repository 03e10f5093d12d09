package io.sluice.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.testing.LocalSpark;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Decimal;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

/** Rows at hand are the rows that Spark would have. */
class LocalRowsTest {
  private static final StructType SCHEMA =
      new StructType()
          .add("text", DataTypes.StringType)
          .add("at", DataTypes.TimestampType)
          .add("n", DataTypes.IntegerType)
          .add("real", DataTypes.DoubleType)
          .add("amount", DataTypes.createDecimalType(12, 2))
          .add("bytes", DataTypes.BinaryType);
  private static final byte[] BYTES = "xyz".getBytes(StandardCharsets.UTF_8);

  private static LocalRows built() {
    Decimal amount = Decimal.apply(1234, 12, 2);
    return LocalRows.builder(SCHEMA)
        .add("ä", 5_000_000L, 7, 0.5, amount, BYTES)
        .add(null, null, null, null, null, null)
        .build();
  }

  @Test
  void valuesComeOutAsTheyWentIn() {
    LocalRows rows = built();
    assertEquals(2, rows.size());
    LocalRows.LocalRow row = rows.get(0);
    assertEquals("ä", row.text(0));
    assertEquals(5_000_000L, row.number(1));
    assertEquals(7, row.integer(2));
    assertEquals(0.5, row.real(3));
    assertEquals(1234, row.unscaled(4, 12, 2));
    assertArrayEquals(BYTES, row.bytes(5));
    LocalRows.LocalRow none = rows.get(1);
    assertTrue(none.isNull(2));
    assertNull(none.text(0));
    assertNull(none.bytes(5));
  }

  @Test
  void rowsOfSparksPublicFormAreTheSame() {
    LocalRows rows =
        LocalRows.of(
            SCHEMA,
            List.of(
                RowFactory.create(
                    "ä", new Timestamp(5000), 7, 0.5, new BigDecimal("12.34"), BYTES)));
    assertEquals(json(built().where(row -> !row.isNull(0))), json(rows));
  }

  private static List<String> json(LocalRows rows) {
    return rows.dataset(LocalSpark.withoutS3()).toJSON().collectAsList();
  }

  @Test
  void someOfThemKeepTheirOrder() {
    LocalRows.Builder builder = LocalRows.builder(new StructType().add("n", DataTypes.LongType));
    for (long n = 0; n < 5; n++) {
      builder.add(n);
    }
    List<Long> odd = new ArrayList<>();
    builder.build().where(row -> row.number(0) % 2 == 1).forEach(row -> odd.add(row.number(0)));
    assertEquals(List.of(1L, 3L), odd);
    assertTrue(builder.build().where(row -> false).isEmpty());
  }
}
