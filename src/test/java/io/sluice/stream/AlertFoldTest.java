package io.sluice.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.contract.Alert;
import io.sluice.engine.WindowCondition;
import io.sluice.testing.LocalSpark;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

/** What the rows of one key raise does not hang on how they were cut into batches. */
class AlertFoldTest {
  private static final long SECOND = 1_000_000;
  private static final StructType COLUMNS = new StructType().add("n", DataTypes.IntegerType);

  private static AlertFold.Windows windows(String name, int minutes, int slide, String when) {
    return new AlertFold.Windows(
        new Alert(
            name,
            "user",
            "at",
            new Alert.Windowed(Duration.ofMinutes(minutes), Duration.ofMinutes(slide), when),
            Duration.ofMinutes(2),
            Duration.ofMinutes(10),
            null),
        WindowCondition.of(LocalSpark.withoutS3(), COLUMNS, when));
  }

  /**
   * @param clock the partition's newest time before, in seconds; null for none
   */
  private static Row row(long position, long second, Long clock, int n) {
    return RowFactory.create(
        "u",
        second * SECOND,
        clock == null ? null : clock * SECOND,
        "topic/0",
        position,
        "{\"id\":" + position + "}",
        RowFactory.create(n),
        List.of());
  }

  private static List<String> raised(AlertFold fold, List<List<Row>> batches) {
    List<String> raised = new ArrayList<>();
    byte[] state = null;
    for (List<Row> batch : batches) {
      state =
          fold.follow(
              "u",
              state,
              batch.iterator(),
              row ->
                  raised.add(
                      row.getString(0)
                          + " "
                          + row.getTimestamp(2).getTime() / 1000
                          + "-"
                          + row.getTimestamp(3).getTime() / 1000
                          + " "
                          + row.getString(5)));
    }
    return raised;
  }

  @Test
  void theRowThatPassesTheLimitRaisesItOnceAWindow() {
    AlertFold fold = new AlertFold(List.of(windows("many", 1, 1, "count(*) > 2")));
    List<Row> rows =
        List.of(
            row(3, 30, null, 1),
            row(1, 10, null, 1),
            row(2, 20, null, 1),
            row(4, 40, null, 1),
            row(5, 61, null, 1));
    assertEquals(List.of("many 0-60 {\"id\":3}"), raised(fold, List.of(rows)));
  }

  @Test
  void aRowIsLateByItsKeysClockOrFarBehindItsPartitions() {
    AlertFold fold = new AlertFold(List.of(windows("any", 1, 1, "count(*) >= 1")));
    assertEquals(
        List.of("any 960-1020 {\"id\":1}", "any 840-900 {\"id\":3}"),
        raised(
            fold,
            List.of(
                List.of(
                    row(1, 1000, null, 1),
                    // 121 seconds behind its key's newest time.
                    row(2, 879, 1000L, 1),
                    row(3, 880, 1000L, 1),
                    // Its partition is ten minutes and a second ahead.
                    row(4, 1100, 1701L, 1)))));
  }

  @Test
  void aRowOnWhichAConditionThrowsDoesNotCountForItAlone() {
    AlertFold fold =
        new AlertFold(
            List.of(
                windows("odd", 1, 1, "count(if(n = 0, raise_error('no'), n)) >= 2"),
                windows("all", 1, 1, "count(*) >= 2")));
    assertEquals(
        List.of("all 0-60 {\"id\":2}", "odd 0-60 {\"id\":3}"),
        raised(fold, List.of(List.of(row(1, 1, null, 7), row(2, 2, null, 0), row(3, 3, null, 7)))));
  }

  @Test
  void anyCutOfTheRowsRaisesTheSame() {
    AlertFold fold =
        new AlertFold(
            List.of(
                windows("often", 5, 1, "count(*) > 4 or sum(n) > 30"),
                windows("much", 1, 1, "sum(n) > 12")));
    Random random = new Random(9);
    for (int round = 0; round < 30; round++) {
      List<Row> rows = new ArrayList<>();
      long now = 10_000;
      for (int i = 0; i < 80; i++) {
        now += random.nextInt(60);
        rows.add(
            row(
                i,
                now - (random.nextInt(5) == 0 ? random.nextInt(400) : 0),
                null,
                random.nextInt(10)));
      }
      List<List<Row>> cut = new ArrayList<>();
      for (int i = 0; i < rows.size(); ) {
        int end = Math.min(rows.size(), i + 1 + random.nextInt(12));
        List<Row> batch = new ArrayList<>(rows.subList(i, end));
        java.util.Collections.shuffle(batch, random);
        cut.add(batch);
        i = end;
      }
      List<String> atOnce = raised(fold, List.of(rows));
      assertTrue(atOnce.size() > 3, atOnce.toString());
      assertEquals(atOnce, raised(fold, cut));
    }
  }
}
