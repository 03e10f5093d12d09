package io.sluice.stream;

import io.sluice.contract.Alert;
import io.sluice.engine.WindowCondition;
import java.io.Serializable;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Raises the alerts of one key: takes its rows in the order in which they stand in their topic's
 * partition, and what is known of the key; gives the alerts that they raise, and what is known
 * then. Pure: the stream, which calls it batch by batch, and one batch over all rows get the same.
 *
 * <p>A row is late, and counts in no window, if its time lies more than the alert's {@code
 * lateness} before the newest time of its key, or more than {@code behind} before that of its
 * partition. A windowed alert is raised by the row that makes its condition true, once a window. A
 * row on which a condition throws does not count for it.
 */
final class AlertFold implements Serializable {
  private static final long serialVersionUID = 1L;

  /** The rows of a key, in the order of {@link AlertPlan#input}'s fields. */
  private static final int TIME = 1;

  private static final int CLOCK = 2;
  private static final int FILE = 3;
  private static final int POSITION = 4;
  private static final int ROW_KEY = 5;
  private static final int COLUMNS = 6;
  private static final int RULES = 7;

  /** What is raised. */
  static final StructType RAISED =
      new StructType()
          .add("alert", DataTypes.StringType)
          .add("key", DataTypes.StringType)
          .add("window_start", DataTypes.TimestampType)
          .add("window_end", DataTypes.TimestampType)
          .add("event_time", DataTypes.TimestampType)
          .add("row_key", DataTypes.StringType)
          .add("counted", DataTypes.createMapType(DataTypes.StringType, DataTypes.StringType))
          .add("measures", DataTypes.createArrayType(DataTypes.LongType));

  private static final int RAISED_MEASURES = RAISED.fieldIndex("measures");

  private final List<Judge> judges;

  AlertFold(List<Judge> judges) {
    this.judges = List.copyOf(judges);
  }

  /** Whether a row of {@link #RAISED} is what a rule measured, and no alert yet. */
  static boolean isMeasured(Row raised) {
    return !raised.isNullAt(RAISED_MEASURES);
  }

  /** What a rule measured. */
  static long[] measures(Row raised) {
    return raised.<Long>getList(RAISED_MEASURES).stream().mapToLong(Long::longValue).toArray();
  }

  /** How one alert judges rows. */
  sealed interface Judge extends Serializable {
    Alert alert();
  }

  /** By a condition over windows. */
  record Windows(Alert alert, WindowCondition condition) implements Judge {
    private static final long serialVersionUID = 1L;

    private Alert.Windowed windowed() {
      return (Alert.Windowed) alert.judgement();
    }
  }

  /**
   * By a rule.
   *
   * @param input which of the row's arrays of inputs is its own
   */
  record Rule(Alert alert, AlertRule rule, int input) implements Judge {
    private static final long serialVersionUID = 1L;
  }

  /**
   * Follows some rows of a key.
   *
   * @param state what the rows before left; null if there were none
   * @param rows of {@link AlertPlan#input}, in any order
   * @param raised takes the alerts, rows of {@link #RAISED}
   * @return the state behind them
   */
  byte[] follow(String key, byte[] state, Iterator<Row> rows, Consumer<Row> raised) {
    List<Row> sorted = new ArrayList<>();
    rows.forEachRemaining(sorted::add);
    sorted.sort(
        Comparator.comparing((Row row) -> row.getString(FILE))
            .thenComparingLong(row -> row.getLong(POSITION)));
    KeyState known =
        state == null ? new KeyState(judges.size()) : KeyState.of(state, judges.size());
    for (Row row : sorted) {
      long time = row.getLong(TIME);
      for (int i = 0; i < judges.size(); i++) {
        Judge judge = judges.get(i);
        if (isLate(judge.alert(), row, known.clock)) {
          continue;
        }
        if (judge instanceof Windows windows) {
          count(windows, known.windows.get(i), key, row, raised);
        } else if (judge instanceof Rule rule) {
          List<Long> given =
              row.<Long>getList(RULES).subList(rule.input, rule.input + rule.rule.inputs().size());
          if (given.contains(null)) {
            continue;
          }
          long[] inputs = given.stream().mapToLong(Long::longValue).toArray();
          AlertRule.Followed followed = rule.rule.update(known.rules.get(i), time, inputs);
          known.rules.set(i, followed.state());
          raised.accept(measured(rule.alert, key, row, followed.measures()));
        }
      }
      known.clock = Math.max(known.clock, time);
    }
    for (int i = 0; i < judges.size(); i++) {
      close(judges.get(i), known.windows.get(i), known.clock);
    }
    return known.bytes();
  }

  private static boolean isLate(Alert alert, Row row, long keyClock) {
    long time = row.getLong(TIME);
    return keyClock != Long.MIN_VALUE && time < keyClock - micros(alert.lateness())
        || !row.isNullAt(CLOCK) && time < row.getLong(CLOCK) - micros(alert.behind());
  }

  private static void count(
      Windows judge, Map<Long, KeyState.Window> open, String key, Row row, Consumer<Row> raised) {
    long time = row.getLong(TIME);
    long length = micros(judge.windowed().window());
    long slide = micros(judge.windowed().slide());
    for (long begin = Math.floorDiv(time, slide) * slide; begin > time - length; begin -= slide) {
      KeyState.Window window = open.get(begin);
      try {
        byte[] before = window == null ? judge.condition.empty() : window.soFar;
        byte[] with = judge.condition.add(before, row.getStruct(COLUMNS));
        boolean raises = (window == null || !window.raised) && judge.condition.holds(with);
        if (window == null) {
          window = new KeyState.Window();
          open.put(begin, window);
        }
        window.soFar = with;
        if (raises) {
          window.raised = true;
          raised.accept(
              RowFactory.create(
                  judge.alert.name(),
                  key,
                  timestamp(begin),
                  timestamp(begin + length),
                  timestamp(time),
                  row.getString(ROW_KEY),
                  scala(judge.condition.values(with)),
                  null));
        }
      } catch (RuntimeException e) {
        // Its own fault: the row is not counted by this alert, and everything else goes on.
        continue;
      }
    }
  }

  private static Object scala(Map<String, String> values) {
    return io.sluice.engine.Scala.map(values);
  }

  private static Row measured(Alert alert, String key, Row row, long[] measures) {
    Object[] boxed = java.util.Arrays.stream(measures).boxed().toArray();
    return RowFactory.create(
        alert.name(),
        key,
        timestamp(row.getLong(TIME)),
        timestamp(row.getLong(TIME)),
        timestamp(row.getLong(TIME)),
        row.getString(ROW_KEY),
        null,
        boxed);
  }

  /** Forgets the windows that no row to come can lie in: it would be late. */
  private static void close(
      Judge judge, java.util.TreeMap<Long, KeyState.Window> open, long clock) {
    if (judge instanceof Windows windows && clock != Long.MIN_VALUE) {
      long length = micros(windows.windowed().window());
      open.headMap(clock - micros(windows.alert.lateness()) - length, true).clear();
    }
  }

  static long micros(java.time.Duration duration) {
    return Math.multiplyExact(duration.toSeconds(), 1_000_000L);
  }

  private static Timestamp timestamp(long micros) {
    Timestamp at = new Timestamp(Math.floorDiv(micros, 1000));
    at.setNanos((int) Math.floorMod(micros, 1_000_000L) * 1000);
    return at;
  }
}
