package io.sluice.purchaseorders;

import static org.junit.jupiter.api.Assertions.assertEquals;
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

class SpendDailyTest {

  private static final StructType LINES =
      StructType.fromDDL(
          "order_id STRING, line_number INT, order_date DATE, vendor_id STRING, department STRING,"
              + " currency STRING, amount DECIMAL(18,2), tax_amount DECIMAL(18,2), status STRING");

  private final Mart mart = new SpendDaily();

  @Test
  void countsOrdersLinesAndVendorsAndAddsWhatIsNotCancelled() {
    var rows =
        spend(
            line("PO-1", 1, "2026-11-02", "V-1", "it", "EUR", "100.00", "19.00", "created"),
            line("PO-1", 2, "2026-11-02", "V-1", "it", "EUR", "0.05", "0.00", "invoiced"),
            line("PO-1", 3, "2026-11-02", "V-1", "it", "EUR", "40.00", "7.60", "cancelled"),
            line("PO-2", 1, "2026-11-02", "V-2", "it", "EUR", "7.45", "1.41", "received"));
    assertEquals(List.of(expected("2026-11-02", "it", "EUR", 2, 4, 1, "107.50", "20.41", 2)), rows);
  }

  @Test
  void neverMixesDaysDepartmentsOrCurrencies() {
    var rows =
        spend(
            line("PO-1", 1, "2026-11-02", "V-1", "it", "EUR", "1.00", "0.10", "created"),
            line("PO-2", 1, "2026-11-02", "V-1", "it", "USD", "2.00", "0.20", "created"),
            line("PO-3", 1, "2026-11-02", "V-1", "hr", "EUR", "3.00", "0.30", "created"),
            line("PO-4", 1, "2026-11-03", "V-1", "it", "EUR", "4.00", "0.40", "created"));
    assertEquals(
        List.of(
            expected("2026-11-02", "hr", "EUR", 1, 1, 0, "3.00", "0.30", 1),
            expected("2026-11-02", "it", "EUR", 1, 1, 0, "1.00", "0.10", 1),
            expected("2026-11-02", "it", "USD", 1, 1, 0, "2.00", "0.20", 1),
            expected("2026-11-03", "it", "EUR", 1, 1, 0, "4.00", "0.40", 1)),
        rows);
  }

  @Test
  void aDayOfCancelledLinesOnlySpendsZero() {
    var rows =
        spend(line("PO-1", 1, "2026-11-02", "V-1", "it", "EUR", "9.99", "1.90", "cancelled"));
    assertEquals(List.of(expected("2026-11-02", "it", "EUR", 1, 1, 1, "0.00", "0.00", 1)), rows);
  }

  @Test
  void addsTheGreatestAmountsExactly() {
    var rows =
        spend(
            line(
                "PO-1", 1, "2026-11-02", "V-1", "it", "EUR", "9999999999999999.99", "0", "created"),
            line(
                "PO-2",
                1,
                "2026-11-02",
                "V-1",
                "it",
                "EUR",
                "9999999999999999.99",
                "0",
                "created"));
    assertEquals(
        List.of(expected("2026-11-02", "it", "EUR", 2, 2, 0, "19999999999999999.98", "0.00", 1)),
        rows);
  }

  @Test
  void ofNothingItGivesNothing() {
    assertEquals(List.of(), spend());
  }

  @Test
  void givesTheColumnsItStates() {
    var columns = List.of(build().columns());
    assertEquals(mart.columns().stream().map(Mart.Column::name).toList(), columns);
    assertTrue(columns.containsAll(mart.key()));
    assertTrue(mart.key().contains(mart.partition()));
  }

  private List<Row> spend(Row... lines) {
    return build(lines).orderBy("day", "department", "currency").collectAsList();
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
      String department,
      String currency,
      String amount,
      String tax,
      String status) {
    return RowFactory.create(
        order,
        number,
        Date.valueOf(day),
        vendor,
        department,
        currency,
        new BigDecimal(amount),
        new BigDecimal(tax),
        status);
  }

  private static Row expected(
      String day,
      String department,
      String currency,
      long orders,
      long lines,
      long cancelled,
      String spend,
      String tax,
      long vendors) {
    return RowFactory.create(
        Date.valueOf(day),
        department,
        currency,
        orders,
        lines,
        cancelled,
        new BigDecimal(spend),
        new BigDecimal(tax),
        vendors);
  }
}
