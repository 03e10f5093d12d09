package io.sluice.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads the newest records of a topic in this JVM, by a consumer that stays open from batch to
 * batch.
 *
 * <p>Control records and those of aborted transactions are no records. Not for several threads at
 * once.
 */
public final class TopicReader implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Brokers brokers;
  private final String topic;
  private final KafkaConsumer<byte[], byte[]> consumer;

  /** A record as it was sent; a header is a name and bytes. */
  public record TopicRecord(
      int partition,
      long offset,
      long timestamp,
      byte[] key,
      byte[] value,
      List<Map.Entry<String, byte[]>> headers) {}

  /**
   * Records in the order of their offsets, partition by partition.
   *
   * @param reached by partition, the offset behind the last one that was read
   */
  public record RecordsRead(List<TopicRecord> records, SortedMap<Integer, Long> reached) {}

  /**
   * @param most about how many records are taken at a time
   */
  public TopicReader(Brokers brokers, String topic, int most) {
    this.brokers = brokers;
    this.topic = topic;
    Map<String, Object> settings = brokers.client();
    settings.put("isolation.level", "read_committed");
    settings.put("enable.auto.commit", "false");
    settings.put("auto.offset.reset", "none");
    settings.put("max.poll.records", Math.min(5000, most));
    settings.put("max.partition.fetch.bytes", String.valueOf(4 << 20));
    this.consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /**
   * Reads each partition from an offset up to another at least; what has come meanwhile may be
   * among it.
   *
   * @throws KafkaFailedException if the brokers do not give the records
   */
  public RecordsRead read(SortedMap<Integer, Long> from, SortedMap<Integer, Long> until) {
    try {
      List<TopicPartition> partitions =
          from.keySet().stream().map(one -> new TopicPartition(topic, one)).toList();
      if (!consumer.assignment().equals(java.util.Set.copyOf(partitions))) {
        consumer.assign(partitions);
        partitions.forEach(one -> consumer.seek(one, from.get(one.partition())));
      }
      for (TopicPartition one : partitions) {
        if (consumer.position(one) != from.get(one.partition())) {
          consumer.seek(one, from.get(one.partition()));
        }
      }
      consumer.resume(partitions);
      SortedMap<Integer, List<TopicRecord>> read = new TreeMap<>();
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (partitions.stream()
          .anyMatch(one -> consumer.position(one) < until.get(one.partition()))) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
          read.computeIfAbsent(record.partition(), key -> new ArrayList<>()).add(sent(record));
        }
        // Those that are there wait for the others, with what has been fetched of them.
        consumer.pause(
            partitions.stream()
                .filter(one -> consumer.position(one) >= until.get(one.partition()))
                .toList());
        if (System.nanoTime() > deadline) {
          throw new TimeoutException("records up to " + until + " have not come");
        }
      }
      List<TopicRecord> all = new ArrayList<>();
      read.values().forEach(all::addAll);
      SortedMap<Integer, Long> reached = new TreeMap<>();
      partitions.forEach(one -> reached.put(one.partition(), consumer.position(one)));
      return new RecordsRead(all, reached);
    } catch (KafkaException e) {
      throw brokers.failure("topic " + topic, e);
    }
  }

  private static TopicRecord sent(ConsumerRecord<byte[], byte[]> record) {
    List<Map.Entry<String, byte[]>> headers = new ArrayList<>();
    for (Header header : record.headers()) {
      headers.add(new java.util.AbstractMap.SimpleEntry<>(header.key(), header.value()));
    }
    return new TopicRecord(
        record.partition(),
        record.offset(),
        record.timestamp(),
        record.key(),
        record.value(),
        headers);
  }

  @Override
  public void close() {
    consumer.close(Duration.ofSeconds(1));
  }
}
