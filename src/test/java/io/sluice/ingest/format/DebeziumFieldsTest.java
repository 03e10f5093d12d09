package io.sluice.ingest.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.contract.Arrival;
import io.sluice.contract.Delivery;
import io.sluice.contract.SchemaPolicy;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.apache.spark.unsafe.types.UTF8String;
import org.junit.jupiter.api.Test;

/** Change events in the shapes that the pages of Debezium's connectors show. */
class DebeziumFieldsTest {
  private static final List<String> COLUMNS =
      List.of("id", "email", "__op", "__position", "__ts_ms");

  private static final String POSTGRES =
      "\"source\":{\"version\":\"3.0\",\"connector\":\"postgresql\",\"name\":\"pg\",\"ts_ms\":1,"
          + "\"snapshot\":%s,\"db\":\"d\",\"schema\":\"public\",\"table\":\"customers\",\"txId\":555,"
          + "\"lsn\":%d,\"xmin\":null}";

  private static RawRecord read(String event, String key) {
    WantedFields wanted =
        WantedFields.of(
            new Arrival(
                "changes",
                "json",
                "",
                Arrival.Text.of(',', '"'),
                List.of(),
                1 << 20,
                1 << 20,
                Map.of(),
                null,
                new Arrival.Topic("customers", null),
                Arrival.Envelope.DEBEZIUM,
                Delivery.BY_FILE),
            SchemaPolicy.DEFAULT,
            COLUMNS);
    String header =
        key == null
            ? null
            : "{\"timestamp\":\"2026-03-01T10:00:00.000Z\",\"key\":\""
                + Base64.getEncoder().encodeToString(key.getBytes(StandardCharsets.UTF_8))
                + "\"}";
    return new RecordParser(wanted, null)
        .parse(
            event.getBytes(StandardCharsets.UTF_8),
            header == null ? null : UTF8String.fromString(header),
            null);
  }

  private static String value(RawRecord record, String column) {
    assertNull(record.problem(), () -> record.problem().getMessage());
    UTF8String value = record.values()[COLUMNS.indexOf(column)];
    return value == null ? null : value.toString();
  }

  private static BigInteger position(String source) {
    return new BigInteger(
        value(
            read(
                "{\"op\":\"u\",\"before\":null,\"after\":{\"id\":1},\"source\":" + source + "}",
                null),
            "__position"));
  }

  @Test
  void theRowBehindAChangeOrBeforeADeletionIsRead() {
    String schema = "{\"schema\":{\"type\":\"struct\",\"fields\":[]},\"payload\":";
    for (String around : List.of("", schema)) {
      String end = around.isEmpty() ? "" : "}";
      RawRecord update =
          read(
              around
                  + "{\"before\":{\"id\":1,\"email\":\"old\"},\"after\":{\"id\":1,\"email\":\"new\"},"
                  + POSTGRES.formatted("\"false\"", 24023128)
                  + ",\"op\":\"u\",\"ts_ms\":1559033904863}"
                  + end,
              null);
      assertEquals("new", value(update, "email"));
      assertEquals("u", value(update, "__op"));
      assertEquals("1559033904863", value(update, "__ts_ms"));
      RawRecord deletion =
          read(
              around
                  + "{\"before\":{\"id\":1,\"email\":null},\"after\":null,"
                  + POSTGRES.formatted("\"false\"", 46523128)
                  + ",\"op\":\"d\",\"ts_ms\":1580846125450}"
                  + end,
              null);
      assertEquals("1", value(deletion, "id"));
      assertEquals("d", value(deletion, "__op"));
      assertTrue(
          new BigInteger(value(deletion, "__position"))
                  .compareTo(new BigInteger(value(update, "__position")))
              > 0);
    }
  }

  @Test
  void aRowOfASnapshotComesBeforeAChangeAtItsPlace() {
    String lsn = "{\"connector\":\"postgresql\",\"snapshot\":\"%s\",\"lsn\":%d}";
    BigInteger snapshot = position(lsn.formatted("last", 100));
    assertTrue(snapshot.compareTo(position(lsn.formatted("false", 100))) < 0);
    assertTrue(snapshot.compareTo(position(lsn.formatted("false", 99))) > 0);
  }

  @Test
  void positionsGrowAcrossFilesAndWithinThem() {
    String mysql =
        "{\"connector\":\"mysql\",\"snapshot\":false,\"file\":\"mysql-bin.%s\",\"pos\":%d,\"row\":%d}";
    List<BigInteger> positions =
        List.of(
            position(mysql.formatted("000003", 805, 0)),
            position(mysql.formatted("000003", 805, 1)),
            position(mysql.formatted("000003", 4_294_967_295L, 0)),
            position(mysql.formatted("000010", 4, 0)));
    assertEquals(positions.stream().sorted().toList(), positions);

    String sqlServer =
        "{\"connector\":\"sqlserver\",\"snapshot\":\"false\",\"change_lsn\":\"%s\","
            + "\"commit_lsn\":\"00000027:00000758:0005\",\"event_serial_no\":%d}";
    positions =
        List.of(
            position(sqlServer.formatted("00000027:00000758:0003", 1)),
            position(sqlServer.formatted("00000027:00000758:0003", 2)),
            position(sqlServer.formatted("00000027:00000ac0:0002", 1)),
            position(sqlServer.formatted("00000028:00000001:0001", 1)));
    assertEquals(positions.stream().sorted().toList(), positions);
    positions.forEach(one -> assertTrue(one.toString().length() <= 38));

    String oracle = "{\"connector\":\"oracle\",\"snapshot\":\"false\",\"scn\":\"%s\"}";
    assertTrue(
        position(oracle.formatted("2122185")).compareTo(position(oracle.formatted("11122184")))
            < 0);
  }

  @Test
  void mongoGivesRowsAsTextAndDeletionsByTheirKey() {
    String source =
        "\"source\":{\"connector\":\"mongodb\",\"ts_ms\":1558965508000,\"snapshot\":\"false\",\"ord\":%d}";
    RawRecord update =
        read(
            "{\"op\":\"u\",\"after\":\"{\\\"id\\\":1004,\\\"email\\\":\\\"a@x\\\"}\","
                + source.formatted(6)
                + "}",
            null);
    assertEquals("a@x", value(update, "email"));
    RawRecord deletion =
        read(
            "{\"op\":\"d\",\"before\":null,\"after\":null," + source.formatted(7) + "}",
            "{\"schema\":{},\"payload\":{\"id\":\"1004\"}}");
    assertEquals("1004", value(deletion, "id"));
    assertTrue(
        new BigInteger(value(deletion, "__position"))
                .compareTo(new BigInteger(value(update, "__position")))
            > 0);
  }

  @Test
  void whatCannotBeCarriedOutIsBrokenWithAReason() {
    assertEquals(
        "no change event of Debezium: it has no op",
        read("{\"id\":1}", null).problem().getMessage());
    assertNotNull(read("{\"op\":\"t\",\"before\":null,\"after\":null}", null).problem());
    assertEquals(
        "a deletion without the row before it, and its record's key is no JSON object",
        read("{\"op\":\"d\",\"before\":null}", "17").problem().getMessage());
    assertNull(
        value(
            read("{\"op\":\"c\",\"after\":{\"id\":1},\"source\":{\"connector\":\"x\"}}", null),
            "__position"));
    assertNull(
        value(
            read(
                "{\"op\":\"c\",\"after\":{\"id\":1},\"source\":{\"connector\":\"mysql\",\"file\":\"x\"}}",
                null),
            "__position"));
  }
}
