package io.sluice.calls;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.mart.Mart;
import io.sluice.testing.LocalSpark;
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
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

class QueueDailyTest {
  private static final StructType CALLS =
      StructType.fromDDL(
          "call_date date, queue string, started_at timestamp, answered_at timestamp,"
              + " ended_at timestamp, status string");
  private static final Instant NINE = Instant.parse("2026-11-02T09:00:00Z");

  private final Mart mart = new QueueDaily();

  @Test
  void aDayOfAQueue() {
    List<Row> rows =
        build(
            answered("billing", 10, "completed"),
            answered("billing", 20, "escalated"),
            answered("billing", 30, "dropped"),
            abandoned("billing", 50));
    assertEquals(
        List.of(
            RowFactory.create(
                Date.valueOf("2026-11-02"),
                "billing",
                4L,
                3L,
                1L,
                2L,
                2L,
                0.5,
                20.0,
                25.0,
                47.0,
                50.0)),
        rows);
  }

  @Test
  void aQueueNobodyAnsweredHasNoSpeedOfAnswer() {
    assertEquals(
        List.of(
            RowFactory.create(
                Date.valueOf("2026-11-02"), "sales", 1L, 0L, 1L, 1L, 0L, 0.0, null, 7.0, 7.0, 7.0)),
        build(abandoned("sales", 7)));
  }

  @Test
  void twentySecondsIsInTimeAndAMillisecondMoreIsNot() {
    Row late =
        RowFactory.create(
            Date.valueOf("2026-11-02"),
            "sales",
            Timestamp.from(NINE),
            Timestamp.from(NINE.plusMillis(20_001)),
            Timestamp.from(NINE.plusSeconds(60)),
            "completed");
    Row row =
        build(late, answered("sales", 20, "completed"), answered("sales", 0, "completed")).get(0);
    assertEquals(2L, row.<Long>getAs("answered_within_20s"));
    assertEquals(2.0 / 3, row.<Double>getAs("service_level"));
    assertEquals(20.001, row.<Double>getAs("longest_wait_seconds"));
  }

  @Test
  void aShortWaitBeforeHangingUpIsNoAnswer() {
    Row row = build(abandoned("sales", 5), answered("sales", 5, "completed")).get(0);
    assertEquals(1L, row.<Long>getAs("answered_within_20s"));
    assertEquals(0.5, row.<Double>getAs("service_level"));
  }

  @Test
  void daysAndQueuesStayApart() {
    Row nextDay =
        RowFactory.create(
            Date.valueOf("2026-11-03"),
            "billing",
            Timestamp.from(NINE.plusSeconds(86_400)),
            Timestamp.from(NINE.plusSeconds(86_402)),
            Timestamp.from(NINE.plusSeconds(86_500)),
            "completed");
    assertEquals(
        List.of(
            "2026-11-02 billing 1 4.0", "2026-11-02 retention 1 9.0", "2026-11-03 billing 1 2.0"),
        build(nextDay, answered("billing", 4, "completed"), answered("retention", 9, "completed"))
            .stream()
            .map(
                row ->
                    row.getAs("day")
                        + " "
                        + row.getAs("queue")
                        + " "
                        + row.getAs("offered")
                        + " "
                        + row.getAs("average_speed_of_answer_seconds"))
            .toList());
  }

  @Test
  void anEmptyDayGivesNoRows() {
    assertEquals(List.of(), build());
  }

  @Test
  void theColumnsAreThoseStated() {
    Dataset<Row> built = mart.build(Map.of("calls", frame()));
    assertEquals(mart.columns().stream().map(Mart.Column::name).toList(), List.of(built.columns()));
    assertEquals(List.of("day", "queue"), mart.key());
    assertEquals("date", built.schema().apply("day").dataType().typeName());
    assertEquals(0, mart.lookbackDays());
  }

  private List<Row> build(Row... calls) {
    return mart.build(Map.of("calls", frame(calls))).orderBy("day", "queue").collectAsList();
  }

  private static Dataset<Row> frame(Row... calls) {
    return LocalSpark.withoutS3().createDataFrame(new ArrayList<>(Arrays.asList(calls)), CALLS);
  }

  private static Row answered(String queue, long wait, String status) {
    return RowFactory.create(
        Date.valueOf("2026-11-02"),
        queue,
        Timestamp.from(NINE),
        Timestamp.from(NINE.plusSeconds(wait)),
        Timestamp.from(NINE.plusSeconds(wait + 300)),
        status);
  }

  private static Row abandoned(String queue, long wait) {
    return RowFactory.create(
        Date.valueOf("2026-11-02"),
        queue,
        Timestamp.from(NINE),
        null,
        Timestamp.from(NINE.plusSeconds(wait)),
        "dropped");
  }
}
