package io.sluice.ingest.format;

import static io.sluice.ingest.format.FormatFiles.POLICY;
import static io.sluice.ingest.format.FormatFiles.USUAL;
import static io.sluice.ingest.format.FormatFiles.arrival;
import static io.sluice.ingest.format.FormatFiles.refusal;
import static io.sluice.ingest.format.FormatFiles.rows;
import static io.sluice.ingest.format.FormatFiles.wanted;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.contract.SchemaPolicy;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which first lines are headers, and what their columns are. */
class CsvHeaderTest {
  private static final WantedFields CSV = wanted(arrival("csv", USUAL), "id", "item", "qty", "ts");

  private static WantedFields with(SchemaPolicy policy) {
    return new WantedFields(
        arrival("csv", USUAL),
        policy,
        List.of("id", "ts"),
        Map.of(),
        List.of(),
        Set.of(),
        List.of(),
        Map.of());
  }

  @Test
  void firstLineThatLacksKeyOrOrderingColumnIsNoHeader() {
    assertEquals(
        "its first line is no header: it does not name ts, which key and ordering column are read"
            + " from; further columns it lacks: qty",
        refusal(CSV, "id,item\n1,pen\n"));
    assertEquals(
        "its first line is no header: it does not name id, ts, which key and ordering column are"
            + " read from; further columns it lacks: item",
        refusal(CSV, "M1,qty,5,2026-03-01T10:00:00Z\nM2,qty,6,2026-03-01T10:00:00Z\n"));
  }

  @Test
  void ofAColumnThatHasHadSeveralNamesOneIsEnough() {
    WantedFields wanted =
        new WantedFields(
            arrival("csv", USUAL),
            POLICY,
            List.of("id", "name", "nom"),
            Map.of(),
            List.of(),
            Set.of("name", "nom"),
            List.of(List.of("name", "nom")),
            Map.of());
    assertEquals(List.of("missing: the file has no column name"), rows(wanted, "id,x\n1,2\n"));
    assertEquals(1, rows(wanted, "id,nom\n1,2\n").size());
    assertFalse(rows(wanted, "id,nom\n1,2\n").get(0).startsWith("missing"));
    assertFalse(rows(wanted, "name,id\n1,2\n").get(0).startsWith("missing"));
  }

  @Test
  void oneOfTheColumnsThatAnExpressionReadsIsEnough() {
    WantedFields wanted =
        new WantedFields(
            arrival("csv", USUAL),
            POLICY,
            List.of("a", "b"),
            Map.of(),
            List.of(Set.of("a", "b")),
            Set.of(),
            List.of(),
            Map.of());
    assertEquals(List.of("missing: the file has no column b"), rows(wanted, "a,c\n1,2\n"));
    assertTrue(refusal(wanted, "c,d\n1,2\n").contains("it does not name a, b, which"));
  }

  @Test
  void valuesOfTheLineAreNotTold() {
    String told = refusal(CSV, "s3cr3t,4711,qty\n1,2,3\n");
    assertFalse(told.contains("s3cr3t") || told.contains("4711"), told);
  }

  @Test
  void otherCaseIsTold() {
    assertEquals(
        "its first line is no header: it does not name id (there in other upper and lower case"
            + " only), ts (there in other upper and lower case only), which key and ordering column"
            + " are read from",
        refusal(CSV, "ID,item,qty,Ts\n1,2,3,4\n"));
  }

  @Test
  void allMissingColumnsAreNamedAtOnce() {
    assertEquals(
        List.of(
            "missing: the file has no column item, qty",
            "missing: the file has no column item, qty"),
        rows(CSV, "id,ts\n1,x\n2,y\n"));
  }

  @Test
  void columnsWithoutNameAndValueSayNothingAndOthersAreKept() {
    WantedFields wanted = with(POLICY);
    assertEquals(List.of("1|x", "2|y"), rows(wanted, "id,ts,,\n1,x,,\n2,y,\"\",\n"));
    assertEquals(
        List.of("1|x|_column_4=z", "2|y|_column_3= "), rows(wanted, "id,ts,, \n1,x,,z\n2,y, ,\n"));
    SchemaPolicy strict =
        new SchemaPolicy(
            SchemaPolicy.Added.STOP, SchemaPolicy.Removed.STOP, SchemaPolicy.Retyped.STOP);
    assertEquals(
        List.of("1|x", "added: the contract knows no column _column_3"),
        rows(with(strict), "id,ts,\n1,x,\n2,y,z\n"));
  }

  @Test
  void columnThatStandsTwiceIsNamedWhereItCounts() {
    assertEquals(
        List.of("record: header line: column id, a stands twice"),
        rows(with(POLICY), "id,ts,id,a,a\n1,2,3,4,5\n"));
    SchemaPolicy ignoring =
        new SchemaPolicy(
            SchemaPolicy.Added.IGNORE, SchemaPolicy.Removed.NULL, SchemaPolicy.Retyped.QUARANTINE);
    assertEquals(List.of("1|2"), rows(with(ignoring), "id,ts,a,a\n1,2,3,4\n"));
  }

  @Test
  void headerOfMillionsOfColumnsIsRefused() {
    WantedFields wide = wanted(arrival("csv", USUAL, 16 << 20), "id", "ts");
    assertEquals(
        "its first line is no header: there are more than 100000 columns",
        refusal(wide, "id,ts" + ",".repeat(2_000_000) + "\n1,2\n"));
  }

  @Test
  void recordOfMillionsOfFieldsCostsLittle() {
    WantedFields wide = wanted(arrival("csv", USUAL, 16 << 20), "id", "ts");
    assertEquals(
        List.of("record: 10000001 fields where the header has 2", "1|x"),
        rows(wide, "id,ts\n" + ",".repeat(10_000_000) + "\n1,x\n"));
  }
}
