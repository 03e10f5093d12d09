package io.sluice.model;

import static org.apache.spark.sql.functions.expr;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.quality.CheckResult;
import io.sluice.testing.LocalSpark;
import java.time.LocalDate;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

class ExampleChecksTest {
  private static final LocalDate FIRST = LocalDate.of(2026, 3, 1);
  private static final int DAYS = 20;
  private static final GatePolicy POLICY =
      GatePolicy.defaults().withValidationDays(3).withHoldoutDays(2);
  private static final TimeSplit SPLIT = TimeSplit.of(POLICY, FIRST, FIRST.plusDays(DAYS - 1));

  /** Two hundred rows a day, one in ten of them positive. */
  private static Dataset<Row> examples() {
    return LocalSpark.withoutS3()
        .range(DAYS * 200)
        .select(
            expr("date_add(date'2026-03-01', cast(id div 200 as int))").as("day"),
            expr("id"),
            expr("(xxhash64(id, 'x') & 1023) / 1024D").as("x"),
            expr("(xxhash64(id, 'y') & 1023) / 1024D").as("y"),
            expr("if(id % 10 = 0, 1D, 0D)").as("label"));
  }

  private static List<String> failed(Model.Task task, GatePolicy policy, Dataset<Row> examples) {
    return new ExampleChecks(NumbersModel.of(task, policy))
        .judge(examples, SPLIT).stream()
            .filter(CheckResult::stops)
            .map(result -> result.check() + " " + result.rule())
            .toList();
  }

  @Test
  void usualDaysMayBeLearnedFrom() {
    assertEquals(List.of(), failed(Model.Task.CLASSIFICATION, POLICY, examples()));
    assertEquals(List.of(), failed(Model.Task.REGRESSION, POLICY, examples()));
  }

  @Test
  void eachPartNeedsEnoughPositives() {
    List<String> failed =
        failed(Model.Task.CLASSIFICATION, POLICY.withFewestPositives(50), examples());
    assertEquals(List.of("holdout_enough at least 50 positives"), failed);
    assertEquals(
        List.of(), failed(Model.Task.REGRESSION, POLICY.withFewestPositives(50), examples()));
  }

  @Test
  void aDayWhoseInputsMovedIsNamed() {
    Dataset<Row> moved = examples().withColumn("x", expr("if(day = date'2026-03-17', x + 5, x)"));
    List<String> failed = failed(Model.Task.CLASSIFICATION, POLICY, moved);
    assertEquals(1, failed.size(), failed.toString());
    assertTrue(failed.get(0).startsWith("inputs_in_line"), failed.toString());
    assertTrue(failed.get(0).contains("2026-03-17"), failed.toString());
  }

  @Test
  void aDayWithFarMorePositivesThanUsualIsNamed() {
    Dataset<Row> poisoned =
        examples().withColumn("label", expr("if(day = date'2026-03-20', 1D, label)"));
    List<String> failed = failed(Model.Task.CLASSIFICATION, POLICY, poisoned);
    assertEquals(1, failed.size(), failed.toString());
    assertTrue(failed.get(0).startsWith("positives_in_line"), failed.toString());
    assertTrue(failed.get(0).contains("2026-03-20"), failed.toString());
    assertEquals(List.of(), failed(Model.Task.REGRESSION, POLICY, poisoned));
  }
}
