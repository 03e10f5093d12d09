package io.sluice.purchaseorders;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.to_json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.demo.purchaseorders.OrderHistory;
import io.sluice.testing.LocalSpark;
import java.sql.Date;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.junit.jupiter.api.Test;

class OrderFeaturesTest {
  private static final LocalDate FIRST = LocalDate.of(2026, 9, 1);
  private static final Date CUT = Date.valueOf(FIRST.plusDays(6));

  private static Map<String, Dataset<Row>> inline(String... lines) {
    var spark = LocalSpark.withoutS3();
    return Map.of(
        "purchase_orders",
        spark.sql(
            "select order_id, cast(line_number as int) line_number, order_date, vendor_id,"
                + " customer_id, buyer_id, item_id, cast(unit_price as decimal(18,4)) unit_price,"
                + " cast(amount as decimal(18,2)) amount, bank_account, region, status, created_at"
                + " from values "
                + String.join(",", lines)
                + " as t(order_id, line_number, order_date, vendor_id, customer_id, buyer_id,"
                + " item_id, unit_price, amount, bank_account, region, status, created_at)"),
        "vendors_history",
        spark.sql(
            "select * from values"
                + " ('V1', 'office', date'2026-08-02', timestamp'2026-08-20 00:00:00', null, false),"
                + " ('V2', 'travel', date'2020-01-01', timestamp'2026-09-02 12:00:00', null, false)"
                + " as t(vendor_id, category, onboarded_on, valid_from, valid_to, _deleted)"));
  }

  private static String line(
      String order, String day, String vendor, String buyer, int amount, String account) {
    return "('%s', 1, date'%s', '%s', 'C1', '%s', 'I1', %d, %d, %s, 'EMEA', 'created', timestamp'%s 09:00:00')"
        .formatted(
            order,
            day,
            vendor,
            buyer,
            amount,
            amount,
            account == null ? "cast(null as string)" : "'" + account + "'",
            day);
  }

  @Test
  void valuesByWriter() {
    Dataset<Row> made =
        new OrderFeatures()
            .build(
                inline(
                    line("O1", "2026-09-01", "V1", "B1", 950, "acc1"),
                    line("O2", "2026-09-01", "V1", "B1", 980, "acc1"),
                    line("O3", "2026-09-02", "V2", "B1", 4900, "acc1"),
                    line("O4", "2026-09-02", "V2", "B2", 200_000, null)));
    Map<String, Row> rows = new HashMap<>();
    made.collectAsList().forEach(row -> rows.put(row.getAs("order_id"), row));
    assertEquals(4, rows.size());
    Row first = rows.get("O1");
    assertEquals(0.95, first.<Double>getAs("limit_share"), 1e-9);
    assertEquals(2L, first.<Long>getAs("alike_orders"));
    assertEquals(0.95, rows.get("O2").<Double>getAs("alike_least_limit_share"), 1e-9);
    assertEquals(30, first.<Integer>getAs("vendor_age_days"));
    assertEquals(2.0, first.<Double>getAs("office_hour"), 1e-9);
    // On the first day one vendor is paid to the account, on the second two are.
    assertEquals(1, first.<Integer>getAs("account_vendors_30d"));
    assertEquals(2, rows.get("O3").<Integer>getAs("account_vendors_30d"));
    assertEquals(3L, rows.get("O3").<Long>getAs("buyer_orders_30d"));
    assertEquals(0, rows.get("O4").<Integer>getAs("account_given"));
    assertEquals(2.0, rows.get("O4").<Double>getAs("limit_share"), 1e-9);
    assertEquals(1.0, rows.get("O4").<Double>getAs("buyer_region_share_30d"), 1e-9);
    assertEquals("office", first.getAs("vendor_category"));
  }

  /** Rows up to a day that differ when the tables end with that day. */
  private static long lookAhead(
      Map<String, Dataset<Row>> silver, UnaryOperator<Dataset<Row>> more) {
    Map<String, Dataset<Row>> cut = new HashMap<>(silver);
    cut.put("purchase_orders", silver.get("purchase_orders").where(col("order_date").leq(CUT)));
    Dataset<Row> then = rows(more.apply(new OrderFeatures().build(cut)));
    Dataset<Row> later =
        rows(more.apply(new OrderFeatures().build(silver)).where(col("day").leq(CUT)));
    assertTrue(then.count() > 100);
    return then.exceptAll(later).count() + later.exceptAll(then).count();
  }

  private static Dataset<Row> rows(Dataset<Row> made) {
    return made.select(to_json(struct(col("*"))));
  }

  @Test
  void whatIsKnownOfADayDoesNotChangeWithLaterOnes() throws Exception {
    Map<String, Dataset<Row>> silver =
        new OrderHistory(3, FIRST, 60).days(10).silver(LocalSpark.withoutS3());
    assertEquals(0, lookAhead(silver, made -> made));
    // The same comparison catches a feature that looks at later days.
    assertTrue(
        lookAhead(
                silver,
                made ->
                    made.withColumn(
                        "vendor_orders", count(lit(1)).over(Window.partitionBy("vendor_id"))))
            > 0);
  }

  @Test
  void whatPeopleDecideLaterDoesNotShow() {
    String[] lines = {
      line("O1", "2026-09-01", "V1", "B1", 950, "acc1"),
      line("O2", "2026-09-01", "V1", "B1", 980, "acc1")
    };
    String[] cancelled = {lines[0].replace("'created'", "'cancelled'"), lines[1]};
    assertEquals(
        0,
        rows(new OrderFeatures().build(inline(lines)))
            .exceptAll(rows(new OrderFeatures().build(inline(cancelled))))
            .count());
  }

  @Test
  void aBuyersRecordIsOfThe90DaysThatEndWithTheDay() {
    Dataset<Row> outcomes =
        LocalSpark.withoutS3()
            .sql(
                "select * from values (date'2026-01-01', 'B1', 'confirmed'), (date'2026-01-01',"
                    + " 'B1', 'cleared'), (date'2026-03-31', 'B1', 'confirmed'),"
                    + " (date'2026-04-01', 'B1', 'cleared') as t(decided_on, buyer_id, outcome)");
    assertEquals(
        "[[2026-01-01,B1,1,1], [2026-03-31,B1,2,1], [2026-04-01,B1,1,1]]",
        new BuyerOutcomes()
            .build(Map.of("fraud_outcomes", outcomes))
            .orderBy("day")
            .collectAsList()
            .toString());
  }
}
