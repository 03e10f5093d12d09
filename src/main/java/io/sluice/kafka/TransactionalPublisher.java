package io.sluice.kafka;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.function.Supplier;
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
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Writes what a table holds to a topic, each batch of it once.
 *
 * <p>A transaction carries messages and how far they reach: the number of the last batch that is
 * whole on the topic, as an offset of the consumer group that bears this outbox's name, and a mark
 * of the last message, as that offset's metadata, where a batch goes in parts. Whoever opens the
 * outbox next fences the one who had it, and reads how far it came; readers of committed records
 * see each message once. Brokers forget the offsets of a group that has been silent for long (seven
 * days, if nobody changed that); then the same is found in the messages' headers by reading the
 * topic. Only if the topic has forgotten them, too, are messages sent again.
 */
public final class TransactionalPublisher implements AutoCloseable {
  /** Before the group's name, the headers that say how far a message's transaction reaches. */
  private static final String BATCH = "sluice.batch.";

  private static final String PART = "sluice.part.";
  private static final String MARK = "sluice.mark.";

  /**
   * How much goes in one transaction where a batch may go in parts: well below what a broker takes
   * in the minute after which it gives a transaction up.
   */
  private static final int PART_MESSAGES = 1000;

  private static final int PART_BYTES = 4 << 20;

  /** One message; its headers are text. */
  public record Message(byte[] key, byte[] value, Map<String, String> headers) {
    private int bytes() {
      return value == null ? 0 : value.length;
    }
  }

  /**
   * How far the messages on the topic reach.
   *
   * @param batch the last batch that is whole there; -1 for none
   * @param part how many parts there are of what follows it
   * @param mark of the last message of the last part; empty for no part
   */
  record Progress(long batch, int part, String mark) {
    static final Progress NONE = whole(-1);

    static Progress whole(long batch) {
      return new Progress(batch, 0, "");
    }

    Progress nextPart(String ended) {
      return new Progress(batch, part + 1, ended);
    }

    /** The later of two; in one transaction all messages say the same. */
    Progress max(Progress other) {
      return other.batch > batch || (other.batch == batch && other.part > part) ? other : this;
    }

    OffsetAndMetadata offset() {
      return new OffsetAndMetadata(batch + 1, part == 0 ? "" : part + " " + mark);
    }

    static Progress of(OffsetAndMetadata offset) {
      String[] words = offset.metadata().split(" ", 2);
      return words.length < 2
          ? whole(offset.offset() - 1)
          : new Progress(offset.offset() - 1, Integer.parseInt(words[0]), words[1]);
    }
  }

  private final Brokers brokers;
  private final String topic;
  private final String group;
  private final KafkaProducer<byte[], byte[]> producer;
  private Progress progress;

  private TransactionalPublisher(
      Brokers brokers, String topic, String group, KafkaProducer<byte[], byte[]> producer) {
    this.brokers = brokers;
    this.topic = topic;
    this.group = group;
    this.producer = producer;
  }

  /**
   * Opens the outbox, and fences whoever has it open.
   *
   * @param name the outbox's own name: transactional id and consumer group
   * @throws KafkaFailedException if the brokers cannot be reached or do not allow it
   */
  public static TransactionalPublisher open(Brokers brokers, String topic, String name) {
    Map<String, Object> settings = brokers.client();
    settings.remove("default.api.timeout.ms");
    settings.put("transactional.id", name);
    settings.put("max.block.ms", "20000");
    settings.put("compression.type", "zstd");
    KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    TransactionalPublisher opened = new TransactionalPublisher(brokers, topic, name, producer);
    try {
      producer.initTransactions();
      // After that, since until then the one before may still commit.
      opened.progress = opened.recorded();
      return opened;
    } catch (KafkaException e) {
      producer.close(Duration.ZERO);
      throw brokers.failure("topic " + topic, e);
    } catch (RuntimeException e) {
      producer.close(Duration.ZERO);
      throw e;
    }
  }

  /** The number of the last batch that is whole on the topic; -1 if there is none. */
  public long sent() {
    return progress.batch;
  }

  /**
   * The mark of the last message sent of what follows that batch, if a sender of parts has not come
   * to the end; whoever sends goes on behind it.
   */
  public Optional<String> mark() {
    return progress.part == 0 ? Optional.empty() : Optional.of(progress.mark);
  }

  private Progress recorded() {
    TopicPartition mark = new TopicPartition(topic, 0);
    try (Admin admin = brokers.admin()) {
      OffsetAndMetadata offset =
          admin
              .listConsumerGroupOffsets(
                  group, new ListConsumerGroupOffsetsOptions().requireStable(true))
              .partitionsToOffsetAndMetadata()
              .get()
              .get(mark);
      return offset == null ? found() : Progress.of(offset);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw brokers.failure("topic " + topic, e);
    } catch (ExecutionException e) {
      throw brokers.failure("topic " + topic, e);
    }
  }

