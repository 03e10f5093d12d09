package io.sluice.model;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Something to predict: which tables tell about a row, what turned out, and which pipelines may
 * learn it.
 *
 * <p>{@link #features} is the one definition that training, batch scoring and a stream share. Both
 * functions are pure: no clock, no path, no write.
 */
public interface Model {

  /** What kind of value is predicted. */
  enum Task {
    /** Label 1 or 0; the score is the probability of 1. */
    CLASSIFICATION,
    /** Any number; the score is the number expected. */
    REGRESSION
  }

  /** The model's name, in snake case; its predictions are the table of that name. */
  String name();

  String description();

  /** The team that answers for it. */
  String owner();

  Task task();

  /**
   * The tables of its features, such as {@code gold.order_features}; new rows of the first are what
   * is scored.
   */
  List<String> reads();

  /** The DATE column that the first table is partitioned by: the day when its row was known. */
  String day();

  /** The columns that identify a row of the first table, {@link #day} included. */
  List<String> key();

  /** How many days before a row's day the first table's own earlier rows are looked at. */
  default int lookbackDays() {
    return 0;
  }

  /** The same of the other tables. */
  default int historyDays() {
    return 0;
  }

  /**
   * How many days at the beginning of the first table are only history for later ones: their own
   * history is not there, so nothing is learned from them.
   */
  default int warmUpDays() {
    return 0;
  }

  /**
   * The features of each row of the first table.
   *
   * @param tables each table of {@link #reads()} by name
   * @return the key, a STRING {@code segment}, the {@link #inputs} (DOUBLE without null; a text
   *     STRING), and {@code baseline} if there is one
   */
  Dataset<Row> features(Map<String, Dataset<Row>> tables);

  /** The columns learned from: numbers, or a single text. */
  List<String> inputs();

  /** Whether {@link #features} gives a DOUBLE {@code baseline}: a forecast that takes no model. */
  default boolean hasBaseline() {
    return false;
  }

  /** The tables that tell what turned out. */
  List<String> learnsFrom();

  /**
   * What turned out.
   *
   * @param tables each table of {@link #learnsFrom()} by name
   * @return the key without the day (or with it, if it identifies the row), {@code label} DOUBLE
   *     and {@code known_on} DATE: the day by whose end it was known
   */
  Dataset<Row> labels(Map<String, Dataset<Row>> tables);

  /**
   * The label of a row about which nothing is heard until it is {@link #matureDays} old, if any.
   */
  default OptionalDouble ifUnheard() {
    return OptionalDouble.empty();
  }

  /** After how many days a row's label is known. */
  int matureDays();

  /** What may be learned; the best on days after those learned from is taken. */
  List<Candidate> candidates();

  GatePolicy policy();
}
