package io.sluice.kafka;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

/**
 * What a topic holds now: which offsets of each partition can be read, and which making of the
 * topic it is.
 *
 * @param name the topic's name
 * @param making a number that tells a topic from another of the same name made before or after it
 * @param partitions by partition, the offsets that can be read
 */
public record Topic(String name, long making, SortedMap<Integer, Held> partitions) {

  /**
   * Offsets of a partition.
   *
   * @param first the oldest that the broker still has
   * @param end the one after the last that is committed
   */
  public record Held(long first, long end) {}

  /** The brokers' answer about one topic; one client, to be asked again and again. */
  public static final class Watch implements AutoCloseable {
    private final Brokers brokers;
    private final Admin admin;

    public Watch(Brokers brokers) {
      this.brokers = brokers;
      this.admin = brokers.admin();
    }

    /**
     * Asks what a topic holds now.
     *
     * <p>Cost: three requests, of which two go out together.
     *
     * @throws KafkaFailedException if the brokers cannot be reached or do not allow it
     */
    public Topic look(String name) {
      try {
        TopicDescription description =
            admin.describeTopics(Collections.singleton(name)).allTopicNames().get().get(name);
        Map<TopicPartition, OffsetSpec> first = new HashMap<>();
        Map<TopicPartition, OffsetSpec> end = new HashMap<>();
        description
            .partitions()
            .forEach(
                partition -> {
                  TopicPartition one = new TopicPartition(name, partition.partition());
                  first.put(one, OffsetSpec.earliest());
                  end.put(one, OffsetSpec.latest());
                });
        ListOffsetsOptions committed = new ListOffsetsOptions(IsolationLevel.READ_COMMITTED);
        var firsts = admin.listOffsets(first, committed).all();
        Map<TopicPartition, ListOffsetsResultInfo> ends =
            admin.listOffsets(end, committed).all().get();
        SortedMap<Integer, Held> partitions = new TreeMap<>();
        firsts
            .get()
            .forEach(
                (partition, oldest) ->
                    partitions.put(
                        partition.partition(),
                        new Held(oldest.offset(), ends.get(partition).offset())));
        return new Topic(
            name, description.topicId().getMostSignificantBits() & Long.MAX_VALUE, partitions);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw brokers.failure("topic " + name, e);
      } catch (ExecutionException e) {
        throw brokers.failure("topic " + name, e);
      }
    }

    @Override
    public void close() {
      admin.close(java.time.Duration.ofSeconds(1));
    }
  }
}
