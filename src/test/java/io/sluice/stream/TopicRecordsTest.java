package io.sluice.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.contract.Arrival;
import io.sluice.contract.Contracts;
import io.sluice.engine.LocalRows;
import io.sluice.ingest.OffsetRange;
import io.sluice.ingest.TopicBacklog;
import io.sluice.ingest.TopicIntake;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Records are cut into parts that each reach as far in every partition as they have its records.
 */
class TopicRecordsTest {
  private static final Arrival ARRIVAL =
      Contracts.read(Path.of("src/demo/stream/contracts")).get("transactions").topics().get(0);

  private static LocalRows records(int... partitionsAndOffsets) {
    LocalRows.Builder rows = LocalRows.builder(TopicIntake.RECORDS);
    for (int i = 0; i < partitionsAndOffsets.length; i += 2) {
      rows.add(
          "transactions",
          null,
          "{}".getBytes(StandardCharsets.UTF_8),
          partitionsAndOffsets[i],
          (long) partitionsAndOffsets[i + 1],
          0L,
          null);
    }
    return rows.build();
  }

  private static List<String> parts(LocalRows records, int most, OffsetRange... wanted) {
    Map<Arrival, List<OffsetRange>> ranges = Map.of(ARRIVAL, List.of(wanted));
    TopicBacklog waiting =
        new TopicBacklog(
            null,
            0,
            Map.of(
                ARRIVAL,
                new io.sluice.kafka.TopicOffsets("transactions", 1, new java.util.TreeMap<>())),
            ranges,
            0);
    List<String> parts = new ArrayList<>();
    for (TopicRecords part : TopicRecords.parts(records, waiting, most)) {
      List<String> text = new ArrayList<>();
      part.ranges("transactions")
          .forEach(range -> text.add(range.partition() + ":" + range.from() + "-" + range.until()));
      parts.add(part.records("transactions").size() + " of " + String.join(" ", text));
    }
    return parts;
  }

  @Test
  void aPartReachesTheEndOfAPartitionWithItsLastRecord() {
    // Offset 3 of partition 0 and 9 of partition 1 are marks of transactions, no records.
    assertEquals(
        List.of("2 of 0:0-2", "2 of 0:2-4 1:5-6", "2 of 1:6-10"),
        parts(
            records(0, 0, 0, 1, 0, 2, 1, 5, 1, 6, 1, 7),
            2,
            new OffsetRange(0, 0, 4),
            new OffsetRange(1, 5, 10)));
  }

  @Test
  void whatBronzeHasIsLeftOut() {
    assertEquals(
        List.of("1 of 0:2-3"),
        parts(records(0, 0, 0, 1, 0, 2, 1, 5), 10, new OffsetRange(0, 2, 3)));
  }

  @Test
  void aStretchWithoutRecordsIsReachedToo() {
    assertEquals(List.of("0 of 0:7-9"), parts(records(), 10, new OffsetRange(0, 7, 9)));
  }
}
