package io.sluice.ingest.format;

import static org.apache.spark.unsafe.types.UTF8String.fromString;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.contract.Arrival;
import io.sluice.contract.SchemaPolicy;
import io.sluice.testing.Arrivals;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Fields go to their places; what is unknown or means null goes where the contract says. */
class FieldSinkTest {
  private static final Arrival ARRIVAL = Arrivals.of("json", List.of("-"), 1000, 1000);

  private static FieldSink sink(SchemaPolicy.Added added) {
    SchemaPolicy policy =
        new SchemaPolicy(added, SchemaPolicy.Removed.QUARANTINE, SchemaPolicy.Retyped.QUARANTINE);
    return new FieldSink(WantedFields.of(ARRIVAL, policy, List.of("x", "y")));
  }

  private static String text(RawRecord record) {
    return record.problem() == null
        ? Arrays.toString(record.values()) + " " + record.names() + " " + record.extras()
        : record.problem().field() + " " + record.problem().getMessage();
  }

  @Test
  void keepsWhatIsUnknown() {
    FieldSink sink = sink(SchemaPolicy.Added.KEEP);
    sink.put("y", fromString("2"));
    sink.put("z", fromString("3"));
    sink.putAt(-1, fromString("w"), fromString("-"));
    sink.put("x", null);
    assertEquals("[null, 2] [z] [3]", text(sink.record()));
  }

  @Test
  void forgetsTheRecordBefore() {
    FieldSink sink = sink(SchemaPolicy.Added.KEEP);
    sink.put("x", fromString("1"));
    sink.put("z", fromString("3"));
    String first = text(sink.record());
    RawRecord kept = sink.record();
    sink.begin();
    assertEquals(text(sink(SchemaPolicy.Added.KEEP).record()), text(sink.record()));
    assertEquals(first, text(kept));
  }

  @Test
  void leavesOutWhatIsUnknownIfToldTo() {
    FieldSink sink = sink(SchemaPolicy.Added.IGNORE);
    assertTrue(sink.takes(0));
    assertFalse(sink.takes(sink.place("z")));
    sink.put("z", fromString("3"));
    assertEquals("[null, null] [] []", text(sink.record()));
  }

  @Test
  void refusesWhatIsUnknownIfToldTo() {
    FieldSink sink = sink(SchemaPolicy.Added.STOP);
    sink.put("z", fromString("-"));
    assertNull(sink.record().problem());
    sink.put("z", fromString("3"));
    assertEquals("z the contract knows no column z", text(sink.record()));
    sink.put("w", fromString("4"));
    assertEquals("z the contract knows no columns z, w", text(sink.record()));
  }

  @Test
  void textThatIsQuotedIsToldApart() {
    FieldSink sink = sink(SchemaPolicy.Added.KEEP);
    sink.put("x", fromString("{}"));
    sink.putQuoted("y", fromString("{}"));
    RawRecord record = sink.record();
    assertFalse(record.isQuoted(0));
    assertTrue(record.isQuoted(1));
  }
}
