package io.sluice.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.testing.LocalSpark;
import java.time.LocalDate;
import java.util.List;
import java.util.OptionalDouble;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

class ExamplesTest {
  private static final GatePolicy POLICY =
      GatePolicy.defaults().withLearnDays(2).withValidationDays(1).withHoldoutDays(1);
  private static final LocalDate KNOWN = LocalDate.of(2026, 3, 10);

  private static Dataset<Row> table(String columns, String rows) {
    return LocalSpark.withoutS3().sql("select * from values " + rows + " as t(" + columns + ")");
  }

  private static List<String> examples(OptionalDouble ifUnheard) {
    Dataset<Row> features =
        table(
            "day, id",
            "(date'2026-03-06', 1), (date'2026-03-07', 2), (date'2026-03-09', 3),"
                + "(date'2026-03-10', 4), (date'2026-03-11', 5)");
    Dataset<Row> labels =
        table(
            "id, label, known_on",
            "(1, 1.0D, date'2026-03-07'), (2, 1.0D, date'2026-03-08'),"
                + "(4, 1.0D, date'2026-03-11'), (5, 1.0D, date'2026-03-10')");
    Model model = new NumbersModel("numbers", Model.Task.CLASSIFICATION, POLICY, ifUnheard);
    return Examples.of(model, features, labels, KNOWN)
        .orderBy("id")
        .select("id", "label")
        .collectAsList()
        .stream()
        .map(row -> row.mkString("|"))
        .toList();
  }

  @Test
  void whatBecameKnownLaterAndDaysOutsideThePolicyAreLeftOut() {
    assertEquals(List.of("2|1.0"), examples(OptionalDouble.empty()));
  }

  @Test
  void aRowThatNothingIsHeardOfHasTheLabelOfSilence() {
    assertEquals(List.of("2|1.0", "3|0.0", "4|0.0"), examples(OptionalDouble.of(0)));
  }
}
