package io.sluice.kafka;

import java.util.SortedMap;

/**
 * What a topic holds now: which offsets of each partition can be read, and the id that tells this
 * topic from others of its name.
 *
 * @param name the topic's name
 * @param topicId half of the id that the brokers gave the topic when it was made: a topic that was
 *     deleted and made again has another
 * @param partitions by partition, the offsets that can be read
 */
public record TopicOffsets(String name, long topicId, SortedMap<Integer, Held> partitions) {

  /**
   * Offsets of a partition.
   *
   * @param first the oldest that the broker still has
   * @param end the one after the last that is committed
   */
  public record Held(long first, long end) {}
}
