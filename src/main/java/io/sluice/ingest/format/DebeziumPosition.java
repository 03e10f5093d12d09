package io.sluice.ingest.format;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.math.BigInteger;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * Where a change stood in its database's log, as a whole number of at most 38 digits that grows
 * with the changes of one row.
 *
 * <p>Transactions first, in the order of their commits, then the changes within one: a change that
 * was written before a snapshot and committed after it is newer than the snapshot's row. A row of a
 * snapshot comes just before a change at its position.
 */
final class DebeziumPosition {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** More would not fit into 38 digits. */
  private static final int BITS = 126;

  private DebeziumPosition() {}

  /**
   * The position that an event's source block tells.
   *
   * @param source a JSON object; null if the event has none
   * @return null if it tells none, or its connector is not known
   */
  static UTF8String of(UTF8String source) {
    if (source == null) {
      return null;
    }
    try {
      JsonNode block = JSON.readTree(source.getBytes());
      BigInteger position = position(block);
      if (position == null) {
        return null;
      }
      String snapshot = block.path("snapshot").asText("false");
      boolean isChange = snapshot.equals("false") || snapshot.equals("null");
      return UTF8String.fromString(
          joined(position, BITS - 1, isChange ? BigInteger.ONE : BigInteger.ZERO, 1).toString());
    } catch (IOException | ArithmeticException | IllegalArgumentException e) {
      return null;
    }
  }

  private static BigInteger position(JsonNode source) {
    return switch (source.path("connector").asText("")) {
      case "postgresql" -> postgres(source);
      case "mysql", "mariadb" -> binlog(source);
      case "sqlserver" -> sqlServer(source);
      case "oracle" -> oracle(source);
      case "db2" -> hex(source.path("change_lsn").asText(source.path("commit_lsn").asText()));
      case "mongodb" ->
          // Seconds, told in milliseconds, and an ordinal within them.
          joined(number(source, "ts_ms"), 64, number(source, "ord"), 32);
      default -> null;
    };
  }

  /**
   * The change's LSN, behind that of the last commit before its own. Both stand in {@code
   * sequence}; where no commit is known the LSN stands for it.
   */
  private static BigInteger postgres(JsonNode source) {
    BigInteger lsn = number(source, "lsn");
    BigInteger commit = lsn;
    try {
      String before = JSON.readTree(source.path("sequence").asText()).path(0).asText();
      commit = before.matches("[0-9]{1,19}") ? lsn.max(new BigInteger(before)) : lsn;
    } catch (IOException e) {
      // Of an old connector, which has none.
    }
    return joined(commit, 62, lsn, 62);
  }

  /** The file's number, the position in it, and the row within the event there. */
  private static BigInteger binlog(JsonNode source) {
    String file = source.path("file").asText();
    BigInteger number = new BigInteger(file.substring(file.lastIndexOf('.') + 1));
    BigInteger event = joined(number, 60, number(source, "pos"), 40);
    return joined(event, 100, BigInteger.valueOf(source.path("row").asLong(0)), 24);
  }

  /**
   * The commit's LSN, then how far before it the change stands, and its number there. A change that
   * stands farther before its commit than 42 bits tell counts as the first.
   */
  private static BigInteger sqlServer(JsonNode source) {
    BigInteger commit = hex(source.path("commit_lsn").asText());
    BigInteger most = BigInteger.ONE.shiftLeft(42).subtract(BigInteger.ONE);
    JsonNode change = source.path("change_lsn");
    BigInteger within =
        change.isTextual()
            ? most.subtract(commit.subtract(hex(change.asText())).max(BigInteger.ZERO).min(most))
            : BigInteger.ZERO;
    long serial = Math.min(7, source.path("event_serial_no").asLong(0));
    return joined(joined(commit, 80, within, 42), 122, BigInteger.valueOf(serial), 3);
  }

  /**
   * The commit's SCN, then where the change stands in the redo log, or if that is unknown its SCN.
   */
  private static BigInteger oracle(JsonNode source) {
    BigInteger scn = number(source, "scn");
    String commit = source.path("commit_scn").asText();
    BigInteger first = commit.matches("[0-9]{1,19}") ? scn.max(new BigInteger(commit)) : scn;
    String[] redo = source.path("rs_id").asText().strip().replace("0x", "").split("\\.");
    BigInteger second =
        redo.length == 3
            ? joined(joined(hex(redo[0]), 24, hex(redo[1]), 32), 56, hex(redo[2]), 16)
            : scn;
    return joined(first, 53, second, 72);
  }

  private static BigInteger hex(String digits) {
    return new BigInteger(digits.replace(":", ""), 16);
  }

  private static BigInteger number(JsonNode source, String member) {
    return new BigInteger(source.path(member).asText());
  }

  /** Two numbers as one, by their bits; a number that has more is refused. */
  private static BigInteger joined(BigInteger high, int highBits, BigInteger low, int lowBits) {
    if (high.signum() < 0
        || low.signum() < 0
        || high.bitLength() > highBits
        || low.bitLength() > lowBits) {
      throw new ArithmeticException("a position of more bits than are kept for it");
    }
    return high.shiftLeft(lowBits).add(low);
  }
}
