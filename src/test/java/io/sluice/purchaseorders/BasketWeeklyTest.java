package io.sluice.purchaseorders;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.mart.Mart;
import io.sluice.quality.Check;
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

/** Holds what {@link BasketWeekly} makes of a few basket lines. */
class BasketWeeklyTest {

  private static final StructType LINES =
      StructType.fromDDL(
          "basket_id BIGINT, product_id BIGINT, transaction_date DATE, quantity BIGINT,"
              + " sales_value DECIMAL(12,2), retail_disc DECIMAL(12,2), coupon_disc DECIMAL(12,2),"
              + " coupon_match_disc DECIMAL(12,2)");
  private static final StructType PRODUCTS =
      StructType.fromDDL(
          "product_id BIGINT, manufacturer_id BIGINT, department STRING, brand STRING");

  private static final List<Row> PRODUCT_LIST =
      List.of(
          RowFactory.create(1L, 69L, "GROCERY", "Private"),
          RowFactory.create(2L, 69L, "GROCERY", "Private"),
          RowFactory.create(3L, 2L, "GROCERY", "National"),
          RowFactory.create(4L, 69L, "DELI", "Private"),
          RowFactory.create(5L, 7L, "TOYS", "National"));

  @Test
  void weekRunsFromMondayToSunday() {
    var rows =
        build(
            line(10, 1, "2017-01-01", 1, "1.00"),
            line(11, 1, "2017-01-02", 1, "2.00"),
            line(12, 1, "2017-01-08", 1, "4.00"),
            line(13, 1, "2017-01-09", 1, "8.00"),
            line(14, 1, "2018-01-01", 1, "16.00"));

    assertEquals(
        List.of(
            "2016-12-26|GROCERY|69|1|1|1|1.00|0.00|0.00|0.00",
            "2017-01-02|GROCERY|69|2|2|2|6.00|0.00|0.00|0.00",
            "2017-01-09|GROCERY|69|1|1|1|8.00|0.00|0.00|0.00",
            "2018-01-01|GROCERY|69|1|1|1|16.00|0.00|0.00|0.00"),
        rows);
  }

  @Test
  void basketWithTwoLinesOfGroupCountsOnceThere() {
    var rows =
        build(
            line(10, 1, "2017-03-06", 2, "3.00"),
            line(10, 2, "2017-03-06", 1, "1.50"),
            line(10, 4, "2017-03-06", 1, "5.00"),
            line(11, 1, "2017-03-07", 3, "4.50"));

    assertEquals(
        List.of(
            "2017-03-06|DELI|69|1|1|1|5.00|0.00|0.00|0.00",
            "2017-03-06|GROCERY|69|2|3|6|9.00|0.00|0.00|0.00"),
        rows);
  }

  @Test
  void sameDepartmentOfTwoManufacturersGivesTwoRows() {
    var rows = build(line(10, 1, "2017-03-06", 1, "3.00"), line(10, 3, "2017-03-06", 1, "0.99"));

    assertEquals(
        List.of(
            "2017-03-06|GROCERY|2|1|1|1|0.99|0.00|0.00|0.00",
            "2017-03-06|GROCERY|69|1|1|1|3.00|0.00|0.00|0.00"),
        rows);
  }

  @Test
  void everyMoneyColumnIsSummedByItselfToTheCent() {
    var rows =
        build(
            line(10, 1, "2017-03-06", 1, "0.10", "1.01", "0.50", "0.05"),
            line(11, 1, "2017-03-06", 1, "0.20", "2.02", "0.25", "0.00"),
            line(12, 2, "2017-03-12", 1, "9999999999.99", "0.00", "0.00", "0.02"));

    assertEquals(List.of("2017-03-06|GROCERY|69|3|3|3|10000000000.29|3.03|0.75|0.07"), rows);
  }

  @Test
  void lineOfUnknownProductKeepsItsMoneyAndIsLeftToTheChecks() {
    var rows = build(line(10, 1, "2017-03-06", 1, "3.00"), line(10, 99, "2017-03-06", 1, "1.00"));

    assertEquals(
        List.of(
            "2017-03-06|GROCERY|69|1|1|1|3.00|0.00|0.00|0.00",
            "2017-03-06|null|null|1|1|1|1.00|0.00|0.00|0.00"),
        rows);
    assertTrue(
        new BasketWeekly()
            .checks()
            .contains(Check.error("department_complete", "IsComplete \"department\"")));
  }

  @Test
  void productThatNobodyBoughtGivesNoRow() {
    assertEquals(List.of(), build());
  }

  @Test
  void columnsAreThoseThatTheMartStates() {
    var mart = new BasketWeekly();
    var schema = mart.build(silver()).schema();

    assertEquals(
        mart.columns().stream().map(Mart.Column::name).toList(), List.of(schema.fieldNames()));
    assertEquals("date", schema.apply(mart.partition()).dataType().typeName());
    assertEquals("decimal(28,2)", schema.apply("sales_value").dataType().typeName());
    assertTrue(mart.key().contains(mart.partition()));
  }

  private static Row line(
      long basket, long product, String day, long quantity, String sales, String... discounts) {
    var money = Arrays.stream(discounts).map(BigDecimal::new).toArray(BigDecimal[]::new);
    var none = new BigDecimal("0.00");
    return RowFactory.create(
        basket,
        product,
        Date.valueOf(day),
        quantity,
        new BigDecimal(sales),
        money.length == 0 ? none : money[0],
        money.length == 0 ? none : money[1],
        money.length == 0 ? none : money[2]);
  }

  private static Map<String, Dataset<Row>> silver(Row... lines) {
    var spark = LocalSpark.withoutS3();
    return Map.of(
        "basket_lines", spark.createDataFrame(List.of(lines), LINES),
        "products", spark.createDataFrame(PRODUCT_LIST, PRODUCTS));
  }

  /** The mart's rows as text, in order. */
  private static List<String> build(Row... lines) {
    return new BasketWeekly()
        .build(silver(lines)).collectAsList().stream()
            .map(row -> row.mkString("|"))
            .sorted()
            .toList();
  }
}
