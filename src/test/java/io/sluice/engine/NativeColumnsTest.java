package io.sluice.engine;

import static org.apache.spark.sql.functions.col;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.testing.LocalSpark;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

/**
 * Holds how often Spark calls the functions of {@link NativeColumns}, and what it makes of null.
 */
class NativeColumnsTest {
  private static final StructType LENGTHS =
      StructType.fromDDL("length INT NOT NULL, twice INT NOT NULL");

  /** Measures texts; null has the length -1. */
  static final class Lengths implements RowFunction {
    private static final long serialVersionUID = 1L;
    private static final AtomicInteger CALLS = new AtomicInteger();

    @Override
    public NativeRow apply(LocalRows.LocalRow row) {
      CALLS.incrementAndGet();
      int length = row.isNull(0) ? -1 : row.utf8(0).numChars();
      return new NativeRow(length, 2 * length);
    }
  }

  @Test
  void functionIsCalledOnceForEachRowAndSeesNull() {
    Lengths.CALLS.set(0);
    List<Row> rows =
        texts("a", "bcd", null)
            .select(NativeColumns.ofRow(new Lengths(), LENGTHS, col("text")).as("found"))
            .select(col("found.length"), col("found.twice"))
            .collectAsList();
    assertEquals(
        List.of(RowFactory.create(1, 2), RowFactory.create(3, 6), RowFactory.create(-1, -2)), rows);
    assertEquals(3, Lengths.CALLS.get());
  }

  @Test
  void nullableColumnsKeepNamesAndValues() {
    Dataset<Row> counts = LocalSpark.withoutS3().range(2).toDF("a.b");
    assertFalse(counts.schema().apply(0).nullable());
    Dataset<Row> nullable = NativeColumns.nullable(counts);
    assertTrue(nullable.schema().apply(0).nullable());
    assertEquals(counts.collectAsList(), nullable.collectAsList());
    assertEquals("a.b", nullable.columns()[0]);
  }

  private static Dataset<Row> texts(String... texts) {
    return LocalSpark.withoutS3()
        .createDataFrame(
            Arrays.stream(texts).map(text -> RowFactory.create(text)).toList(),
            new StructType().add("text", DataTypes.StringType))
        .coalesce(1);
  }
}
