package io.sluice.ingest.format.parquet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.sluice.ingest.format.UnreadableFileException;
import io.sluice.ingest.format.parquet.Annotation.Kind;
import io.sluice.ingest.format.parquet.SchemaElement.Physical;
import io.sluice.ingest.format.parquet.SchemaElement.Repetition;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** How plain values are written, at the ends of their types, and which types are none. */
class ScalarsTest {
  private static final int TIME = 7;
  private static final int INTERVAL = 21;

  private static SchemaElement column(Physical type, int length, Annotation annotation) {
    return new SchemaElement("c", type, length, Repetition.REQUIRED, 0, annotation);
  }

  private static Annotation of(Kind kind) {
    return new Annotation(kind, 0, false, false, 0, 0, 0);
  }

  private static Annotation timestamp(int digits, boolean isUtc) {
    return new Annotation(Kind.TIMESTAMP, 0, false, isUtc, digits, 0, 0);
  }

  private static Annotation decimal(int precision, int scale) {
    return new Annotation(Kind.DECIMAL, 0, false, false, 0, scale, precision);
  }

  private static Annotation integer(int bits, boolean isSigned) {
    return new Annotation(Kind.INTEGER, bits, isSigned, false, 0, 0, 0);
  }

  private static String number(Physical type, Annotation annotation, long value) throws Exception {
    Cell cell = new Cell();
    cell.number = value;
    return write(column(type, 0, annotation), cell, true);
  }

  private static String bytes(Annotation annotation, int... values) throws Exception {
    return write(bytesColumn(annotation, values), cell(values), true);
  }

  private static String broken(Annotation annotation, int... values) throws Exception {
    return write(bytesColumn(annotation, values), cell(values), false);
  }

  private static SchemaElement bytesColumn(Annotation annotation, int... values) {
    return column(Physical.FIXED_LEN_BYTE_ARRAY, values.length, annotation);
  }

  private static Cell cell(int... values) {
    // Between others, which are not its own.
    byte[] all = new byte[values.length + 4];
    for (int i = 0; i < values.length; i++) {
      all[i + 2] = (byte) values[i];
    }
    Cell cell = new Cell();
    cell.set(all, 2, values.length);
    return cell;
  }

  private static String write(SchemaElement column, Cell cell, boolean isSound) throws Exception {
    RecordText record = new RecordText(1000);
    Scalars.of(column, "c").write(cell, record);
    if (isSound) {
      assertNull(record.problem());
    } else {
      assertNotNull(record.problem());
    }
    return new String(record.bytes(), StandardCharsets.UTF_8);
  }

  @Test
  void integers() throws Exception {
    assertEquals("-2147483648", number(Physical.INT32, Annotation.NONE, Integer.MIN_VALUE));
    assertEquals("-9223372036854775808", number(Physical.INT64, integer(64, true), Long.MIN_VALUE));
    assertEquals("18446744073709551615", number(Physical.INT64, integer(64, false), -1));
    assertEquals("4294967295", number(Physical.INT32, integer(32, false), -1));
    assertEquals("-128", number(Physical.INT32, integer(8, true), -128));
    assertEquals("true", number(Physical.BOOLEAN, Annotation.NONE, 1));
  }

  @Test
  void decimals() throws Exception {
    assertEquals("-0.01", number(Physical.INT32, decimal(9, 2), -1));
    assertEquals("1.00", number(Physical.INT64, decimal(18, 2), 100));
    assertEquals("-1", bytes(decimal(38, 0), 0xFF));
    assertEquals("0.128", bytes(decimal(38, 3), 0, 0x80));
    int[] tooLong = new int[209];
    broken(decimal(38, 3), tooLong);
  }

  @Test
  void floatingPointNumbers() throws Exception {
    assertEquals("0.1", number(Physical.DOUBLE, Annotation.NONE, Double.doubleToLongBits(0.1)));
    assertEquals(
        "0.10000000149011612", number(Physical.FLOAT, Annotation.NONE, Float.floatToIntBits(0.1f)));
    assertEquals("0.5", number(Physical.FLOAT, Annotation.NONE, Float.floatToIntBits(0.5f)));
    assertEquals("0.002", number(Physical.DOUBLE, Annotation.NONE, Double.doubleToLongBits(0.002)));
    assertEquals("-0.0", number(Physical.DOUBLE, Annotation.NONE, Double.doubleToLongBits(-0.0)));
    assertEquals("2.0E23", number(Physical.DOUBLE, Annotation.NONE, Double.doubleToLongBits(2e23)));
    assertEquals(
        "\"NaN\"", number(Physical.DOUBLE, Annotation.NONE, Double.doubleToLongBits(Double.NaN)));
    assertEquals(
        "\"-Infinity\"",
        number(Physical.FLOAT, Annotation.NONE, Float.floatToIntBits(Float.NEGATIVE_INFINITY)));
    assertEquals("0.0999755859375", bytes(of(Kind.FLOAT16), 0x66, 0x2E));
    assertEquals("\"Infinity\"", bytes(of(Kind.FLOAT16), 0, 0x7C));
  }

