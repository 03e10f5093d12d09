package io.sluice.ingest;

import io.sluice.contract.Arrival;
import io.sluice.kafka.TopicOffsets;
import io.sluice.table.TableTransaction;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a source's topics hold that bronze does not.
 *
 * @param bronze the transaction that is to carry it
 * @param ingested the number of the commit before
 * @param topics what the topics held when they were looked at
 * @param ranges by arrival, what has not been read of each partition
 * @param all how many offsets that is
 */
public record TopicBacklog(
    TableTransaction bronze,
    long ingested,
    Map<Arrival, TopicOffsets> topics,
    Map<Arrival, List<OffsetRange>> ranges,
    long all) {
  static TopicBacklog of(
      TableTransaction bronze,
      long ingested,
      Map<Arrival, TopicOffsets> topics,
      Map<Arrival, List<OffsetRange>> ranges) {
    long all = ranges.values().stream().flatMap(List::stream).mapToLong(OffsetRange::size).sum();
    return new TopicBacklog(bronze, ingested, topics, ranges, all);
  }

  /** The same with other ranges. */
  public TopicBacklog withRanges(Map<Arrival, List<OffsetRange>> other) {
    return of(bronze, ingested, topics, other);
  }

  /**
   * How many offsets of each partition, by {@code topic/partition}, are left when others stand.
   *
   * @param taken some of these
   */
  public SortedMap<String, Long> behind(Map<Arrival, List<OffsetRange>> taken) {
    SortedMap<String, Long> behind = new TreeMap<>();
    topics
        .values()
        .forEach(
            topic ->
                topic
                    .partitions()
                    .keySet()
                    .forEach(partition -> behind.put(topic.name() + "/" + partition, 0L)));
    add(behind, ranges, 1);
    add(behind, taken, -1);
    return behind;
  }

  private static void add(
      SortedMap<String, Long> behind, Map<Arrival, List<OffsetRange>> some, int sign) {
    some.forEach(
        (arrival, partitions) ->
            partitions.forEach(
                one ->
                    behind.merge(
                        arrival.topic().name() + "/" + one.partition(),
                        sign * one.size(),
                        Long::sum)));
  }

  /** The first offsets of it: such a share of each partition's. */
  TopicBacklog share(double share) {
    Map<Arrival, List<OffsetRange>> some = new LinkedHashMap<>();
    ranges.forEach(
        (arrival, behind) ->
            some.put(arrival, behind.stream().map(range -> range.share(share)).toList()));
    return withRanges(some);
  }
}
