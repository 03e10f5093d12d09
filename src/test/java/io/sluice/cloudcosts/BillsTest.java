package io.sluice.cloudcosts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.sluice.run.RunContext;
import io.sluice.testing.LocalLake;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bills in each export's own shape add up in silver to what another program reads of them. */
class BillsTest {
  @TempDir private static Path folder;
  private static RunContext context;

  @BeforeAll
  static void night() throws Exception {
    context =
        LocalLake.open(
            Files.createDirectory(folder.resolve("data")), Path.of("conf/contracts"), Map.of());
    for (String file : Bills.files()) {
      Bills.land(context, file);
    }
    Bills.night(context);
  }

  /** Whether a file is of its month's newest delivery. */
  private static boolean isOfTheNewest(String file) {
    return !file.contains("/0a1b2c3d/");
  }

  @Test
  void sumsAreThoseOfAnotherProgramToTheLastDigit() throws Exception {
    assertEquals(Bills.sumsByDuckDb(BillsTest::isOfTheNewest), Bills.sums(context));
  }

  @Test
  void everyReportOfAwsGivesTheSameLines() {
    List<List<String>> accounts =
        List.of("210987650000", "210987650001", "210987650002", "210987650003").stream()
            .map(
                account ->
                    Bills.silver(context)
                        .where("BillingAccountId = '" + account + "'")
                        .selectExpr(
                            "concat_ws('|', ChargeCategory, EffectiveCost, ListCost,"
                                + " ChargeFrequency, CommitmentDiscountStatus, ResourceId,"
                                + " ServiceName, x_Team, x_ParentResourceId, x_SplitCost,"
                                + " lower(ResourceName), array_join(array_sort(transform("
                                + "map_entries(x_Tags), tag -> lower(concat(tag.key, tag.value)))), ','),"
                                + " x_SplitUnusedCost)")
                        .collectAsList()
                        .stream()
                        .map(row -> row.getString(0).replace("aws:createdby", "aws_created_by"))
                        .sorted()
                        .toList())
            .toList();
    accounts.forEach(lines -> assertEquals(accounts.get(0), lines));
    assertEquals(13, accounts.get(0).size());
  }

  @Test
  void commitmentsAreSpreadOverWhatTheyCover() {
    String aws = "BillingAccountId = '210987650000' and ";
    // Used: 0.0749 of a plan, 0.061 of a reservation; not used: 0.1 - 0.0749, and 0.5 + 1.25.
    assertEquals("0.1359", effective(aws + "PricingCategory = 'Committed'"));
    assertEquals("1.7751", effective(aws + "ChargeFrequency = 'Recurring'"));
    // A day at 0.06 an hour, and a plan nobody used; the reservation's own price is spread.
    assertEquals("1.44", effective("CommitmentDiscountId = 'r-1'"));
    assertEquals("0.25", effective("CommitmentDiscountStatus = 'Unused'"));
  }

  private static String effective(String where) {
    return Bills.silver(context)
        .where(where)
        .selectExpr("sum(EffectiveCost)")
        .first()
        .getDecimal(0)
        .stripTrailingZeros()
        .toPlainString();
  }

  @Test
  void tagsAreTextAndMapHoweverTheyCame() {
    for (String where :
        List.of(
            "BillingAccountId = '8611537' and x_Team = 'search'",
            "BillingAccountId = 'aaaa:bbbb_2019-05-31' and x_Team = 'search'")) {
      Row row = Bills.silver(context).where(where).head();
      assertEquals(
          Map.of("team", "search", "env", "prod"), row.getJavaMap(row.fieldIndex("x_Tags")), where);
    }
    Row typed = Bills.silver(context).where("ProviderName = 'Cloud Two' and x_Team = 'ads'").head();
    assertEquals("{\"team\": \"ads\", \"critical\": true, \"floor\": 3}", typed.getAs("Tags"));
    assertEquals(
        Map.of("team", "ads", "critical", "true", "floor", "3"),
        typed.getJavaMap(typed.fieldIndex("x_Tags")));
    assertEquals(
        Map.of("x_Discount", "0.05", "x_Invoice", "7"),
        typed.getJavaMap(typed.fieldIndex("_extra")),
        "a vendor's own columns are kept");
  }

  @Test
  void linesThatDifferInTheirLabelsAloneStayApart() {
    for (String account : List.of("01A2B3-C4D5E6-F7A8B9", "0AAAAA-0BBBBB-0CCCCC")) {
      assertEquals(
          List.of(
              "ads 1 0.0158055", "search 2 0.04109429", "unallocated 3 0.031615606500000000001"),
          Bills.silver(context)
              .where("BillingAccountId = '" + account + "' and BillingCurrency = 'EUR'")
              .where("BillingPeriodStart = '2026-11-01'")
              .groupBy("x_Team")
              .agg(Map.of("*", "count", "BilledCost", "sum"))
              .orderBy("x_Team")
              .collectAsList()
              .stream()
              .map(
                  row ->
                      row.getString(0)
                          + " "
                          + row.getAs("count(1)")
                          + " "
                          + row.<BigDecimal>getAs("sum(BilledCost)")
                              .stripTrailingZeros()
                              .toPlainString())
              .toList(),
          account);
    }
  }

  @Test
  void whatAFileLacksIsNull() {
    Row old = Bills.silver(context).where("ProviderName = 'Oracle' and x_Team = 'search'").head();
    for (String column :
        List.of("ServiceSubcategory", "SkuMeter", "BillingAccountType", "PricingCurrency")) {
      assertNull(old.getAs(column), column);
    }
    assertEquals("Usage-Based", old.getAs("ChargeFrequency"));
  }
}
