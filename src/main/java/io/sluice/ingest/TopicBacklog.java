package io.sluice.ingest;

import io.sluice.contract.Arrival;
import io.sluice.kafka.TopicOffsets;
import io.sluice.table.TableTransaction;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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

  /** The first offsets of it: such a share of each partition's. */
  TopicBacklog share(double share) {
    Map<Arrival, List<OffsetRange>> some = new LinkedHashMap<>();
    ranges.forEach(
        (arrival, behind) ->
            some.put(arrival, behind.stream().map(range -> range.share(share)).toList()));
    return withRanges(some);
  }
}
