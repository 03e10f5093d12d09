package io.sluice.ingest.format;

import static org.apache.spark.unsafe.types.UTF8String.fromString;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.contract.Arrival;
import io.sluice.contract.SchemaPolicy;
import io.sluice.engine.ParsedRow;
import java.util.List;
import java.util.Map;
import org.apache.spark.unsafe.types.UTF8String;
import org.junit.jupiter.api.Test;

/** Fields go to their places; what is unknown or means null goes where the contract says. */
class FieldSinkTest {
  private static final Arrival ARRIVAL =
      new Arrival("a", "json", "a/", ',', '"', List.of("-"), 1000, 1000, Map.of());

  private static FieldSink sink(SchemaPolicy.Added added) {
    SchemaPolicy policy =
        new SchemaPolicy(added, SchemaPolicy.Removed.QUARANTINE, SchemaPolicy.Retyped.QUARANTINE);
    return new FieldSink(WantedFields.of(ARRIVAL, policy, List.of("x", "y")));
  }

  private static String text(ParsedRow row) {
    String values = row.isNullAt(0) ? "none" : row.getArray(0).toString();
    String extra =
        row.isNullAt(1) ? "none" : row.getMap(1).keyArray() + "=" + row.getMap(1).valueArray();
    String problem = row.isNullAt(2) ? "none" : row.getStruct(2, 3).toString();
    return values + " " + extra + " " + problem;
  }

  @Test
  void keepsWhatIsUnknown() {
    FieldSink sink = sink(SchemaPolicy.Added.KEEP);
    sink.put("y", fromString("2"));
    sink.put("z", fromString("3"));
    sink.putAt(-1, fromString("w"), fromString("-"));
    sink.put("x", null);
    UTF8String[] values = {null, fromString("2")};
    assertEquals(
        text(ParsedRow.of(values, List.of(fromString("z")), List.of(fromString("3")))),
        text(sink.row()));
  }

  @Test
  void forgetsTheRecordBefore() {
    FieldSink sink = sink(SchemaPolicy.Added.KEEP);
    sink.put("x", fromString("1"));
    sink.put("z", fromString("3"));
    String first = text(sink.row());
    ParsedRow kept = sink.row();
    sink.begin();
    assertEquals(text(sink(SchemaPolicy.Added.KEEP).row()), text(sink.row()));
    assertEquals(first, text(kept));
  }

  @Test
  void leavesOutWhatIsUnknownIfToldTo() {
    FieldSink sink = sink(SchemaPolicy.Added.IGNORE);
    assertTrue(sink.takes(0));
    assertFalse(sink.takes(sink.place("z")));
    sink.put("z", fromString("3"));
    assertTrue(sink.row().isNullAt(1));
  }

  @Test
  void refusesWhatIsUnknownIfToldTo() {
    FieldSink sink = sink(SchemaPolicy.Added.STOP);
    sink.put("z", fromString("-"));
    assertTrue(sink.row().isNullAt(2));
    sink.put("z", fromString("3"));
    assertEquals(
        text(ParsedRow.failed("z", "added", "the contract knows no column z")), text(sink.row()));
  }
}
