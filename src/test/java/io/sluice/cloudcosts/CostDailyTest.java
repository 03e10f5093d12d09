package io.sluice.cloudcosts;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.mart.Mart;
import io.sluice.testing.LocalSpark;
import java.sql.Date;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.Test;

class CostDailyTest {
  private final CostDaily mart = new CostDaily();

  @Test
  void addsUpLinesOfADayProviderServiceAndTeam() {
    Dataset<Row> gold =
        build(
            line("2026-11-01", "AWS", "S3", "search", "USD", "1.25", "1.25", "2"),
            line("2026-11-01", "AWS", "S3", "search", "USD", "0.000000000000000001", "0", "0"),
            line("2026-11-01", "AWS", "EC2", "search", "USD", "2.75", "0.5", "3"),
            line(
                "2026-11-01", "AWS", "EC2", "unallocated", "USD", "0.999999999999999999", "1", "1"),
            line("2026-11-02", "AWS", "S3", "search", "USD", "7", "7", "7"));

    assertEquals(
        List.of(
            row("2026-11-01", "AWS", "EC2", "search", "USD", "2.75", "0.5", "3", 1L, 0.2),
            row(
                "2026-11-01",
                "AWS",
                "EC2",
                "unallocated",
                "USD",
                "0.999999999999999999",
                "1",
                "1",
                1L,
                0.2),
            row(
                "2026-11-01",
                "AWS",
                "S3",
                "search",
                "USD",
                "1.250000000000000001",
                "1.25",
                "2",
                2L,
                0.2),
            row("2026-11-02", "AWS", "S3", "search", "USD", "7", "7", "7", 1L, 0.0)),
        sorted(gold));
  }

  @Test
  void sharesAreOfTheProvidersOwnDay() {
    Dataset<Row> gold =
        build(
            line("2026-11-01", "AWS", "S3", "unallocated", "USD", "3", "3", "3"),
            line("2026-11-01", "AWS", "S3", "ads", "USD", "1", "1", "1"),
            line("2026-11-01", "Microsoft", "Storage", "ads", "EUR", "5", "5", "5"));

    assertEquals(
        List.of(
            row("2026-11-01", "AWS", "S3", "ads", "USD", "1", "1", "1", 1L, 0.75),
            row("2026-11-01", "AWS", "S3", "unallocated", "USD", "3", "3", "3", 1L, 0.75),
            row("2026-11-01", "Microsoft", "Storage", "ads", "EUR", "5", "5", "5", 1L, 0.0)),
        sorted(gold));
  }

  @Test
  void creditsCountAndADayThatAddsUpToNothingHasNoShare() {
    Dataset<Row> gold =
        build(
            line("2026-11-01", "AWS", "S3", "ads", "USD", "4", "4", "4"),
            line("2026-11-01", "AWS", "S3", "ads", "USD", "-1", "-1", "0"),
            line("2026-11-01", "AWS", "S3", "unallocated", "USD", "-3", "-3", "0"));

    assertEquals(
        List.of(
            row("2026-11-01", "AWS", "S3", "ads", "USD", "3", "3", "4", 2L, null),
            row("2026-11-01", "AWS", "S3", "unallocated", "USD", "-3", "-3", "0", 1L, null)),
        sorted(gold));
  }

  @Test
  void costsInSeveralCurrenciesAreNotAddedUp() {
    Dataset<Row> gold =
        build(
            line("2026-11-01", "AWS", "S3", "ads", "USD", "4", "4", "4"),
            line("2026-11-01", "AWS", "S3", "ads", "EUR", "4", "4", "4"),
            line("2026-11-01", "AWS", "S3", "search", "EUR", "2", "2", "2"));

    assertEquals(
        List.of(
            row("2026-11-01", "AWS", "S3", "ads", "mixed", null, null, null, 2L, null),
            row("2026-11-01", "AWS", "S3", "search", "EUR", "2", "2", "2", 1L, null)),
        sorted(gold));
  }

  @Test
  void givesTheColumnsItStatesAlsoForNothing() {
    Dataset<Row> gold = build();

    assertEquals(
        mart.columns().stream().map(Mart.Column::name).toList(), Arrays.asList(gold.columns()));
    assertEquals(0, gold.count());
    for (String cost : List.of("billed_cost", "effective_cost", "list_cost")) {
      assertEquals(DataTypes.createDecimalType(38, 18), gold.schema().apply(cost).dataType(), cost);
    }
  }

  private Dataset<Row> build(Row... lines) {
    return mart.build(
        Map.of(
            "cloud_costs",
            LocalSpark.withoutS3().createDataFrame(Arrays.asList(lines), CostLines.SCHEMA)));
  }

  private static List<Row> sorted(Dataset<Row> gold) {
    return gold.orderBy("day", "provider", "service", "team").collectAsList();
  }

  private static Row line(
      String day,
      String provider,
      String service,
      String team,
      String currency,
      String billed,
      String effective,
      String list) {
    return RowFactory.create(
        Date.valueOf(day),
        provider,
        service,
        team,
        null,
        currency,
        CostLines.money(billed),
        CostLines.money(effective),
        CostLines.money(list));
  }

  private static Row row(
      String day,
      String provider,
      String service,
      String team,
      String currency,
      String billed,
      String effective,
      String list,
      long lines,
      Double share) {
    return RowFactory.create(
        Date.valueOf(day),
        provider,
        service,
        team,
        currency,
        CostLines.money(billed),
        CostLines.money(effective),
        CostLines.money(list),
        lines,
        share);
  }
}
