package io.sluice.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.sluice.run.Run;
import io.sluice.table.FencedException;
import io.sluice.table.Lake;
import io.sluice.testing.LocalSpark;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Of two drivers that move one model from one state, the second is told that it was. */
class ModelMovesTest {
  private final Run run = new Run("r1", "promote", "order_fraud", Instant.EPOCH);

  private void promote(ModelRegistry registry, ServingState from, int version) {
    registry.move(run, "order_fraud", from, from.promotionOf(version));
  }

  @Test
  void theSecondOfTwoMovesFromOneStateIsFenced(@TempDir Path folder) {
    SparkSession spark = LocalSpark.withoutS3();
    ModelRegistry registry =
        new ModelRegistry(spark, Lake.open(spark, folder.toUri().toString()), Clock.systemUTC());
    registry.create();
    ServingState none = registry.state("order_fraud");
    promote(registry, none, 1);
    assertThrows(FencedException.class, () -> promote(registry, none, 2));
    ServingState first = registry.state("order_fraud");
    assertEquals(Optional.of(1), first.champion());
    promote(registry, first, 2);
    assertThrows(FencedException.class, () -> promote(registry, first, 3));
    assertEquals(Optional.of(2), registry.state("order_fraud").champion());
    assertEquals(2, registry.moves("order_fraud").size());
  }
}
