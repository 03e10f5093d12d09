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

class AgentDailyTest {
  private static final StructType CALLS =
      StructType.fromDDL(
          "call_id string, call_date date, agent_id string, agent_team string, started_at"
              + " timestamp, answered_at timestamp, ended_at timestamp, status string, hold_seconds"
              + " bigint, satisfaction bigint");

  private final Mart mart = new AgentDaily();

  @Test
  void aDayOfAnAgent() {
    List<Row> rows =
        build(
            call(
                "1",
                "2026-11-02",
                "A",
                "early",
                "09:00:00",
                "09:00:10",
                "09:05:10",
                "completed",
                30,
                5),
            call(
                "2",
                "2026-11-02",
                "A",
                "early",
                "10:00:00",
                "10:00:30",
                "10:10:30",
                "escalated",
                60,
                2),
            call("3", "2026-11-02", "A", "late", "11:00:00", null, "11:01:00", "dropped", 0, null),
            call(
                "4",
                "2026-11-02",
                "A",
                "early",
                "10:30:00",
                "10:30:05",
                "10:30:35",
                "dropped",
                0,
                null));
    assertEquals(
        List.of(
            RowFactory.create(
                Date.valueOf("2026-11-02"),
                "A",
                "late",
                4L,
                3L,
                1L,
                1L,
                2L,
                930.0,
                90L,
                840.0,
                310.0,
                30.0,
                1.0 / 3,
                2L,
                3.5,
                310.0,
                1.0 / 3)),
        rows);
  }

  @Test
  void nothingIsDividedByNothing() {
    List<Row> rows =
        build(
            call(
                "1", "2026-11-02", "A", "early", "09:00:00", null, "09:01:00", "dropped", 0, null));
    assertEquals(
        List.of(
            RowFactory.create(
                Date.valueOf("2026-11-02"),
                "A",
                "early",
                1L,
                0L,
                0L,
                0L,
                1L,
                0.0,
                0L,
                0.0,
                null,
                null,
                null,
                0L,
                null,
                null,
                null)),
        rows);
  }

  @Test
  void theRollingWeekCountsDaysNotRowsAndWeighsByCalls() {
    List<Row> rows =
        build(
            call(
                "1",
                "2026-11-01",
                "A",
                "t",
                "09:00:00",
                "09:00:00",
                "09:16:40",
                "escalated",
                0,
                null),
            call(
                "2",
                "2026-11-03",
                "A",
                "t",
                "09:00:00",
                "09:00:00",
                "09:01:40",
                "completed",
                0,
                null),
            call(
                "3",
                "2026-11-03",
                "A",
                "t",
                "10:00:00",
                "10:00:00",
                "10:03:20",
                "completed",
                0,
                null),
            call(
                "4",
                "2026-11-07",
                "A",
                "t",
                "09:00:00",
                "09:00:00",
                "09:05:00",
                "escalated",
                0,
                null),
            call("5", "2026-11-08", "A", "t", "09:00:00", null, "09:01:00", "dropped", 0, null),
            call(
                "6",
                "2026-11-08",
                "B",
                "t",
                "09:00:00",
                "09:00:00",
                "09:10:00",
                "completed",
                0,
                null));
    assertEquals(
        List.of(
            "2026-11-01 A 1000.0 1.0",
            // (1000 + 100 + 200) / 3 and 1 of 3
            "2026-11-03 A " + 1300.0 / 3 + " " + 1.0 / 3,
            // the first day is the sixth before and still counts: (1300 + 300) / 4 and 2 of 4
            "2026-11-07 A 400.0 0.5",
            // the first day is gone, an unanswered call adds nothing: (300 + 300) / 3 and 1 of 3
            "2026-11-08 A 200.0 " + 1.0 / 3,
            "2026-11-08 B 600.0 0.0"),
        rows.stream()
            .map(
                row ->
                    row.getAs("day")
                        + " "
                        + row.getAs("agent_id")
                        + " "
                        + row.getAs("average_handle_seconds_7d")
                        + " "
                        + row.getAs("escalation_rate_7d"))
            .toList());
  }

  @Test
  void aCallOverMidnightBelongsToTheDayItStarted() {
    Row night =
        RowFactory.create(
            "1",
            Date.valueOf("2026-11-02"),
            "A",
            "night",
            time("2026-11-02", "23:59:00"),
            time("2026-11-02", "23:59:30"),
            time("2026-11-03", "00:09:30"),
            "completed",
            0L,
            null);
    List<Row> rows = build(night);
    assertEquals(1, rows.size());
    assertEquals(Date.valueOf("2026-11-02"), rows.get(0).getAs("day"));
    assertEquals(600.0, rows.get(0).<Double>getAs("handle_seconds"));
  }

  @Test
  void fractionsOfASecondCount() {
    Row call =
        RowFactory.create(
            "1",
            Date.valueOf("2026-11-02"),
            "A",
            "t",
            time("2026-11-02", "09:00:00"),
            time("2026-11-02", "09:00:00.250"),
            time("2026-11-02", "09:00:10.500"),
            "completed",
            3L,
            null);
    Row row = build(call).get(0);
    assertEquals(10.25, row.<Double>getAs("handle_seconds"));
    assertEquals(7.25, row.<Double>getAs("talk_seconds"));
  }

  @Test
  void anEmptyDayGivesNoRows() {
    assertEquals(List.of(), build());
  }

  @Test
  void theColumnsAreThoseStated() {
    Dataset<Row> built = mart.build(Map.of("calls", frame()));
    assertEquals(mart.columns().stream().map(Mart.Column::name).toList(), List.of(built.columns()));
    assertEquals(List.of("day", "agent_id"), mart.key());
    assertEquals("day", mart.partition());
    assertEquals("date", built.schema().apply("day").dataType().typeName());
    assertEquals(6, mart.lookbackDays());
  }

  private List<Row> build(Row... calls) {
    return mart.build(Map.of("calls", frame(calls))).orderBy("day", "agent_id").collectAsList();
  }

  private static Dataset<Row> frame(Row... calls) {
    return LocalSpark.withoutS3().createDataFrame(new ArrayList<>(Arrays.asList(calls)), CALLS);
  }

  private static Row call(
      String id,
      String day,
      String agent,
      String team,
      String started,
      String answered,
      String ended,
      String status,
      long hold,
      Integer satisfaction) {
    return RowFactory.create(
        id,
        Date.valueOf(day),
        agent,
        team,
        time(day, started),
        answered == null ? null : time(day, answered),
        time(day, ended),
        status,
        hold,
        satisfaction == null ? null : satisfaction.longValue());
  }

  private static Timestamp time(String day, String time) {
    return Timestamp.from(Instant.parse(day + "T" + time + "Z"));
  }
}
