package io.sluice.demo.cloudcosts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.cloudcosts.CostDaily;
import io.sluice.demo.Truth;
import io.sluice.demo.TruthComparison;
import io.sluice.ingest.Ingest;
import io.sluice.ingest.LandingFolder;
import io.sluice.mart.MartBuild;
import io.sluice.refine.Refine;
import io.sluice.run.RunContext;
import io.sluice.testing.LocalLake;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bills that are restated each night, cut off, superseded and late give the silver and gold that
 * their maker knows of, row by row, over the end of a month.
 */
class CloudCostLakeTest {
  private static final LocalDate FIRST = LocalDate.of(2026, 10, 29);
  private static final int DAYS = 5;

  @TempDir private Path folder;

  @Test
  void theLakeHoldsWhatTheNewestDeliveriesSay() throws Exception {
    RunContext context =
        LocalLake.open(
            Files.createDirectory(folder.resolve("data")), Path.of("conf/contracts"), Map.of());
    CloudCostGenerator generator = new CloudCostGenerator(5, FIRST, 40);
    for (int day = 0; day < DAYS; day++) {
      generator.arrive(FIRST.plusDays(day), LandingFolder.of(context)::create);
      new Ingest(context, "cloud_costs").run();
      new Refine(context, "cloud_costs").run();
      new MartBuild(context, new CostDaily()).run();
    }
    Truth truth = generator.truth().get("cloud_costs");
    TruthComparison compare = new TruthComparison(context);
    assertEquals(List.of(), compare.differences(Map.of("cloud_costs", truth)));
    assertTrue(compare.compared() > 300, "only " + compare.compared() + " figures compared");
    assertTrue(truth.removed > 0 && truth.superseded > 0);
  }
}
