package io.sluice.model;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.OperatingSystemMXBean;
import io.sluice.testing.LocalSpark;
import java.lang.management.ManagementFactory;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.classification.RandomForestClassifier;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Scoring as the commands do it, against MLlib's own transform of the same rows, by CPU time. */
@Tag("bench")
class ScoringBenchTest {
  private static final Model MODEL = new io.sluice.purchaseorders.OrderFraud();

  private static double cpu(Runnable work) {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long began = system.getProcessCpuTime();
    work.run();
    return (system.getProcessCpuTime() - began) / 1e9;
  }

  private static void drain(Dataset<Row> rows) {
    rows.write().format("noop").mode("overwrite").save();
  }

  @Test
  void costsLittleMoreThanTheTransform() {
    List<String> columns =
        Stream.concat(
                Stream.of(
                    "date'2026-01-01' as day",
                    "cast(id as string) as order_id",
                    "'one' as segment",
                    "cast(id % 50 = 0 as double) as label"),
                MODEL.inputs().stream()
                    .map(
                        name ->
                            "rand(" + name.hashCode() + ") + if(id % 50 = 0, 0.3, 0) as " + name))
            .toList();
    Dataset<Row> rows =
        LocalSpark.withoutS3().range(400_000).selectExpr(columns.toArray(String[]::new)).persist();
    rows.count();
    PipelineModel pipeline =
        Candidate.of(
                "forest",
                MODEL.inputs(),
                new RandomForestClassifier().setNumTrees(80).setMaxDepth(8).setSeed(1))
            .pipeline()
            .fit(rows.limit(5_000));
    Scorer scorer =
        new Scorer(
            MODEL,
            new LoadedModel(
                new ModelVersion(
                    "order_fraud", 1, "", LocalDate.EPOCH, 0, 0.5, true, List.of(), "", "", ""),
                pipeline),
            Optional.empty(),
            0);
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      double bare = cpu(() -> drain(pipeline.transform(rows)));
      double ours = cpu(() -> drain(scorer.score(rows)));
      System.err.printf(
          "bare %.2f CPU s, %.0f rows per CPU s; scorer %.2f CPU s, %.0f rows per CPU s%n",
          bare, 400_000 / bare, ours, 400_000 / ours);
      if (i > 1) {
        ratios.add(bare / ours);
      }
    }
    ratios.sort(Double::compare);
    double median = ratios.get(ratios.size() / 2);
    System.err.printf("throughput against bare transform: %.3f%n", median);
    assertTrue(median >= 0.9, "" + ratios);
  }
}
