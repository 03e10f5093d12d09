package io.sluice.cloudcosts;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.mart.Mart;
import io.sluice.testing.LocalSpark;
import java.math.BigDecimal;
import java.sql.Date;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

class MachineDailyTest {
  private static final StructType HOURS =
      new StructType()
          .add("resource_id", DataTypes.StringType)
          .add("observed_at", DataTypes.TimestampType)
          .add("metric_date", DataTypes.DateType)
          .add("provider", DataTypes.StringType)
          .add("cpu_percent", DataTypes.createDecimalType(9, 4))
          .add("memory_percent", DataTypes.createDecimalType(9, 4))
          .add("network_bytes", DataTypes.LongType);

  private final MachineDaily mart = new MachineDaily();

  @Test
  void summarisesTheHoursOfADay() {
    Dataset<Row> gold =
        build(
            List.of(
                hour("i-1", "2026-11-01", 0, "10", "50", 100),
                hour("i-1", "2026-11-01", 1, "20", null, 200),
                hour("i-1", "2026-11-01", 2, "40.0005", "51", 300)),
            List.of(cost("2026-11-01", "i-1", "USD", "2.5", "1.5")));

    // 95 per cent of the way through three values lies nine tenths between the last two.
    assertEquals(
        List.of(
            row(
                "2026-11-01",
                "i-1",
                3,
                "23.334",
                "40.001",
                "38.000",
                "50.500",
                600,
                0,
                1,
                "23.334",
                "USD",
                "2.5",
                "1.5")),
        sorted(gold));
  }

  @Test
  void countsHoursStrictlyUnderTheThresholds() {
    Dataset<Row> gold =
        build(
            List.of(
                hour("i-1", "2026-11-01", 0, "4.9999", null, 0),
                hour("i-1", "2026-11-01", 1, "5", null, 0),
                hour("i-1", "2026-11-01", 2, "19.9999", null, 0),
                hour("i-1", "2026-11-01", 3, "20", null, 0)),
            List.of());

    assertEquals(
        List.of(
            row(
                "2026-11-01",
                "i-1",
                4,
                "12.500",
                "20.000",
                "20.000",
                null,
                0,
                1,
                3,
                "12.500",
                "XXX",
                "0",
                "0")),
        sorted(gold));
  }

  @Test
  void theWeekIsTheDayAndTheSixBeforeWeightedByHours() {
    Dataset<Row> gold =
        build(
            List.of(
                hour("i-1", "2026-11-01", 0, "90", null, 1),
                hour("i-1", "2026-11-02", 0, "10", null, 1),
                hour("i-1", "2026-11-02", 1, "10", null, 1),
                hour("i-1", "2026-11-08", 0, "40", null, 1),
                hour("i-2", "2026-11-08", 0, "1", null, 1)),
            List.of());

    assertEquals(
        List.of(
            "i-1 2026-11-01 90.000",
            "i-1 2026-11-02 36.667",
            "i-1 2026-11-08 20.000",
            "i-2 2026-11-08 1.000"),
        gold.orderBy("resource_id", "day").collectAsList().stream()
            .map(
                row ->
                    row.getAs("resource_id")
                        + " "
                        + row.getAs("day")
                        + " "
                        + row.getAs("mean_cpu_percent_7d"))
            .toList());
  }

  @Test
  void costsAreThoseOfTheMachineOnTheDay() {
    Dataset<Row> gold =
        build(
            List.of(
                hour("i-1", "2026-11-01", 0, "1", null, 1),
                hour("i-1", "2026-11-02", 0, "1", null, 1),
                hour("i-2", "2026-11-01", 0, "1", null, 1),
                hour("i-3", "2026-11-01", 0, "1", null, 1)),
            List.of(
                cost("2026-11-01", "i-1", "USD", "0.000000000000000001", "1"),
                cost("2026-11-01", "i-1", "USD", "0.1", "0"),
                cost("2026-11-01", "i-2", "USD", "1", "1"),
                cost("2026-11-01", "i-2", "EUR", "1", "1"),
                cost("2026-11-01", "vol-1", "USD", "9", "9"),
                cost("2026-11-01", null, "USD", "8", "8"),
                cost("2026-11-03", "i-1", "USD", "7", "7")));

    assertEquals(
        List.of(
            "i-1 2026-11-01 USD 0.100000000000000001 1.000000000000000000",
            "i-1 2026-11-02 XXX 0.000000000000000000 0.000000000000000000",
            "i-2 2026-11-01 mixed null null",
            "i-3 2026-11-01 XXX 0.000000000000000000 0.000000000000000000"),
        gold.orderBy("resource_id", "day").collectAsList().stream()
            .map(
                row ->
                    row.getAs("resource_id")
                        + " "
                        + row.getAs("day")
                        + " "
                        + row.getAs("billing_currency")
                        + " "
                        + plain(row.getAs("billed_cost"))
                        + " "
                        + plain(row.getAs("effective_cost")))
            .toList());
  }

  @Test
  void givesTheColumnsItStatesAlsoForNothing() {
    Dataset<Row> gold = build(List.of(), List.of());

    assertEquals(
        mart.columns().stream().map(Mart.Column::name).toList(), Arrays.asList(gold.columns()));
    assertEquals(0, gold.count());
    for (String cost : List.of("billed_cost", "effective_cost")) {
      assertEquals(DataTypes.createDecimalType(38, 18), gold.schema().apply(cost).dataType(), cost);
    }
  }

  private Dataset<Row> build(List<Row> hours, List<Row> lines) {
    return mart.build(
        Map.of(
            "machine_metrics",
                LocalSpark.withoutS3().createDataFrame(new ArrayList<>(hours), HOURS),
            "cloud_costs",
                LocalSpark.withoutS3().createDataFrame(new ArrayList<>(lines), CostLines.SCHEMA)));
  }

  private static List<Row> sorted(Dataset<Row> gold) {
    return gold.orderBy("day", "resource_id").collectAsList();
  }

  private static String plain(BigDecimal amount) {
    return amount == null ? "null" : amount.toPlainString();
  }

  private static Row hour(
      String machine, String day, int hour, String cpu, String memory, long network) {
    return RowFactory.create(
        machine,
        Timestamp.from(Instant.parse(day + "T0" + hour + ":00:00Z")),
        Date.valueOf(day),
        "AWS",
        new BigDecimal(cpu).setScale(4),
        memory == null ? null : new BigDecimal(memory).setScale(4),
        network);
  }

  private static Row cost(
      String day, String resource, String currency, String billed, String effective) {
    return RowFactory.create(
        Date.valueOf(day),
        "AWS",
        "EC2",
        "ads",
        resource,
        currency,
        CostLines.money(billed),
        CostLines.money(effective),
        CostLines.money("0"));
  }

  private static Row row(
      String day,
      String machine,
      long hours,
      String mean,
      String max,
      String p95,
      String memory,
      long network,
      long under5,
      long under20,
      String week,
      String currency,
      String billed,
      String effective) {
    return RowFactory.create(
        Date.valueOf(day),
        machine,
        "AWS",
        hours,
        new BigDecimal(mean),
        new BigDecimal(max),
        new BigDecimal(p95),
        memory == null ? null : new BigDecimal(memory),
        network,
        under5,
        under20,
        new BigDecimal(week),
        currency,
        CostLines.money(billed),
        CostLines.money(effective));
  }
}
