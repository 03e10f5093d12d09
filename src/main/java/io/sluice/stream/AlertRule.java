package io.sluice.stream;

import io.sluice.model.Model;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Says in Java what a contract cannot: follows the rows of a key, one after the other, and gives
 * for each what a model is asked about it. A contract names it by {@code rule}.
 *
 * <p>Pure: a row and the state of its key fix what comes out. Rows of a key come in the order in
 * which their topic's partition holds them; late ones do not come.
 */
public interface AlertRule extends Serializable {
  /** The name that contracts say. */
  String name();

  /** What it is given of each row of silver: SQL expressions that give a BIGINT and never throw. */
  List<String> inputs();

  /**
   * Follows one row.
   *
   * @param state what {@code update} gave for the key's row before; null for its first one
   * @param time when the row happened, in microseconds
   * @param inputs what {@link #inputs} come to
   */
  Followed update(byte[] state, long time, long[] inputs);

  /**
   * What has become of a row.
   *
   * @param state to be given with the key's next row
   * @param measures what the model is asked about the row
   */
  record Followed(byte[] state, long[] measures) {}

  /** The model whose serving version scores the rows. */
  Model model();

  /**
   * The model's features of some rows.
   *
   * @param measured {@code row_key}, the row's key as JSON, and {@code measures}, an array of
   *     BIGINT
   */
  Dataset<Row> features(Dataset<Row> measured);
}
