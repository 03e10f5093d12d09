package io.sluice.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.sluice.testing.LocalSpark;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WindowConditionTest {
  private static final StructType INPUT =
      new StructType()
          .add("user", DataTypes.StringType)
          .add("amount", DataTypes.createDecimalType(12, 2))
          .add("score", DataTypes.DoubleType);

  private static WindowCondition condition(String when) {
    return WindowCondition.of(LocalSpark.withoutS3(), INPUT, when);
  }

  private static Row row(String user, String amount, Double score) {
    return RowFactory.create(user, amount == null ? null : new BigDecimal(amount), score);
  }

  @Test
  void holdsFromTheRowOnThatMakesItTrue() {
    WindowCondition condition = condition("count(*) > 2 or sum(amount) > 10");
    byte[] soFar = condition.empty();
    List<Boolean> holds = new ArrayList<>();
    for (String amount : List.of("1.00", "2.50", "0.25", "9.00")) {
      soFar = condition.add(soFar, row("u", amount, 1.0));
      holds.add(condition.holds(soFar));
    }
    assertEquals(List.of(false, false, true, true), holds);
    assertEquals(Map.of("count(*)", "4", "sum(amount)", "12.75"), condition.values(soFar));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "count(*) > 3 and count(amount) < 90",
        "sum(amount) filter (where score > 0.5) > 100",
        "avg(score) > 0.4 or max(amount) >= 9.99",
        "min(user) < 'b' and stddev(score) > 0.1",
        "count_if(score > 0.9) >= 2 or bool_or(amount is null)",
        "not (sum(score) <= 12)"
      })
  void saysWhatAQueryOverTheSameRowsSays(String when) throws Exception {
    Random random = new Random(when.hashCode());
    WindowCondition condition = sent(condition(when));
    byte[] soFar = condition.empty();
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      Row row =
          row(
              "" + (char) ('a' + random.nextInt(3)),
              random.nextInt(9) == 0 ? null : random.nextInt(10) + ".99",
              random.nextInt(9) == 0 ? null : random.nextDouble());
      rows.add(row);
      soFar = condition.add(soFar, row);
      if (i % 8 == 7) {
        boolean queried =
            Boolean.TRUE.equals(
                LocalSpark.withoutS3()
                    .createDataFrame(rows, INPUT)
                    .coalesce(1)
                    .selectExpr(when)
                    .first()
                    .get(0));
        assertEquals(queried, condition.holds(soFar), when + " after " + (i + 1) + " rows");
      }
    }
  }

  /** As tasks get it. */
  private static WindowCondition sent(WindowCondition condition) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(condition);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return (WindowCondition) in.readObject();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "count(",
        "count(*)",
        "amount > 3",
        "count(distinct user) > 2",
        "percentile(score, 0.5) > 1",
        "sum(absent) > 1",
        "count(*) > rand()",
        "count(*) > (select 1)",
        "reflect('java.lang.System', 'exit') = '0' and count(*) > 1"
      })
  void refusesWhatCannotBeCountedRowByRow(String when) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> condition(when)).getMessage();
    assertEquals(1, message.lines().count(), message);
  }
}
