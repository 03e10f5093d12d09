package io.sluice.lineage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.quality.Check;
import io.sluice.quality.CheckOutcome;
import io.sluice.quality.CheckResult;
import java.time.Instant;
import java.util.List;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

/** What a run read and wrote, noted as it goes. */
class LineageRecorderTest {
  private static final StructType SCHEMA = new StructType().add("n", DataTypes.LongType);

  @Test
  void whatIsReadOrWrittenAgainIsNotedOnceAsItWasLast() {
    LineageRecorder recorder = new LineageRecorder("an-id", "refine.orders", Instant.EPOCH);
    recorder.reads("lake/bronze/orders", SCHEMA, 1L);
    recorder.reads("landing/orders", SCHEMA, null);
    recorder.reads("lake/bronze/orders", SCHEMA, 2L);
    recorder.wrote("lake/silver/orders", "Orders.", SCHEMA, 5, 10, List.of());
    recorder.wrote("lake/silver/orders", "Orders.", SCHEMA, 6, 11, List.of());
    CheckResult passed =
        new CheckResult(
            "sizes", Check.Severity.ERROR, "RowCount > 5", CheckOutcome.PASSED, 6.0, "");
    recorder.judged(List.of(passed));
    recorder.judged(List.of(passed));
    assertEquals(
        List.of(
            new LineageRecorder.Input("lake/bronze/orders", SCHEMA, 2L),
            new LineageRecorder.Input("landing/orders", SCHEMA, null)),
        recorder.inputs());
    assertEquals(
        List.of(
            new LineageRecorder.Output("lake/silver/orders", "Orders.", SCHEMA, 6, 11, List.of())),
        recorder.outputs());
    assertEquals(List.of(passed, passed), recorder.checkResults());
    assertEquals("an-id", recorder.runId());
    assertEquals("refine.orders", recorder.job());
    assertEquals(Instant.EPOCH, recorder.startedAt());
  }
}
