package io.sluice.purchaseorders;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.mart.Mart;
import io.sluice.testing.LocalSpark;
import java.math.BigDecimal;
import java.sql.Date;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

class VendorDailyTest {

  private static final StructType LINES =
      StructType.fromDDL(
          "order_id STRING, line_number INT, order_date DATE, vendor_id STRING, currency STRING,"
              + " amount DECIMAL(18,2), status STRING");

  private final Mart mart = new VendorDaily();

  @Test
  void sumsTheDayAndTheDaysBefore() {
    var rows =
        vendors(
            line("PO-1", 1, "2026-11-02", "V-1", "EUR", "10.00", "created"),
            line("PO-1", 2, "2026-11-02", "V-1", "EUR", "20.00", "created"),
            line("PO-2", 1, "2026-11-05", "V-1", "EUR", "30.00", "invoiced"));
    assertEquals(2, rows.size());
    // Ten and twenty deviate by five from fifteen: sqrt((25 + 25) / 1).
    assertRow(
        "2026-11-02 V-1 EUR | 1 2 30.00 | 30.00 1 15.0000 | 30.00 1 15.0000 | null", rows.get(0));
    assertEquals(Math.sqrt(50), rows.get(0).<Double>getAs("stddev_line_amount_7d"), 1e-12);
    // Ten, twenty and thirty: sqrt((100 + 0 + 100) / 2).
    assertRow(
        "2026-11-05 V-1 EUR | 1 1 30.00 | 60.00 2 20.0000 | 60.00 2 20.0000 | 3", rows.get(1));
    assertEquals(10.0, rows.get(1).<Double>getAs("stddev_line_amount_7d"), 1e-12);
    assertEquals(10.0, rows.get(1).<Double>getAs("stddev_line_amount_30d"), 1e-12);
  }

  @Test
  void windowsEndWithTheDayAndHoldSevenAndThirtyCalendarDays() {
    var rows =
        vendors(
            line("PO-1", 1, "2026-10-01", "V-1", "EUR", "1.00", "created"),
            line("PO-2", 1, "2026-10-24", "V-1", "EUR", "10.00", "created"),
            line("PO-3", 1, "2026-10-30", "V-1", "EUR", "100.00", "created"),
            line("PO-4", 1, "2026-10-31", "V-1", "EUR", "1000.00", "created"));
    assertRow("2026-10-01 V-1 EUR | 1 1 1.00 | 1.00 1 1.0000 | 1.00 1 1.0000 | null", rows.get(0));
    assertRow(
        "2026-10-24 V-1 EUR | 1 1 10.00 | 10.00 1 10.0000 | 11.00 2 5.5000 | 23", rows.get(1));
    // The 24th is the first of the seven days to the 30th, and the 1st of the thirty.
    assertRow(
        "2026-10-30 V-1 EUR | 1 1 100.00 | 110.00 2 55.0000 | 111.00 3 37.0000 | 6", rows.get(2));
    assertRow(
        "2026-10-31 V-1 EUR | 1 1 1000.00 | 1100.00 2 550.0000 | 1110.00 3 370.0000 | 1",
        rows.get(3));
  }

  @Test
  void anOrderThirtyDaysAgoIsForgotten() {
    var rows =
        vendors(
            line("PO-1", 1, "2026-10-01", "V-1", "EUR", "1.00", "created"),
            line("PO-2", 1, "2026-10-30", "V-1", "EUR", "2.00", "created"),
            line("PO-3", 1, "2026-10-01", "V-2", "EUR", "1.00", "created"),
            line("PO-4", 1, "2026-10-31", "V-2", "EUR", "2.00", "created"));
    assertRow("2026-10-30 V-1 EUR | 1 1 2.00 | 2.00 1 2.0000 | 3.00 2 1.5000 | 29", rows.get(2));
    assertRow("2026-10-31 V-2 EUR | 1 1 2.00 | 2.00 1 2.0000 | 2.00 1 2.0000 | null", rows.get(3));
    assertEquals(29, mart.lookbackDays());
  }

  @Test
  void aCancelledLineIsAnOrderButNotSpent() {
    var rows =
        vendors(
            line("PO-1", 1, "2026-11-02", "V-1", "EUR", "10.00", "cancelled"),
            line("PO-2", 1, "2026-11-03", "V-1", "EUR", "4.00", "created"),
            line("PO-3", 1, "2026-11-03", "V-1", "EUR", "99.00", "cancelled"));
    assertRow("2026-11-02 V-1 EUR | 1 1 0.00 | 0.00 1 null | 0.00 1 null | null", rows.get(0));
    assertRow("2026-11-03 V-1 EUR | 2 2 4.00 | 4.00 3 4.0000 | 4.00 3 4.0000 | 1", rows.get(1));
    // One line that was spent has a mean, but no deviation.
    assertNull(rows.get(1).getAs("stddev_line_amount_30d"));
  }

