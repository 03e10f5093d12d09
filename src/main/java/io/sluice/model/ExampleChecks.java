package io.sluice.model;

import static org.apache.spark.sql.functions.col;

import io.sluice.quality.Check;
import io.sluice.quality.CheckOutcome;
import io.sluice.quality.CheckResult;
import java.sql.Date;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Judges whether a model may learn from examples; reads them and writes nothing.
 *
 * <p>Cost: each part is counted, and the numbers of the days since a week before validation are
 * collected.
 */
final class ExampleChecks {
  private static final int DAYS_BEFORE = 7;
  private static final double MOST_DRIFTED = 1.0 / 3;
  private static final double MOST_TIMES_AS_POSITIVE = 5;

  private final Model model;

  ExampleChecks(Model model) {
    this.model = model;
  }

  /**
   * Whether the examples may be learned from; each check result stops the run if it fails.
   *
   * <p>There must be enough positives in each part. And no day may be out of line: that a third of
   * its inputs drift from the week before, or that it has more than five times its share of
   * positives, tells of poisoned data rather than of a changing world.
   */
  List<CheckResult> judge(Dataset<Row> examples, TimeSplit split) {
    GatePolicy policy = model.policy();
    List<CheckResult> checkResults = new ArrayList<>();
    Map<String, Dataset<Row>> parts =
        Map.of(
            "days_to_learn_from", split.learned(examples, model.day()),
            "validation_days", split.validation(examples, model.day()),
            "holdout", split.holdout(examples, model.day()));
    new TreeMap<>(parts)
        .forEach(
            (part, rows) -> {
              long positives =
                  model.task() == Model.Task.CLASSIFICATION
                      ? rows.where(col("label").gt(0.5)).count()
                      : rows.count();
              checkResults.add(
                  result(
                      part + "_enough",
                      "at least "
                          + policy.fewestPositives()
                          + (model.task() == Model.Task.CLASSIFICATION ? " positives" : " rows"),
                      positives >= policy.fewestPositives(),
                      positives));
            });
    if (checkResults.stream().noneMatch(CheckResult::stops)) {
      checkResults.addAll(daysInLine(examples, split));
    }
    return checkResults;
  }

  /** Holds each day that was not only learned from against the days just before it. */
  private List<CheckResult> daysInLine(Dataset<Row> examples, TimeSplit split) {
    List<String> names = InputSample.numbers(model, examples);
    SortedMap<LocalDate, List<Row>> days = new TreeMap<>();
    examples
        .where(col(model.day()).gt(Date.valueOf(split.learnUntil().minusDays(DAYS_BEFORE))))
        .select(
            Stream.concat(names.stream(), Stream.of("label", model.day()))
                .map(name -> col(name))
                .toArray(Column[]::new))
        .collectAsList()
        .forEach(
            row ->
                days.computeIfAbsent(
                        row.getDate(names.size() + 1).toLocalDate(), day -> new ArrayList<>())
                    .add(row));
    double mostDrifted = 0;
    String driftedDay = "";
    double mostPositives = 0;
    String positiveDay = "";
    for (LocalDate day : days.tailMap(split.learnUntil().plusDays(1)).keySet()) {
      List<Row> rows = days.get(day);
      List<Row> before =
          days.subMap(day.minusDays(DAYS_BEFORE), day).values().stream()
              .flatMap(List::stream)
              .toList();
      double drifted = before.isEmpty() ? 0 : drifted(names.size(), before, rows);
      if (drifted > mostDrifted) {
        mostDrifted = drifted;
        driftedDay = day.toString();
      }
      double positives = sum(rows, names.size());
      double usual = before.isEmpty() ? 1 : (1 + sum(before, names.size())) / before.size();
      // A handful of positives on a small day is chance.
      if (positives >= 10 && positives / rows.size() / usual > mostPositives) {
        mostPositives = positives / rows.size() / usual;
        positiveDay = day.toString();
      }
    }
    List<CheckResult> checkResults = new ArrayList<>();
    checkResults.add(
        result(
            "inputs_in_line",
            "on no day a third of the inputs drift from the week before" + named(driftedDay),
            mostDrifted < MOST_DRIFTED,
            mostDrifted));
    if (model.task() == Model.Task.CLASSIFICATION) {
      checkResults.add(
          result(
              "positives_in_line",
              "on no day positives are more than five times as frequent as in the week before"
                  + named(positiveDay),
              mostPositives <= MOST_TIMES_AS_POSITIVE,
              mostPositives));
    }
    return checkResults;
  }

  private static double drifted(int columns, List<Row> before, List<Row> rows) {
    int drifted = 0;
    for (int i = 0; i < columns; i++) {
      Distribution usual = Distribution.of(values(before, i));
      drifted += usual.drift(values(rows, i)).drifted() ? 1 : 0;
    }
    return columns == 0 ? 0 : (double) drifted / columns;
  }

  private static double[] values(List<Row> rows, int column) {
    return rows.stream().mapToDouble(row -> row.getDouble(column)).toArray();
  }

  private static double sum(List<Row> rows, int column) {
    return rows.stream().mapToDouble(row -> row.getDouble(column)).sum();
  }

  private static String named(String day) {
    return day.isEmpty() ? "" : " (the worst is " + day + ")";
  }

  private static CheckResult result(String check, String rule, boolean passed, double value) {
    return new CheckResult(
        check,
        Check.Severity.ERROR,
        rule,
        passed ? CheckOutcome.PASSED : CheckOutcome.FAILED,
        value,
        passed ? "" : rule);
  }
}
