package io.sluice.bench;

import com.sun.management.OperatingSystemMXBean;
import io.sluice.ingest.Ingest;
import io.sluice.pipeline.Maintain;
import io.sluice.refine.Refine;
import io.sluice.run.RunContext;
import io.sluice.table.LakeTable;
import io.sluice.testing.Readings;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;

/** Many small batches one after the other. */
final class BatchDrill {
  private final DrillLake lake;

  BatchDrill(DrillLake lake) {
    this.lake = lake;
  }

  /**
   * Small batches one after the other, with maintenance now and then: the last cost as the first.
   */
  String batches(int batches) throws Exception {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    List<Double> costs = new ArrayList<>();
    try (RunContext context = lake.open("batches", "contracts", Readings.CONTRACTS.toString())) {
      int every = Math.max(2, batches / 20);
      for (int batch = -every; batch < batches; batch++) {
        int file = batch + every;
        LocalDate day = DrillLake.FIRST.plusDays(file / 10);
        StringBuilder csv = new StringBuilder("meter,day,kwh,unit,read_at\n");
        for (int row = 0; row < 20; row++) {
          csv.append(String.format("M%d,%s,1,kwh,%sT10:00:00Z%n", file % 10 * 20 + row, day, day));
        }
        DrillLake.write(context, "readings/" + file + ".csv", csv.toString());
        long cpu = system.getProcessCpuTime();
        new Ingest(context, "readings").run();
        new Refine(context, "readings").run();
        if (batch % every == 0) {
          Maintain maintain = new Maintain(context, Instant.now());
          for (LakeTable table : maintain.tables(List.of())) {
            maintain.run(table, null);
          }
        }
        if (batch >= 0) {
          costs.add((system.getProcessCpuTime() - cpu) / 1e9);
        }
      }
      long rows = context.lake().silver("readings").read().count();
      DrillLake.check(rows == 20L * (batches + every), rows + " rows");
    }
    int part = Math.max(1, Math.min(50, batches / 3));
    double first = costs.subList(0, part).stream().mapToDouble(c -> c).sum();
    double last =
        costs.subList(costs.size() - part, costs.size()).stream().mapToDouble(c -> c).sum();
    return DrillLake.line(
        "small batches one after the other",
        batches + " batches of 20 rows",
        String.format(
            "CPU of the last %d: %.2f x that of the first %d (%.1f s, %.1f s)",
            part, last / first, part, last, first));
  }
}
