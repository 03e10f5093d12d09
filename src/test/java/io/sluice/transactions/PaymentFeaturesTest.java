package io.sluice.transactions;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.stream.AlertRule;
import io.sluice.testing.Lines;
import io.sluice.testing.LocalSpark;
import io.sluice.testing.Payments;
import java.math.BigDecimal;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.Test;

/** What a model learns from is what the stream gives it to score. */
class PaymentFeaturesTest {
  @Test
  void usersStandWhereTheStreamSaysTheyDo() {
    Random random = new Random(7);
    Instant begin = Instant.parse("2026-03-01T10:00:00Z");
    PaymentStanding rule = new PaymentStanding();
    Map<String, byte[]> states = new HashMap<>();
    Map<String, Long> clocks = new HashMap<>();
    List<Row> silver = new ArrayList<>();
    List<String> expected = new ArrayList<>();
    int late = 0;
    for (int i = 0; i < 400; i++) {
      Instant at = begin.plusSeconds(3L * i - (random.nextInt(10) == 0 ? 200 : 0));
      long cents = random.nextInt(50_000);
      String user = "U-" + random.nextInt(4);
      silver.add(
          RowFactory.create(
              "T-" + i,
              java.sql.Date.valueOf("2026-03-01"),
              Timestamp.from(at),
              user,
              BigDecimal.valueOf(cents, 2),
              "topic/0",
              (long) i));
      long micros = at.toEpochMilli() * 1000;
      if (micros < clocks.getOrDefault(user, Long.MIN_VALUE + 120_000_000) - 120_000_000) {
        late++;
        continue;
      }
      clocks.merge(user, micros, Math::max);
      AlertRule.Followed followed = rule.update(states.get(user), micros, new long[] {cents});
      states.put(user, followed.state());
      long[] measures = followed.measures();
      expected.add(
          String.join(
              "|",
              "T-" + i,
              "" + cents,
              "" + measures[2],
              "" + measures[3],
              "" + measures[4],
              "" + measures[5]));
    }
    assertTrue(late > 10, "only " + late + " late payments");
    expected.sort(null);
    assertEquals(
        expected,
        Lines.of(
            PaymentFeatures.standing(
                    LocalSpark.withoutS3().createDataFrame(silver, Payments.SILVER))
                .select(
                    "transaction_id",
                    "cents",
                    "count_minute",
                    "cents_minute",
                    "count_five",
                    "cents_five")));
  }

  @Test
  void featuresLeaveThePaymentItselfOut() {
    Row standing =
        RowFactory.create(
            "T",
            java.sql.Date.valueOf("2026-03-01"),
            Timestamp.from(Instant.parse("2026-03-01T13:59:00Z")),
            30_000L,
            3L,
            30_000L,
            5L,
            30_099L);
    assertEquals(
        List.of("T|large|2.0|0.0|4.0|99|13.0"),
        Lines.of(
            PaymentFeatures.of(
                    LocalSpark.withoutS3()
                        .createDataFrame(List.of(standing), PaymentFeatures.STANDING))
                .selectExpr(
                    "transaction_id",
                    "segment",
                    "others_minute",
                    "spent_minute",
                    "others_five",
                    "cast(round(exp(spent_five) - 1) as bigint)",
                    "hour")));
  }
}
