package io.sluice.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.testing.LocalKafka;
import io.sluice.testing.LocalSpark;
import io.sluice.testing.NeedsServers;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** What the brokers say that topics hold, and what is read of it. */
@NeedsServers
class TopicAdminTest {
  private static Brokers brokers() {
    return Brokers.of(LocalSpark.settings(Map.of("kafka.servers", LocalKafka.server().servers())));
  }

  @Test
  void saysWhatAPartitionStillHas() throws Exception {
    LocalKafka.topic("held", 2);
    LocalKafka.send("held", 0, LocalKafka.bytes("a", "b", "c"));
    try (TopicAdmin topics = TopicAdmin.open(brokers());
        Admin admin = LocalKafka.admin()) {
      admin
          .deleteRecords(Map.of(new TopicPartition("held", 0), RecordsToDelete.beforeOffset(1)))
          .all()
          .get();
      TopicOffsets held = topics.offsets("held");
      assertEquals("held", held.name());
      assertEquals(
          Map.of(0, new TopicOffsets.Held(1, 3), 1, new TopicOffsets.Held(0, 0)),
          held.partitions());
      assertEquals(held.topicId(), topics.offsets("held").topicId());

      admin.deleteTopics(List.of("held")).all().get();
      LocalKafka.topic("held", 1);
      assertNotEquals(held.topicId(), topics.offsets("held").topicId());
    }
  }

  @Test
  void namesATopicThatIsNotThere() {
    try (TopicAdmin topics = TopicAdmin.open(brokers())) {
      String message =
          assertThrows(KafkaFailedException.class, () -> topics.offsets("nowhere")).getMessage();
      assertTrue(message.contains("topic nowhere") && message.contains("no such topic"), message);
    }
  }
}