  /** How far the headers of the messages on the topic say they reach; costs a read of the topic. */
  private Progress found() {
    Map<String, Object> settings = brokers.client();
    settings.put("isolation.level", "read_committed");
    Progress greatest = Progress.NONE;
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
          greatest = greatest.max(progress(record.headers()));
        }
      }
    }
    return greatest;
  }

  private Progress progress(Headers headers) {
    String batch = text(headers, BATCH);
    if (batch == null) {
      return Progress.NONE;
    }
    String part = text(headers, PART);
    return part == null
        ? Progress.whole(Long.parseLong(batch))
        : new Progress(Long.parseLong(batch), Integer.parseInt(part), text(headers, MARK));
  }

  private String text(Headers headers, String name) {
    Header header = headers.lastHeader(name + group);
    return header == null ? null : new String(header.value(), StandardCharsets.UTF_8);
  }

  /**
   * Sends a message for each of a batch's rows, all or none in one transaction, and says how many;
   * a batch without any costs nothing.
   *
   * @param batch above the number sent last
   * @throws KafkaFailedException if it could not be sent, or another has opened this outbox
   */
  public <T> long send(Iterator<T> rows, Function<T, Message> written, long batch) {
    return rows.hasNext()
        ? transaction(
            () -> rows.hasNext() ? written.apply(rows.next()) : null, Progress.whole(batch))
        : 0;
  }

  /**
   * Sends a message for each of a batch's rows, in transactions of at most 1,000 messages and about
   * 4 MB, and says how many. If this fails or dies on the way, whole parts have been sent, and
   * {@link #mark} says where they end.
   *
   * @param rows in an order that is the same each time, without those up to the mark
   * @param marks a text for each row, by which its place in that order is found again
   * @param batch above the number sent last
   * @throws KafkaFailedException if a part could not be sent, or another has opened this outbox
   */
  public <T> long sendInParts(
      Iterator<T> rows, Function<T, Message> written, Function<T, String> marks, long batch) {
    long count = 0;
    List<Message> part = new ArrayList<>();
    int bytes = 0;
    String mark = "";
    while (rows.hasNext()) {
      if (part.size() == PART_MESSAGES || bytes >= PART_BYTES) {
        count += transaction(part, progress.nextPart(mark));
        part.clear();
        bytes = 0;
      }
      T row = rows.next();
      Message message = written.apply(row);
      part.add(message);
      bytes += message.bytes();
      mark = marks.apply(row);
    }
    return part.isEmpty() ? count : count + transaction(part, Progress.whole(batch));
  }

  private long transaction(List<Message> messages, Progress reached) {
    Iterator<Message> iterator = messages.iterator();
    return transaction(() -> iterator.hasNext() ? iterator.next() : null, reached);
  }

  /**
   * Sends messages in one transaction.
   *
   * @param messages gives the next one; null at the end
   */
  private long transaction(Supplier<Message> messages, Progress reached) {
    long count = 0;
    try {
      producer.beginTransaction();
      for (Message message = messages.get(); message != null; message = messages.get()) {
        producer.send(record(message, reached));
        count++;
      }
      producer.sendOffsetsToTransaction(
          Map.of(new TopicPartition(topic, 0), reached.offset()), new ConsumerGroupMetadata(group));
      producer.commitTransaction();
    } catch (KafkaException e) {
      // Whether it was committed is known to whoever opens the outbox next.
      throw brokers.failure("topic " + topic, e);
    } catch (RuntimeException e) {
      abort(e);
      throw e;
    }
    progress = reached;
    return count;
  }

  /** Ends a transaction whose messages could not be made, so that the next one can begin. */
  private void abort(RuntimeException why) {
    try {
      producer.abortTransaction();
    } catch (KafkaException | IllegalStateException e) {
      why.addSuppressed(e);
    }
  }

  private ProducerRecord<byte[], byte[]> record(Message message, Progress reached) {
    Map<String, String> headers = new TreeMap<>(message.headers);
    headers.put(BATCH + group, String.valueOf(reached.batch));
    if (reached.part > 0) {
      headers.put(PART + group, String.valueOf(reached.part));
      headers.put(MARK + group, reached.mark);
    }
    ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(topic, message.key, message.value);
    headers.forEach(
        (name, text) -> record.headers().add(name, text.getBytes(StandardCharsets.UTF_8)));
    return record;
  }

  @Override
  public void close() {
    producer.close(Duration.ofSeconds(5));
  }
}
