package io.sluice.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Formats are found on the class path, by their names. */
class ArrivalFormatsTest {
  @Test
  void allAreFoundByTheirNames() {
    // The tests bring one of their own, as a newcomer would.
    assertEquals(
        List.of("avro", "csv", "json", "pairs", "parquet", "protobuf"), ArrivalFormats.names());
    for (String name : ArrivalFormats.names()) {
      assertEquals(name, ArrivalFormats.get(name).name());
    }
  }

  @Test
  void topicsTakeThreeOfThem() {
    assertEquals(
        List.of("avro", "json", "protobuf"), ArrivalFormats.names(ArrivalFormat.Way.TOPIC));
    assertEquals(
        List.of("csv", "json", "pairs", "parquet"), ArrivalFormats.names(ArrivalFormat.Way.FILES));
  }

  @Test
  void anUnknownNameIsRefusedWithThoseThatAreKnown() {
    assertTrue(ArrivalFormats.find("xml").isEmpty());
    String message =
        assertThrows(IllegalStateException.class, () -> ArrivalFormats.get("xml")).getMessage();
    assertTrue(message.contains("xml") && message.contains("[avro, csv,"), message);
  }
}
