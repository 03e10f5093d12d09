package io.sluice.kafka;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Writes what a table holds to a topic, each batch of it once.
 *
 * <p>A batch's messages and its number go to the brokers in one transaction: the number as an
 * offset of the consumer group that bears this outbox's name. Whoever opens the outbox next fences
 * the one who had it, and reads how far it came; readers of committed records see each message
 * once. Brokers forget the offsets of a group that has been silent for long (seven days, if nobody
 * changed that); then the number is found by reading the topic. Only if that has forgotten, too,
 * are messages sent again.
 */
public final class TransactionalPublisher implements AutoCloseable {
  private static final String BATCH = "sluice.batch";

  /** One message; its headers are text. */
  public record Message(byte[] key, byte[] value, Map<String, String> headers) {}

  private final Brokers brokers;
  private final String topic;
  private final String group;
  private final KafkaProducer<byte[], byte[]> producer;
  private long sent;

  /**
   * Opens the outbox, and fences whoever has it open.
   *
   * @param name the outbox's own name: transactional id and consumer group
   * @throws KafkaFailedException if the brokers cannot be reached or do not allow it
   */
  public TransactionalPublisher(Brokers brokers, String topic, String name) {
    this.brokers = brokers;
    this.topic = topic;
    this.group = name;
    Map<String, Object> settings = brokers.client();
    settings.remove("default.api.timeout.ms");
    settings.put("transactional.id", name);
    settings.put("max.block.ms", "20000");
    settings.put("compression.type", "zstd");
    this.producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    try {
      producer.initTransactions();
      // After that, since until then the one before may still commit.
      this.sent = recorded();
    } catch (KafkaException e) {
      producer.close(Duration.ZERO);
      throw brokers.failure("topic " + topic, e);
    }
  }

  /** The number of the last batch that is on the topic; -1 if there is none. */
  public long sent() {
    return sent;
  }

  private long recorded() {
    TopicPartition mark = new TopicPartition(topic, 0);
    try (Admin admin = brokers.admin()) {
      OffsetAndMetadata offset =
          admin
              .listConsumerGroupOffsets(
                  group, new ListConsumerGroupOffsetsOptions().requireStable(true))
              .partitionsToOffsetAndMetadata()
              .get()
              .get(mark);
      return offset == null ? found() : offset.offset() - 1;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw brokers.failure("topic " + topic, e);
    } catch (ExecutionException e) {
      throw brokers.failure("topic " + topic, e);
    }
  }

  /** The greatest number that messages on the topic bear; costs a read of the topic. */
  private long found() {
    Map<String, Object> settings = brokers.client();
    settings.put("isolation.level", "read_committed");
    long greatest = -1;
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(info -> new TopicPartition(topic, info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(one -> consumer.position(one) < ends.get(one))) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
          Header batch = record.headers().lastHeader(BATCH + "." + group);
          if (batch != null) {
            greatest =
                Math.max(
                    greatest, Long.parseLong(new String(batch.value(), StandardCharsets.UTF_8)));
          }
        }
      }
    }
    return greatest;
  }

  /**
   * Sends a message for each of a batch's rows, all or none, and says how many; a batch without any
   * costs nothing.
   *
   * @param batch above the number sent last
   * @throws KafkaFailedException if it could not be sent, or another has opened this outbox
   */
  public <T> long send(Iterator<T> rows, Function<T, Message> written, long batch) {
    if (!rows.hasNext()) {
      return 0;
    }
    long count = 0;
    try {
      producer.beginTransaction();
      while (rows.hasNext()) {
        Message message = written.apply(rows.next());
        ProducerRecord<byte[], byte[]> record =
            new ProducerRecord<>(topic, message.key, message.value);
        Map<String, String> headers = new TreeMap<>(message.headers);
        headers.put(BATCH + "." + group, String.valueOf(batch));
        headers.forEach(
            (name, text) -> record.headers().add(name, text.getBytes(StandardCharsets.UTF_8)));
        producer.send(record);
        count++;
      }
      producer.sendOffsetsToTransaction(
          Map.of(new TopicPartition(topic, 0), new OffsetAndMetadata(batch + 1)),
          new ConsumerGroupMetadata(group));
      producer.commitTransaction();
      sent = batch;
      return count;
    } catch (KafkaException e) {
      // Whether it was committed is known to whoever opens the outbox next.
      throw brokers.failure("topic " + topic, e);
    }
  }

  @Override
  public void close() {
    producer.close(Duration.ofSeconds(5));
  }
}
