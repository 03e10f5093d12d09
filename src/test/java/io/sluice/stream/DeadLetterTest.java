package io.sluice.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.sluice.engine.LocalRows;
import io.sluice.kafka.TransactionalPublisher;
import io.sluice.stream.DeadLetter.Place;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

/** What a dead letter says, and in which order letters go. */
class DeadLetterTest {
  private static DeadLetter letter(byte[] raw) {
    return new DeadLetter(raw, "topic.a/12", 34, "{}", "1.0.0", "run", "[]", 5);
  }

  @Test
  void theHeadersSayWhereItStoodAndWhoRefusedItWhy() {
    TransactionalPublisher.Message message =
        letter("x".getBytes(StandardCharsets.UTF_8)).message("clicks");
    assertNull(message.key());
    assertEquals("x", new String(message.value(), StandardCharsets.UTF_8));
    assertEquals(
        "{sluice.contract=1.0.0, sluice.header={}, sluice.offset=34, sluice.partition=12,"
            + " sluice.reasons=[], sluice.run=run, sluice.source=clicks, sluice.step=refine,"
            + " sluice.topic=topic.a}",
        message.headers().toString());
  }

  @Test
  void aTombstoneHasNoValue() {
    assertNull(letter(null).message("clicks").value());
  }

  @Test
  void aLongValueIsCutAndItsLengthSaid() {
    TransactionalPublisher.Message message =
        letter(new byte[DeadLetter.MOST_BYTES + 1]).message("clicks");
    assertEquals(DeadLetter.MOST_BYTES, message.value().length);
    assertEquals("900001", message.headers().get("sluice.bytes"));
    assertFalse(
        letter(new byte[DeadLetter.MOST_BYTES])
            .message("clicks")
            .headers()
            .containsKey("sluice.bytes"));
  }

  @Test
  void rowsOfQuarantineBecomeLetters() {
    StructType schema =
        new StructType()
            .add("raw", DataTypes.BinaryType)
            .add("file", DataTypes.StringType)
            .add("position", DataTypes.LongType)
            .add("header", DataTypes.StringType)
            .add("contract_version", DataTypes.StringType)
            .add("run_id", DataTypes.StringType)
            .add("reasons", DataTypes.StringType)
            .add("batch", DataTypes.LongType);
    LocalRows rows =
        LocalRows.builder(schema)
            .add(null, "topic.a/12", 34L, "{}", "1.0.0", "run", "[]", 5L)
            .build();
    assertEquals(letter(null), DeadLetter.of(rows.get(0)));
  }

  @Test
  void lettersGoByBatchThenWhereTheyStood() {
    List<Place> sorted =
        List.of(
            new Place(1, "b/0", 9),
            new Place(2, "a/0", 9),
            new Place(2, "a/0", 10),
            new Place(2, "a/1", 1),
            new Place(2, "b/0", 0));
    List<Place> shuffled =
        new ArrayList<>(List.of(4, 2, 0, 3, 1).stream().map(sorted::get).toList());
    shuffled.sort(null);
    assertEquals(sorted, shuffled);
    for (Place place : sorted) {
      assertEquals(place, Place.read(place.text()));
    }
  }
}
