package io.sluice.stream;

import static org.apache.spark.sql.functions.col;

import io.sluice.contract.Arrival;
import io.sluice.engine.LocalRows;
import io.sluice.ingest.OffsetRange;
import io.sluice.ingest.TopicBacklog;
import io.sluice.ingest.TopicIntake;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Some records of a source's topics that are in this JVM: of each partition a stretch without a
 * gap.
 */
final class TopicRecords {
  private static final int TOPIC = TopicIntake.RECORDS.fieldIndex("topic");
  private static final int PARTITION = TopicIntake.RECORDS.fieldIndex("partition");
  private static final int OFFSET = TopicIntake.RECORDS.fieldIndex("offset");

  private final Map<String, LocalRows> records = new HashMap<>();
  private final Map<String, List<OffsetRange>> ranges = new HashMap<>();

  private TopicRecords() {}

  /** The columns of {@link TopicIntake#RECORDS} that Spark's reader of topics gives. */
  static Dataset<Row> columns(Dataset<Row> read) {
    List<Column> columns = new ArrayList<>();
    for (String name : TopicIntake.RECORDS.fieldNames()) {
      columns.add(col(name));
    }
    return read.select(columns.toArray(Column[]::new));
  }

  /** A topic's records, in {@link TopicIntake#RECORDS}. */
  LocalRows records(String topic) {
    return records.get(topic);
  }

  /** What of each partition these are. */
  List<OffsetRange> ranges(String topic) {
    return ranges.get(topic);
  }

  private record At(String topic, int partition) {}

  /**
   * Cuts records into parts of at most so many.
   *
   * @param read in the order of their offsets, partition by partition
   * @param waiting what of them is wanted; the last part reaches its end
   */
  static List<TopicRecords> parts(LocalRows read, TopicBacklog waiting, int most) {
    Map<At, OffsetRange> wanted = new HashMap<>();
    waiting
        .ranges()
        .forEach(
            (arrival, some) ->
                some.forEach(
                    range -> wanted.put(new At(arrival.topic().name(), range.partition()), range)));
    List<LocalRows.LocalRow> rows = new ArrayList<>();
    Map<At, Integer> last = new HashMap<>();
    for (LocalRows.LocalRow row : read) {
      OffsetRange range = wanted.get(at(row));
      if (range != null
          && row.number(OFFSET) >= range.from()
          && row.number(OFFSET) < range.until()) {
        last.put(at(row), rows.size());
        rows.add(row);
      }
    }
    List<TopicRecords> parts = new ArrayList<>();
    Map<At, Long> reached = new HashMap<>();
    wanted.forEach((at, range) -> reached.put(at, range.from()));
    for (int begin = 0; begin == 0 || begin < rows.size(); begin += most) {
      int end = Math.min(rows.size(), begin + most);
      Map<At, Long> until = new HashMap<>();
      for (int i = begin; i < end; i++) {
        At at = at(rows.get(i));
        until.put(at, last.get(at) < end ? wanted.get(at).until() : rows.get(i).number(OFFSET) + 1);
      }
      if (end == rows.size()) {
        wanted.forEach((at, range) -> until.put(at, range.until()));
      }
      parts.add(part(read, rows.subList(begin, end), waiting, reached, until));
      reached.putAll(until);
    }
    return parts;
  }

  private static At at(LocalRows.LocalRow row) {
    return new At(row.text(TOPIC), row.integer(PARTITION));
  }

  private static TopicRecords part(
      LocalRows read,
      List<LocalRows.LocalRow> rows,
      TopicBacklog waiting,
      Map<At, Long> from,
      Map<At, Long> until) {
    TopicRecords part = new TopicRecords();
    Map<String, List<LocalRows.LocalRow>> byTopic = new HashMap<>();
    rows.forEach(
        row -> byTopic.computeIfAbsent(row.text(TOPIC), topic -> new ArrayList<>()).add(row));
    Map<String, TreeMap<Integer, OffsetRange>> stretches = new HashMap<>();
    until.forEach(
        (at, end) -> {
          if (end > from.get(at)) {
            stretches
                .computeIfAbsent(at.topic, topic -> new TreeMap<>())
                .put(at.partition, new OffsetRange(at.partition, from.get(at), end));
          }
        });
    for (Arrival arrival : waiting.topics().keySet()) {
      String topic = arrival.topic().name();
      part.records.put(topic, read.of(byTopic.getOrDefault(topic, List.of())));
      part.ranges.put(topic, List.copyOf(stretches.getOrDefault(topic, new TreeMap<>()).values()));
    }
    return part;
  }
}
