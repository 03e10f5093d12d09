package io.sluice.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.sluice.kafka.TransactionalPublisher.Message;
import io.sluice.kafka.TransactionalPublisher.Progress;
import io.sluice.testing.LocalKafka;
import io.sluice.testing.LocalSpark;
import io.sluice.testing.NeedsServers;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.junit.jupiter.api.Test;

/** Messages in parts: each once, whatever dies on the way. */
@NeedsServers
class TransactionalPublisherTest {
  private static Brokers brokers() {
    return Brokers.of(LocalSpark.settings(Map.of("kafka.servers", LocalKafka.server().servers())));
  }

  private static Message message(int number) {
    return new Message(null, String.valueOf(number).getBytes(StandardCharsets.UTF_8), Map.of());
  }

  /** Numbers up to one, the last of which cannot be read. */
  private static Iterator<Integer> failing(int first, int last) {
    return IntStream.range(first, last + 1)
        .map(
            number -> {
              if (number == last) {
                throw new IllegalStateException("executor lost");
              }
              return number;
            })
        .iterator();
  }

  private static Set<String> sent(String topic) throws Exception {
    List<String> all =
        LocalKafka.read(topic).stream()
            .map(record -> new String(record.value(), StandardCharsets.UTF_8))
            .toList();
    Set<String> once = new HashSet<>(all);
    assertEquals(once.size(), all.size(), "each once");
    return once;
  }

  private static long sendFrom(TransactionalPublisher outbox, Iterator<Integer> rows, long batch) {
    return outbox.sendInParts(
        rows, TransactionalPublisherTest::message, number -> "row " + number, batch);
  }

  @Test
  void partsAreSentOnceWhateverFails() throws Exception {
    LocalKafka.topic("parts", 2);
    Brokers brokers = brokers();
    try (TransactionalPublisher outbox = TransactionalPublisher.open(brokers, "parts", "parts")) {
      assertEquals(2, sendFrom(outbox, List.of(-2, -1).iterator(), 5));
      assertEquals(Optional.empty(), outbox.mark());
      assertThrows(IllegalStateException.class, () -> sendFrom(outbox, failing(0, 2500), 7));
      assertEquals(5, outbox.sent());
      assertEquals(Optional.of("row 1999"), outbox.mark());
    }
    assertEquals(2002, sent("parts").size());

    // The next one goes on behind the mark, and may take more batches than the one before.
    try (TransactionalPublisher outbox = TransactionalPublisher.open(brokers, "parts", "parts")) {
      assertEquals(5, outbox.sent());
      assertEquals(Optional.of("row 1999"), outbox.mark());
      assertThrows(IllegalStateException.class, () -> sendFrom(outbox, failing(2000, 3100), 8));
      assertEquals(Optional.of("row 2999"), outbox.mark());
    }

    // The brokers have forgotten the offset; the messages have not.
    try (Admin admin = LocalKafka.admin()) {
      admin.deleteConsumerGroups(List.of("parts")).all().get();
    }
    try (TransactionalPublisher outbox = TransactionalPublisher.open(brokers, "parts", "parts")) {
      assertEquals(5, outbox.sent());
      assertEquals(Optional.of("row 2999"), outbox.mark());
      assertEquals(200, sendFrom(outbox, IntStream.range(3000, 3200).iterator(), 9));
      assertEquals(9, outbox.sent());
      assertEquals(Optional.empty(), outbox.mark());
    }
    assertEquals(3202, sent("parts").size());
    try (TransactionalPublisher outbox = TransactionalPublisher.open(brokers, "parts", "parts")) {
      assertEquals(9, outbox.sent());
      assertEquals(Optional.empty(), outbox.mark());
    }
  }

  @Test
  void aBatchInOneTransactionIsAllOrNothing() throws Exception {
    LocalKafka.topic("whole", 1);
    try (TransactionalPublisher outbox = TransactionalPublisher.open(brokers(), "whole", "whole")) {
      assertThrows(
          IllegalStateException.class,
          () -> outbox.send(failing(0, 3), TransactionalPublisherTest::message, 1));
      assertEquals(-1, outbox.sent());
      // The failed transaction does not stand in the way of the next.
      assertEquals(
          2, outbox.send(List.of(7, 8).iterator(), TransactionalPublisherTest::message, 1));
      assertEquals(1, outbox.sent());
    }
    assertEquals(Set.of("7", "8"), sent("whole"));
  }

  @Test
  void largeMessagesMakeSmallParts() throws Exception {
    LocalKafka.topic("large", 1);
    byte[] value = new byte[900_000];
    try (TransactionalPublisher outbox = TransactionalPublisher.open(brokers(), "large", "large")) {
      assertThrows(
          IllegalStateException.class,
          () ->
              outbox.sendInParts(
                  failing(0, 8), number -> new Message(null, value, Map.of()), String::valueOf, 1));
      assertEquals(Optional.of("4"), outbox.mark());
    }
  }

  @Test
  void progressIsKeptAsAnOffsetAndItsMetadata() {
    for (Progress progress :
        List.of(Progress.NONE, Progress.whole(7), Progress.whole(7).nextPart("a b 3"))) {
      assertEquals(progress, Progress.of(progress.offset()));
    }
    assertEquals(new OffsetAndMetadata(8), Progress.whole(7).offset());
  }

  @Test
  void theLaterProgressIsTheGreater() {
    Progress part = Progress.whole(7).nextPart("a");
    assertEquals(part, Progress.whole(7).max(part));
    assertEquals(part.nextPart("b"), part.nextPart("b").max(part));
    assertEquals(Progress.whole(8), part.max(Progress.whole(8)));
  }
}