  @Test
  void currenciesStandApartButTheLastOrderIsOfTheVendor() {
    var rows =
        vendors(
            line("PO-1", 1, "2026-11-02", "V-1", "EUR", "10.00", "created"),
            line("PO-2", 1, "2026-11-04", "V-1", "USD", "7.00", "created"),
            line("PO-3", 1, "2026-11-05", "V-1", "EUR", "5.00", "created"),
            line("PO-4", 1, "2026-11-05", "V-1", "USD", "3.00", "created"),
            line("PO-5", 1, "2026-11-05", "V-2", "EUR", "1.00", "created"));
    assertRow("2026-11-04 V-1 USD | 1 1 7.00 | 7.00 1 7.0000 | 7.00 1 7.0000 | 2", rows.get(1));
    assertRow("2026-11-05 V-1 EUR | 1 1 5.00 | 15.00 2 7.5000 | 15.00 2 7.5000 | 1", rows.get(2));
    assertRow("2026-11-05 V-1 USD | 1 1 3.00 | 10.00 2 5.0000 | 10.00 2 5.0000 | 1", rows.get(3));
    assertRow("2026-11-05 V-2 EUR | 1 1 1.00 | 1.00 1 1.0000 | 1.00 1 1.0000 | null", rows.get(4));
  }

  @Test
  void equalGreatAmountsDoNotDeviate() {
    // As doubles the sum of squares and the squared sum would differ by more than a cent.
    var rows =
        vendors(
            line("PO-1", 1, "2026-11-02", "V-1", "EUR", "99999999999.99", "created"),
            line("PO-1", 2, "2026-11-02", "V-1", "EUR", "99999999999.99", "created"),
            line("PO-1", 3, "2026-11-02", "V-1", "EUR", "99999999999.99", "created"));
    assertEquals(0.0, rows.get(0).<Double>getAs("stddev_line_amount_30d"));
  }

  @Test
  void moreHistoryChangesNothing() {
    var day = line("PO-9", 1, "2026-11-30", "V-1", "EUR", "2.00", "created");
    var within = line("PO-8", 1, "2026-11-01", "V-1", "EUR", "3.00", "created");
    var before = line("PO-7", 1, "2026-10-31", "V-1", "EUR", "5.00", "created");
    assertEquals(
        vendors(within, day).get(1).toString(), vendors(before, within, day).get(2).toString());
  }

  @Test
  void ofNothingItGivesNothing() {
    assertEquals(List.of(), vendors());
  }

  @Test
  void givesTheColumnsItStates() {
    var columns = List.of(build().columns());
    assertEquals(mart.columns().stream().map(Mart.Column::name).toList(), columns);
    assertTrue(columns.containsAll(mart.key()));
    assertTrue(mart.key().contains(mart.partition()));
  }

  /** Compares all columns but the deviations, windows parted by bars. */
  private static void assertRow(String expected, Row row) {
    assertEquals(
        expected,
        "%s %s %s | %s %s %s | %s %s %s | %s %s %s | %s"
            .formatted(
                row.getAs("day"),
                row.getAs("vendor_id"),
                row.getAs("currency"),
                row.getAs("orders"),
                row.getAs("lines"),
                row.getAs("spend"),
                row.getAs("spend_7d"),
                row.getAs("orders_7d"),
                row.getAs("mean_line_amount_7d"),
                row.getAs("spend_30d"),
                row.getAs("orders_30d"),
                row.getAs("mean_line_amount_30d"),
                row.getAs("days_since_previous_order")));
  }

  private List<Row> vendors(Row... lines) {
    return build(lines).orderBy("day", "vendor_id", "currency").collectAsList();
  }

  private Dataset<Row> build(Row... lines) {
    var silver = LocalSpark.withoutS3().createDataFrame(Arrays.asList(lines), LINES);
    return mart.build(Map.of("purchase_orders", silver));
  }

  private static Row line(
      String order,
      int number,
      String day,
      String vendor,
      String currency,
      String amount,
      String status) {
    return RowFactory.create(
        order, number, Date.valueOf(day), vendor, currency, new BigDecimal(amount), status);
  }
}
