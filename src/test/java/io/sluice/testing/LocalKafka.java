package io.sluice.testing;

import io.sluice.demo.server.KafkaServer;
import io.sluice.demo.server.RegistryServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The one Kafka broker and the one schema registry of the test JVM, each started when asked for.
 */
public final class LocalKafka {
  private static KafkaServer server;
  private static RegistryServer registry;
  private static Path folder;
  private static KafkaProducer<byte[], byte[]> producer;

  private LocalKafka() {}

  private static Path jars(String name) {
    return Path.of(System.getProperty("sluice.servers", "target/servers"), name);
  }

  private static Path folder() throws IOException {
    if (folder == null) {
      folder = Files.createTempDirectory(Files.createDirectories(Path.of("target")), "kafka-");
    }
    return folder;
  }

  public static synchronized KafkaServer server() {
    if (server == null) {
      try {
        server = KafkaServer.start(jars("kafka"), folder(), 0);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return server;
  }

  public static synchronized RegistryServer registry() {
    if (registry == null) {
      try {
        registry = RegistryServer.start(jars("registry"), folder(), 0);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return registry;
  }

  public static Admin admin() {
    return Admin.create(Map.of("bootstrap.servers", server().servers()));
  }

  /** Makes a topic of some partitions. */
  public static void topic(String name, int partitions) throws Exception {
    try (Admin admin = admin()) {
      admin.createTopics(List.of(new NewTopic(name, partitions, (short) 1))).all().get();
      for (int tries = 0; !isThere(admin, name); tries++) {
        if (tries == 200) {
          throw new IllegalStateException("topic " + name + " does not come");
        }
        Thread.sleep(50);
      }
    }
  }

  /** A broker knows a topic some moments after it has been made. */
  private static boolean isThere(Admin admin, String name) throws Exception {
    try {
      return admin
          .describeTopics(List.of(name))
          .allTopicNames()
          .get()
          .get(name)
          .partitions()
          .stream()
          .allMatch(partition -> partition.leader() != null);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        return false;
      }
      throw e;
    }
  }

  private static synchronized KafkaProducer<byte[], byte[]> producer() {
    if (producer == null) {
      producer =
          new KafkaProducer<>(
              Map.of("bootstrap.servers", server().servers(), "linger.ms", 5),
              new ByteArraySerializer(),
              new ByteArraySerializer());
    }
    return producer;
  }

  /** Sends values to a partition, in their order; null is a tombstone. */
  public static void send(String topic, int partition, byte[]... values) {
    for (byte[] value : values) {
      producer().send(new ProducerRecord<>(topic, partition, null, value));
    }
    producer().flush();
  }

  public static void send(ProducerRecord<byte[], byte[]> record) {
    producer().send(record);
    producer().flush();
  }

  /** Sends a record some time before the next flush. */
  public static void add(ProducerRecord<byte[], byte[]> record) {
    producer().send(record);
  }

  public static void flush() {
    producer().flush();
  }

  /** Everything that committed transactions and plain producers have put on a topic. */
  public static List<ConsumerRecord<byte[], byte[]>> read(String topic) {
    Map<String, Object> settings = new TreeMap<>();
    settings.put("bootstrap.servers", server().servers());
    settings.put("isolation.level", "read_committed");
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(info -> new TopicPartition(topic, info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      List<ConsumerRecord<byte[], byte[]>> records = new java.util.ArrayList<>();
      while (partitions.stream().anyMatch(one -> consumer.position(one) < ends.get(one))) {
        consumer.poll(java.time.Duration.ofMillis(200)).forEach(records::add);
      }
      return records;
    }
  }

  public static byte[][] bytes(String... texts) {
    return Arrays.stream(texts)
        .map(text -> text.getBytes(java.nio.charset.StandardCharsets.UTF_8))
        .toArray(byte[][]::new);
  }
}
