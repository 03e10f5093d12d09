package io.sluice.ingest.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.apache.spark.unsafe.types.UTF8String;
import org.junit.jupiter.api.Test;

/** What is read of change events besides what their pages document, and positions. */
class DebeziumFieldsTest {
  private static final List<String> COLUMNS =
      List.of("id", "email", "__op", "__position", "__ts_ms");

  private static RawRecord read(String event, String key) {
    String header =
        key == null
            ? null
            : "{\"timestamp\":\"2026-03-01T10:00:00.000Z\",\"key\":\""
                + Base64.getEncoder().encodeToString(key.getBytes(StandardCharsets.UTF_8))
                + "\"}";
    return ChangeEvents.parser(COLUMNS, null)
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

    String postgres = "{\"connector\":\"postgresql\",\"snapshot\":\"%s\",\"lsn\":%d}";
    positions =
        List.of(
            position(postgres.formatted("false", 99)),
            position(postgres.formatted("last", 100)),
            position(postgres.formatted("false", 100)));
    assertEquals(positions.stream().sorted().toList(), positions);

    String oracle = "{\"connector\":\"oracle\",\"snapshot\":\"false\",\"scn\":\"%s\"}";
    assertTrue(
        position(oracle.formatted("2122185")).compareTo(position(oracle.formatted("11122184")))
            < 0);

    // As far before its commit as can be: positions do not turn over.
    String sqlServer =
        "{\"connector\":\"sqlserver\",\"snapshot\":\"false\",\"change_lsn\":\"%s\","
            + "\"commit_lsn\":\"ffffffff:00000758:0005\",\"event_serial_no\":%d}";
    positions =
        List.of(
            position(sqlServer.formatted("00000001:00000000:0001", 1)),
            position(sqlServer.formatted("ffffffff:00000757:0001", 1)),
            position(sqlServer.formatted("ffffffff:00000757:0001", 2)),
            position(sqlServer.formatted("ffffffff:00000758:0005", 9)));
    assertEquals(positions.stream().sorted().toList(), positions);
    positions.forEach(one -> assertTrue(one.toString().length() <= 38));
  }

  @Test
  void aPositionThatDoesNotFitIsNone() {
    for (String source :
        List.of(
            "{\"connector\":\"postgresql\",\"lsn\":-1}",
            "{\"connector\":\"oracle\",\"scn\":\"9223372036854775808\"}",
            "{\"connector\":\"mysql\",\"file\":\"x\"}",
            "{\"connector\":\"sqlserver\",\"commit_lsn\":\"none\"}",
            "{\"connector\":\"cassandra\",\"position\":1}")) {
      assertNull(
          value(
              read("{\"op\":\"c\",\"after\":{\"id\":1},\"source\":" + source + "}", null),
              "__position"),
          source);
    }
  }

  @Test
  void whatCannotBeCarriedOutIsBrokenWithAReason() {
    assertEquals(
        "no change event of Debezium: it has no op",
        read("{\"id\":1}", null).problem().getMessage());
    assertEquals(
        "a deletion without the row before it, and its record's key is no object",
        read("{\"op\":\"d\",\"before\":null}", "17").problem().getMessage());
  }
}
