package io.sluice.transactions;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.get_json_object;

import io.sluice.model.Model;
import io.sluice.stream.AlertRule;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Follows where a user stands with each payment: how many there were, and of how much, in its
 * minute and in the last five; {@link PaymentAnomaly} scores it by that.
 *
 * <p>State: a count and an amount for each minute of about the last ten in which the user paid.
 */
public final class PaymentStanding implements AlertRule {
  private static final long serialVersionUID = 1L;

  private static final long MINUTE = 60_000_000;

  /** How many minutes a payment looks back over, its own among them. */
  private static final int BACK = 5;

  /** So old a minute is looked at by no payment that is not late. */
  private static final int KEPT = 10;

  @Override
  public String name() {
    return "payment_anomaly";
  }

  @Override
  public List<String> inputs() {
    return List.of("cast(amount * 100 as bigint)");
  }

  @Override
  public Followed update(byte[] state, long time, long[] inputs) {
    TreeMap<Long, long[]> minutes = read(state);
    long cents = inputs[0];
    long minute = Math.floorDiv(time, MINUTE) * MINUTE;
    long[] own = minutes.computeIfAbsent(minute, at -> new long[2]);
    own[0]++;
    own[1] += cents;
    long count = 0;
    long sum = 0;
    for (long[] one : minutes.subMap(minute - (BACK - 1) * MINUTE, minute + MINUTE).values()) {
      count += one[0];
      sum += one[1];
    }
    long[] measures = {time, cents, own[0], own[1], count, sum};
    minutes.headMap(minutes.lastKey() - KEPT * MINUTE).clear();
    return new Followed(write(minutes), measures);
  }

  private static TreeMap<Long, long[]> read(byte[] state) {
    TreeMap<Long, long[]> minutes = new TreeMap<>();
    if (state != null) {
      ByteBuffer bytes = ByteBuffer.wrap(state);
      while (bytes.hasRemaining()) {
        minutes.put(bytes.getLong(), new long[] {bytes.getLong(), bytes.getLong()});
      }
    }
    return minutes;
  }

  private static byte[] write(Map<Long, long[]> minutes) {
    ByteBuffer bytes = ByteBuffer.allocate(minutes.size() * 3 * Long.BYTES);
    minutes.forEach((minute, one) -> bytes.putLong(minute).putLong(one[0]).putLong(one[1]));
    return bytes.array();
  }

  @Override
  public Model model() {
    return new PaymentAnomaly();
  }

  @Override
  public Dataset<Row> features(Dataset<Row> measured) {
    return PaymentFeatures.of(
        measured.select(
            get_json_object(col("row_key"), "$.transaction_id").as("transaction_id"),
            get_json_object(col("row_key"), "$.day").cast("date").as("day"),
            expr("timestamp_micros(measures[0])").as("event_time"),
            expr("measures[1]").as("cents"),
            expr("measures[2]").as("count_minute"),
            expr("measures[3]").as("cents_minute"),
            expr("measures[4]").as("count_five"),
            expr("measures[5]").as("cents_five")));
  }
}
