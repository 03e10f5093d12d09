package io.sluice.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The names are in the logs of existing lakes. */
class CheckpointTest {
  @Test
  void namesAreThoseOfExistingLakes() {
    assertEquals(
        List.of(
            "fence",
            "ingest",
            "files",
            "ingest:topics",
            "refine",
            "quarantine",
            "alert:user/at",
            "ingest:calls",
            "ingest:payments/3",
            "ingest:payments",
            "build:calls",
            "backfill:2026-03-01_2026-03-31:0a1b",
            "version:order_fraud",
            "train:order_fraud:gold.order_features",
            "moves:order_fraud",
            "score:gold.order_features",
            "alert-offset:user/at:payments/3",
            "alert-clock:user/at:payments/3"),
        Stream.of(
                Checkpoint.FENCE,
                Checkpoint.FILES_INGESTED,
                Checkpoint.FILES_RECORDED,
                Checkpoint.TOPICS_INGESTED,
                Checkpoint.REFINED,
                Checkpoint.QUARANTINED,
                Checkpoint.alerted("user/at"),
                Checkpoint.filesOf("calls"),
                Checkpoint.offset("payments", 3),
                Checkpoint.making("payments"),
                Checkpoint.built("calls"),
                Checkpoint.backfilled("2026-03-01_2026-03-31", "0a1b"),
                Checkpoint.version("order_fraud"),
                Checkpoint.learned("order_fraud", "gold.order_features"),
                Checkpoint.moves("order_fraud"),
                Checkpoint.scored("gold.order_features"),
                Checkpoint.alertOffsets("user/at").of("payments/3"),
                Checkpoint.alertClocks("user/at").of("payments/3"))
            .map(Checkpoint::name)
            .toList());
  }

  @Test
  void noTopicTakesTheNameOfAnother() {
    // Any of these can be the name of a topic.
    for (String topic : Set.of("topics", "a", "ingest", "files")) {
      assertNotEquals(Checkpoint.TOPICS_INGESTED, Checkpoint.making(topic));
      assertNotEquals(Checkpoint.FILES_INGESTED, Checkpoint.making(topic));
      assertNotEquals(Checkpoint.making(topic), Checkpoint.offset(topic, 0));
    }
  }
}