  @Test
  void datesAndTimes() throws Exception {
    assertEquals("\"1970-01-01\"", number(Physical.INT32, of(Kind.DATE), 0));
    assertEquals("\"0001-01-01\"", number(Physical.INT32, of(Kind.DATE), -719162));
    assertEquals("\"0000-12-31\"", number(Physical.INT32, of(Kind.DATE), -719163));
    assertEquals("\"-0001-12-31\"", number(Physical.INT32, of(Kind.DATE), -719529));
    assertEquals("\"+10000-01-01\"", number(Physical.INT32, of(Kind.DATE), 2932897));
    assertEquals(
        "\"23:59:59.999\"", number(Physical.INT32, Annotation.ofConverted(TIME, 0, 0), 86_399_999));
    assertEquals("\"1969-12-31T23:59:59.999999\"", number(Physical.INT64, timestamp(6, false), -1));
    assertEquals("\"1970-01-01T00:00:00Z\"", number(Physical.INT64, timestamp(9, true), 0));
    assertEquals(
        "\"1970-01-01T00:00:00.00000001Z\"", number(Physical.INT64, timestamp(9, true), 10));
    assertEquals(
        "\"-292275055-05-16T16:47:04.192\"",
        number(Physical.INT64, timestamp(3, false), Long.MIN_VALUE));
  }

  @Test
  void timestampsOfOlderWriters() throws Exception {
    assertEquals("\"1970-01-01T00:00:00.000000001Z\"", int96(1, 2_440_588, true));
    assertEquals("\"1969-12-31T23:59:59.999999999Z\"", int96(-1, 2_440_588, true));
    int96(86_400_000_000_000L, 2_440_588, false);
  }

  private static String int96(long nanos, int day, boolean isSound) throws Exception {
    byte[] bytes =
        ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN).putLong(nanos).putInt(day).array();
    Cell cell = new Cell();
    cell.set(bytes, 0, bytes.length);
    return write(column(Physical.INT96, 0, Annotation.NONE), cell, isSound);
  }

  @Test
  void bytesAndText() throws Exception {
    assertEquals("\"\u00e9\"", bytes(of(Kind.TEXT), 0xC3, 0xA9));
    assertEquals("\"6Q==\"", broken(of(Kind.TEXT), 0xE9));
    assertEquals("\"\u00e9\"", bytes(Annotation.NONE, 0xC3, 0xA9));
    assertEquals("\"6Q==\"", bytes(Annotation.NONE, 0xE9));
    assertEquals("\"YQ==\"", bytes(of(Kind.BYTES), 'a'));
    assertEquals("\"\\\"\\\\\\u000a\"", bytes(of(Kind.TEXT), '"', '\\', '\n'));
    assertEquals(
        "\"00010203-0405-0607-0809-0a0b0c0d0e0f\"",
        bytes(of(Kind.UUID), 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
    assertEquals(
        "\"P1M2DT3.004S\"",
        bytes(Annotation.ofConverted(INTERVAL, 0, 0), 1, 0, 0, 0, 2, 0, 0, 0, 0xBC, 0x0B, 0, 0));
  }

  @Test
  void aTypeThatDoesNotFitItsMeaningIsRefused() {
    for (SchemaElement column :
        new SchemaElement[] {
          column(Physical.INT32, 0, of(Kind.TEXT)),
          column(Physical.INT32, 0, timestamp(6, true)),
          column(Physical.INT64, 0, of(Kind.DATE)),
          column(Physical.INT64, 0, integer(32, true)),
          column(Physical.INT32, 0, integer(24, true)),
          column(Physical.FIXED_LEN_BYTE_ARRAY, 15, of(Kind.UUID)),
          column(Physical.FIXED_LEN_BYTE_ARRAY, 4, of(Kind.FLOAT16)),
          column(Physical.DOUBLE, 0, decimal(5, 2)),
          column(Physical.INT32, 0, decimal(0, 0)),
          column(Physical.INT32, 0, of(Kind.UNKNOWN)),
          column(Physical.INT32, 0, of(Kind.LIST)),
          column(Physical.FIXED_LEN_BYTE_ARRAY, -1, Annotation.NONE)
        }) {
      assertThrows(UnreadableFileException.class, () -> Scalars.of(column, "c"), column.toString());
    }
  }
}
