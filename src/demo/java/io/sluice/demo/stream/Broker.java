package io.sluice.demo.stream;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** What the demo does at its broker: makes topics, sends, and reads what has been committed. */
final class Broker implements AutoCloseable {
  private final String servers;
  private final KafkaProducer<byte[], byte[]> producer;
  private final Map<String, KafkaConsumer<byte[], byte[]>> readers = new HashMap<>();

  private Broker(String servers, KafkaProducer<byte[], byte[]> producer) {
    this.servers = servers;
    this.producer = producer;
  }

  static Broker open(String servers) {
    return new Broker(
        servers,
        new KafkaProducer<>(
            Map.of("bootstrap.servers", servers, "linger.ms", 5),
            new ByteArraySerializer(),
            new ByteArraySerializer()));
  }

  /** Makes topics. */
  void topics(Set<String> names, int partitions) throws InterruptedException {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
      admin
          .createTopics(
              names.stream().map(name -> new NewTopic(name, partitions, (short) 1)).toList())
          .all()
          .get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  void send(String topic, int partition, byte[] key, byte[] value) {
    producer.send(new ProducerRecord<>(topic, partition, key, value));
  }

  /** Waits until all that was sent is there. */
  void flush() {
    producer.flush();
  }

  /** The committed values of a topic that have come since this was last asked. */
  List<byte[]> news(String topic, Duration most) {
    List<byte[]> values = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record :
        readers.computeIfAbsent(topic, this::reader).poll(most)) {
      values.add(record.value());
    }
    return values;
  }

  /** All committed values of a topic that have not been asked for yet, up to its end now. */
  List<byte[]> rest(String topic) {
    KafkaConsumer<byte[], byte[]> reader = readers.computeIfAbsent(topic, this::reader);
    Map<TopicPartition, Long> ends = reader.endOffsets(reader.assignment());
    List<byte[]> values = new ArrayList<>();
    while (ends.entrySet().stream()
        .anyMatch(end -> reader.position(end.getKey()) < end.getValue())) {
      values.addAll(news(topic, Duration.ofMillis(100)));
    }
    return values;
  }

  private KafkaConsumer<byte[], byte[]> reader(String topic) {
    KafkaConsumer<byte[], byte[]> reader =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", servers, "isolation.level", "read_committed"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    List<TopicPartition> partitions =
        reader.partitionsFor(topic).stream()
            .map(info -> new TopicPartition(topic, info.partition()))
            .toList();
    reader.assign(partitions);
    reader.seekToBeginning(partitions);
    return reader;
  }

  @Override
  public void close() {
    producer.close(Duration.ofSeconds(5));
    readers.values().forEach(reader -> reader.close(Duration.ofSeconds(1)));
  }
}
