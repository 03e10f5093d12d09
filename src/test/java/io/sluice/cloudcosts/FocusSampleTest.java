package io.sluice.cloudcosts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sluice.ingest.Ingest;
import io.sluice.refine.Refine;
import io.sluice.run.RowCounts;
import io.sluice.run.RunContext;
import io.sluice.testing.NeedsServers;
import io.sluice.testing.TestLake;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

/**
 * The FinOps Foundation's own sample of FOCUS 1.0, anonymised bills of real accounts, as a second
 * way into cloud costs. The figures are the file's own, summed without Spark.
 */
@NeedsServers
class FocusSampleTest {
  private static final Path SAMPLE = Path.of("../shared/data/focus/focus_sample.csv");

  @Test
  void realBillsLandInSilverToTheLastDigit() throws IOException {
    assumeTrue(Files.exists(SAMPLE), SAMPLE + " is not here: the FOCUS sample is not tested");
    RunContext context = TestLake.open("focus-sample", Path.of("conf/contracts"));
    TestLake.land(context, "cloud_costs/focus/sample.csv", Files.readAllBytes(SAMPLE));
    new Ingest(context, "cloud_costs").run();
    assertEquals(
        new RowCounts(1000, 1000, 0, 0, 0), new Refine(context, "cloud_costs").run().rowCounts());
    Row row =
        context
            .lake()
            .silver("cloud_costs")
            .read()
            .selectExpr(
                "sum(BilledCost)",
                "count_if(ProviderName = 'AWS')",
                "count_if(ProviderName = 'Microsoft')",
                "count_if(ServiceName is null)")
            .first();
    assertEquals(0, new BigDecimal("20.52022672899").compareTo(row.getDecimal(0)));
    assertEquals(942, row.getLong(1));
    assertEquals(51, row.getLong(2));
    assertEquals(0, row.getLong(3), "an unknown service is a value, not null");
  }
}
