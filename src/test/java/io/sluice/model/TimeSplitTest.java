package io.sluice.model;

import static org.apache.spark.sql.functions.expr;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.testing.LocalSpark;
import java.time.LocalDate;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

class TimeSplitTest {
  private static final LocalDate FIRST = LocalDate.of(2026, 3, 1);
  private static final GatePolicy POLICY =
      GatePolicy.defaults().withValidationDays(3).withHoldoutDays(2);

  @Test
  void everyDayIsInOnePartAndThePartsFollowEachOther() {
    TimeSplit split = TimeSplit.of(POLICY, FIRST, FIRST.plusDays(9));
    Dataset<Row> days =
        LocalSpark.withoutS3()
            .range(10)
            .select(expr("date_add(date'2026-03-01', cast(id as int)) day"));
    assertEquals("2026-03-01 2026-03-05 5", range(split.learned(days, "day")));
    assertEquals("2026-03-06 2026-03-08 3", range(split.validation(days, "day")));
    assertEquals("2026-03-01 2026-03-08 8", range(split.beforeHoldout(days, "day")));
    assertEquals("2026-03-09 2026-03-10 2", range(split.holdout(days, "day")));
  }

  private static String range(Dataset<Row> days) {
    return days.selectExpr("min(day)", "max(day)", "count(*)").first().mkString(" ");
  }

  @Test
  void oneDayToLearnFromIsTooFew() {
    assertFalse(TimeSplit.of(POLICY, FIRST, FIRST.plusDays(5)).isEnough());
    assertTrue(TimeSplit.of(POLICY, FIRST, FIRST.plusDays(6)).isEnough());
    assertEquals(7, POLICY.fewestDays());
  }
}
