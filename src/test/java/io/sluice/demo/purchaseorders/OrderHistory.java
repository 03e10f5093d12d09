package io.sluice.demo.purchaseorders;

import io.sluice.demo.Landing;
import io.sluice.demo.purchaseorders.VendorRoster.Vendor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Date;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * The generator's orders, vendors and outcomes as silver holds them when every record is valid and
 * nothing is corrected: many days in little time, for tests of models.
 */
public final class OrderHistory {
  private static final StructType LINES =
      StructType.fromDDL(
          "order_id string, line_number int, order_date date, vendor_id string, customer_id string,"
              + " buyer_id string, item_id string, quantity decimal(12,3), unit_price"
              + " decimal(18,4), currency string, amount decimal(18,2), bank_account string, region"
              + " string, status string, created_at timestamp");
  private static final StructType VENDORS =
      StructType.fromDDL(
          "vendor_id string, category string, onboarded_on date, valid_from timestamp, valid_to"
              + " timestamp, _deleted boolean");
  private static final StructType OUTCOMES =
      StructType.fromDDL(
          "order_id string, decided_on date, order_date date, buyer_id string, vendor_id string,"
              + " outcome string, decided_at timestamp");
  private static final Pattern OUTCOME =
      Pattern.compile(
          "\"order_id\":\"(.*?)\",\"order_date\":\"(.*?)\",\"buyer_id\":\"(.*?)\",\"vendor_id\":\"(.*?)\",\"outcome\":\"(.*?)\",\"decided_at\":\"(.*?)\"");

  private final long seed;
  private final int ordersPerDay;
  private final VendorRoster roster;
  private final Purchasing purchasing;
  private final FraudDesk desk;
  private final BestGuess bestGuess = new BestGuess();
  private LocalDate next;

  public final List<Row> lines = new ArrayList<>();
  public final List<Row> outcomes = new ArrayList<>();
  public final Map<String, Boolean> fraud = new HashMap<>();

  public OrderHistory(long seed, LocalDate first, int ordersPerDay) {
    this.seed = seed;
    this.ordersPerDay = ordersPerDay;
    this.roster = new VendorRoster(seed, first);
    this.purchasing = new Purchasing(seed, roster);
    this.desk = new FraudDesk(seed);
    this.next = first;
  }

  /** Makes the next days. */
  public OrderHistory days(int days) throws IOException {
    for (int i = 0; i < days; i++) {
      LocalDate day = next;
      roster.arrive(day, Landing.NOWHERE);
      SplittableRandom reviews = Purchasing.random(seed, "reviews", day.toEpochDay());
      purchasing.orders(
          day,
          purchasing.ordersOn(day, ordersPerDay),
          order -> {
            desk.see(order, reviews);
            bestGuess.add(order.logRatio, order.fraud, order.labelled);
            fraud.put(order.id, order.fraud);
            order.lines.forEach(line -> lines.add(row(order, line)));
          });
      ByteArrayOutputStream decisions = new ByteArrayOutputStream();
      Landing landing = path -> decisions;
      try (OutputStream out = decisions) {
        desk.arrive(day, landing);
      }
      decisions.toString(StandardCharsets.UTF_8).lines().distinct().forEach(this::outcome);
      next = next.plusDays(1);
    }
    return this;
  }

  private static Row row(Order order, OrderLine line) {
    BigDecimal quantity = BigDecimal.valueOf(line.quantity, 3);
    BigDecimal price = BigDecimal.valueOf(line.price, 4);
    return RowFactory.create(
        order.id,
        line.number,
        Date.valueOf(LocalDate.ofEpochDay(order.day)),
        order.vendor.id,
        order.customer,
        order.buyer,
        line.item,
        quantity,
        price,
        Purchasing.CURRENCIES.get(order.currency),
        quantity.multiply(price).setScale(2, java.math.RoundingMode.HALF_UP),
        order.account,
        order.region,
        "created",
        Timestamp.from(Instant.ofEpochSecond(order.createdAt)));
  }

  private void outcome(String json) {
    Matcher match = OUTCOME.matcher(json);
    if (match.find() && !match.group(5).equals("pending")) {
      Instant at = Instant.parse(match.group(6));
      outcomes.add(
          RowFactory.create(
              match.group(1),
              Date.valueOf(at.toString().substring(0, 10)),
              Date.valueOf(match.group(2)),
              match.group(3),
              match.group(4),
              match.group(5),
              Timestamp.from(at)));
    }
  }

  /** Recall at a false-positive rate of 0.02 that no detector can exceed: of fraud, of labels. */
  public double[] atBest() {
    return new double[] {
      bestGuess.recall(0.02), bestGuess.recallOfLabels(0.02), bestGuess.precisionOfLabels()
    };
  }

  /** The silver tables by name. */
  public Map<String, Dataset<Row>> silver(SparkSession spark) {
    List<Row> vendors = new ArrayList<>();
    for (Vendor vendor : roster.usable()) {
      vendors.add(
          RowFactory.create(
              vendor.id,
              VendorRoster.CATEGORIES.get(vendor.category),
              Date.valueOf(LocalDate.ofEpochDay(vendor.onboardedOn)),
              Timestamp.valueOf(LocalDate.ofEpochDay(vendor.onboardedOn).atStartOfDay()),
              null,
              false));
    }
    return Map.of(
        "purchase_orders", spark.createDataFrame(lines, LINES),
        "vendors_history", spark.createDataFrame(vendors, VENDORS),
        "fraud_outcomes", spark.createDataFrame(outcomes, OUTCOMES));
  }
}
