package io.sluice.kafka;

import java.time.Duration;
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
 * Asks the brokers what topics hold now. One client, to be asked again and again; closing it takes
 * a second at most.
 */
public final class TopicAdmin implements AutoCloseable {
  private final Brokers brokers;
  private final Admin admin;

  private TopicAdmin(Brokers brokers, Admin admin) {
    this.brokers = brokers;
    this.admin = admin;
  }

  /** Opens a client; nothing is asked yet. */
  public static TopicAdmin open(Brokers brokers) {
    return new TopicAdmin(brokers, brokers.admin());
  }

  /**
   * Asks what a topic holds now.
   *
   * <p>Cost: three requests, of which two go out together.
   *
   * @throws KafkaFailedException if the brokers cannot be reached or do not allow it
   */
  public TopicOffsets offsets(String name) {
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
      SortedMap<Integer, TopicOffsets.Held> partitions = new TreeMap<>();
      firsts
          .get()
          .forEach(
              (partition, oldest) ->
                  partitions.put(
                      partition.partition(),
                      new TopicOffsets.Held(oldest.offset(), ends.get(partition).offset())));
      return new TopicOffsets(
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
    admin.close(Duration.ofSeconds(1));
  }
}
