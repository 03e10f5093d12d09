package io.sluice.bench;

import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/** The topics of a source of events. */
final class EventTopics {
  private EventTopics() {}

  /** Makes one of some partitions for the events, and one of a single partition for each other. */
  static void create(
      String servers, String events, int partitions, String deadLetters, String alerts)
      throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
      admin
          .createTopics(
              List.of(
                  new NewTopic(events, partitions, (short) 1),
                  new NewTopic(deadLetters, 1, (short) 1),
                  new NewTopic(alerts, 1, (short) 1)))
          .all()
          .get();
    }
  }
}
