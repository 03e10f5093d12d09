package io.sluice.engine.value;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.unsafe.types.UTF8String;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds the grammar of each type: what is a value, which one, and what is none. */
class ValueReaderTest {
  private static final ValueFormat STANDARD = ValueFormat.STANDARD;
  private static final DataType CENTS = DataTypes.createDecimalType(10, 2);

  private static Object read(DataType type, ValueFormat format, String text) {
    return ValueReader.of(type, format).read(UTF8String.fromString(text));
  }

  private static String text(DataType type, String text) {
    return String.valueOf(read(type, STANDARD, text));
  }

  private static ValueFormat format(String pattern, String zone) {
    return new ValueFormat(
        pattern,
        ZoneId.of(zone).normalized(),
        STANDARD.point(),
        STANDARD.grouping(),
        STANDARD.notFinite(),
        STANDARD.trueValues(),
        STANDARD.falseValues());
  }

  private static ValueFormat numbers(char point, Character grouping, ValueFormat.NotFinite rest) {
    return new ValueFormat(
        null,
        STANDARD.zone(),
        point,
        grouping,
        rest,
        STANDARD.trueValues(),
        STANDARD.falseValues());
  }

  @ParameterizedTest
  @CsvSource({
    "5, 5.00",
    "-5.1, -5.10",
    "+5.10, 5.10",
    "' 5.1\t', 5.10",
    ".5, 0.50",
    "5., 5.00",
    "1e2, 100.00",
    "1.5E-1, 0.15",
    "5.1000000000000000000000, 5.10",
    "00000000000000000000000005, 5.00",
    "99999999.99, 99999999.99",
    "-0, 0.00",
    "0e-9999, 0.00",
    "100000000, null",
    "5.001, null",
    "1e-3, null",
    "1e-9999, null",
    "1e9999, null",
    "1e2147483647, null",
    "1e-2147483000, null",
    "0x10, null",
    "5f, null",
    "5d, null",
    "1_000, null",
    "'1,000', null",
    "5.1.1, null",
    "--5, null",
    "e5, null",
    "1e, null",
    "., null",
    "'', null",
    "NaN, null",
    "５, null",
    "5 5, null"
  })
  void decimals(String text, String value) {
    assertEquals(value, text(CENTS, text));
  }

  @Test
  void decimalsKeepAllDigits() {
    String digits = "12345678901234567890.123456789012345678";
    assertEquals(digits, text(DataTypes.createDecimalType(38, 18), digits));
    assertEquals("null", text(DataTypes.createDecimalType(37, 18), digits));
  }

  @Test
  void longNumbersAreRefusedAtOnce() {
    String digits = "9".repeat(900_000);
    assertTimeout(
        Duration.ofSeconds(5),
        () -> {
          for (DataType type : List.of(CENTS, DataTypes.LongType, DataTypes.DoubleType)) {
            assertEquals("null", text(type, digits));
            assertEquals("null", text(type, "0." + digits));
          }
        });
  }

  @ParameterizedTest
  @CsvSource({
    "5, 5",
    "-5, -5",
    "5.0, 5",
    "1e3, 1000",
    "9223372036854775807, 9223372036854775807",
    "-9223372036854775808, -9223372036854775808",
    "9223372036854775808, null",
    "18446744073709551616, null",
    "1e19, null",
    "1e9999, null",
    "5.5, null",
    "0x1, null",
    "5L, null",
    "true, null",
    "'', null"
  })
  void integers(String text, String value) {
    assertEquals(value, text(DataTypes.LongType, text));
  }

  @Test
  void narrowIntegersHoldWhatTheyHold() {
    assertEquals((byte) -128, read(DataTypes.ByteType, STANDARD, "-128"));
    assertEquals("null", text(DataTypes.ByteType, "128"));
    assertEquals((short) 32767, read(DataTypes.ShortType, STANDARD, "32767"));
    assertEquals("null", text(DataTypes.ShortType, "32768"));
    assertEquals(-2147483648, read(DataTypes.IntegerType, STANDARD, "-2147483648"));
    assertEquals("null", text(DataTypes.IntegerType, "2147483648"));
  }

  @ParameterizedTest
  @CsvSource({
    "5, 5.0",
    "-1.5e-3, -0.0015",
    "0.1, 0.1",
    "0e-999, 0.0",
    "1.7976931348623157e308, 1.7976931348623157E308",
    "1e309, null",
    "1e-400, null",
    "12f, null",
    "12d, null",
    "0x1p3, null",
    "NaN, null",
    "Infinity, null",
    "inf, null",
    "nan, null"
  })
  void reals(String text, String value) {
    assertEquals(value, text(DataTypes.DoubleType, text));
  }

  @Test
  void numbersThatAreNotFiniteAreAllowedOnlyByTheContract() {
    ValueFormat all = numbers('.', null, ValueFormat.NotFinite.ALLOW);
    assertEquals(Double.NaN, read(DataTypes.DoubleType, all, "NaN"));
    assertEquals(Float.NEGATIVE_INFINITY, read(DataTypes.FloatType, all, "-Infinity"));
    assertEquals(null, read(DataTypes.DoubleType, all, "1e309"));
    assertEquals("null", text(DataTypes.FloatType, "1e39"));
  }

  @Test
  void numbersOfOtherCountries() {
    ValueFormat german = numbers(',', '.', ValueFormat.NotFinite.REFUSE);
    assertEquals("1234567.50", String.valueOf(read(CENTS, german, "1.234.567,5")));
    assertEquals("12.00", String.valueOf(read(CENTS, german, "12")));
    assertEquals(1234L, read(DataTypes.LongType, german, "1.234"));
    for (String wrong : List.of("1.23", "12.34,5", ".123", "1..234", "1,5.000", "1234.567,00")) {
      assertEquals(null, read(CENTS, german, wrong), wrong);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "2026-03-01, 2026-03-01",
    "' 2026-03-01 ', 2026-03-01",
    "0001-01-01, 0001-01-01",
    "9999-12-31, 9999-12-31",
    "2024-02-29, 2024-02-29",
    "2026-02-29, ''",
    "2026-02-30, ''",
    "2026-13-01, ''",
    "2026-00-01, ''",
    "2026-03-00, ''",
    "0000-01-01, ''",
    "10000-01-01, ''",
    "2026, ''",
    "2026-03, ''",
    "2026-3-1, ''",
    "46327, ''",
    "20260301, ''",
    "2026-03-01 rubbish, ''",
    "2026-03-01T00:00:00Z, ''",
    "-2026-03-01, ''",
    "today, ''",
    "epoch, ''",
    "'', ''"
  })
  void dates(String text, String day) {
    Object value = read(DataTypes.DateType, STANDARD, text);
    assertEquals(day, value == null ? "" : LocalDate.ofEpochDay((Integer) value).toString());
  }

  private static String moment(Object micros) {
    return micros == null ? "" : Instant.EPOCH.plus((Long) micros, ChronoUnit.MICROS).toString();
  }

  @ParameterizedTest
  @CsvSource({
    "2026-03-01T10:00:00Z, 2026-03-01T10:00:00Z",
    "2026-03-01T10:00:00z, 2026-03-01T10:00:00Z",
    "2026-03-01 10:00:00, 2026-03-01T10:00:00Z",
    "2026-03-01T10:00, 2026-03-01T10:00:00Z",
    "2026-03-01T10:00:00.123456Z, 2026-03-01T10:00:00.123456Z",
    "2026-03-01T10:00:00.1Z, 2026-03-01T10:00:00.100Z",
    "2026-03-01T10:00:00.123456000Z, 2026-03-01T10:00:00.123456Z",
    "2026-03-01T10:00:00+01:00, 2026-03-01T09:00:00Z",
    "2026-03-01T10:00:00-0130, 2026-03-01T11:30:00Z",
    "2026-03-01T10:00:00+01, 2026-03-01T09:00:00Z",
    "1969-12-31T23:59:59.999999Z, 1969-12-31T23:59:59.999999Z",
    "0001-01-01T00:00:00Z, 0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999Z, 9999-12-31T23:59:59.999999Z",
    "0001-01-01T00:00:00+01:00, ''",
    "9999-12-31T23:59:59-01:00, ''",
    "2026-03-01T10:00:00.1234567Z, ''",
    "2026-03-01T10:00:00., ''",
    "2026-03-01T24:00:00Z, ''",
    "2026-03-01T10:60:00Z, ''",
    "2026-03-01T10:00:60Z, ''",
    "2026-02-29T10:00:00Z, ''",
    "2026-03-01, ''",
    "10:30:00, ''",
    "T10:30:00, ''",
    "2026-03-01T10:00:00BST, ''",
    "2026-03-01 10:00:00 UTC, ''",
    "2026-03-01T10:00:00+19:00, ''",
    "2026-03-01T10:00:00+1:00, ''",
    "2026-03-01T10:00:00[Europe/Paris], ''",
    "1772359200, ''",
    "now, ''",
    "'', ''"
  })
  void timestamps(String text, String moment) {
    assertEquals(moment, moment(read(DataTypes.TimestampType, STANDARD, text)));
  }

  @Test
  void timestampsWithoutOffsetAreOfTheStatedZone() {
    ValueFormat berlin = format(null, "Europe/Berlin");
    DataType type = DataTypes.TimestampType;
    assertEquals("2026-03-01T09:00:00Z", moment(read(type, berlin, "2026-03-01T10:00:00")));
    assertEquals("2026-07-01T08:00:00.500Z", moment(read(type, berlin, "2026-07-01 10:00:00.5")));
    assertEquals("2026-03-01T10:00:00Z", moment(read(type, berlin, "2026-03-01T10:00:00Z")));
    assertEquals("", moment(read(type, berlin, "2026-03-29T02:30:00")), "a time that is skipped");
    assertEquals("", moment(read(type, berlin, "2026-10-25T02:30:00")), "a time that comes twice");
  }

  @ParameterizedTest
  @CsvSource({
    "dd.MM.yyyy, 01.03.2026, 2026-03-01",
    "d.M.yyyy, 1.3.2026, 2026-03-01",
    "yyyyMMdd, 20260301, 2026-03-01",
    "'dd MMM yyyy', 01 Mar 2026, 2026-03-01",
    "dd.MM.yyyy, 1.3.2026, ''",
    "dd.MM.yyyy, 30.02.2026, ''",
    "dd.MM.yyyy, 01.03.2026 10:00, ''",
    "dd.MM.yyyy, 01.03.0000, ''",
    "excel_serial, 46082, 2026-03-01",
    "excel_serial, 46082.5, ''",
    "excel_serial, 60, ''",
    "excel_serial, 2026-03-01, ''",
    "epoch_seconds, 1772323200, 2026-03-01",
    "epoch_seconds, 1772323201, ''",
    "epoch_seconds, 1e30, ''"
  })
  void datesOfOtherFormats(String pattern, String text, String day) {
    Object value = read(DataTypes.DateType, format(pattern, "UTC"), text);
    assertEquals(day, value == null ? "" : LocalDate.ofEpochDay((Integer) value).toString());
  }

  @ParameterizedTest
  @CsvSource({
    "epoch_seconds, 1772359200, 2026-03-01T10:00:00Z",
    "epoch_seconds, 1772359200.123456, 2026-03-01T10:00:00.123456Z",
    "epoch_seconds, 1772359200.1234567, ''",
    "epoch_seconds, -1, 1969-12-31T23:59:59Z",
    "epoch_seconds, 253402300800, ''",
    "epoch_seconds, 9e999, ''",
    "epoch_millis, 1772359200123, 2026-03-01T10:00:00.123Z",
    "epoch_millis, 1772359200123.456, 2026-03-01T10:00:00.123456Z",
    "epoch_millis, soon, ''",
    "excel_serial, 46082.416666666664, 2026-03-01T10:00:00Z",
    "dd/MM/yyyy HH:mm, 01/03/2026 10:00, 2026-03-01T10:00:00Z",
    "dd/MM/yyyy HH:mm XXX, 01/03/2026 10:00 +02:00, 2026-03-01T08:00:00Z",
    "dd/MM/yyyy, 01/03/2026, ''",
    "dd/MM/yyyy HH:mm, 01/03/2026, ''"
  })
  void timestampsOfOtherFormats(String pattern, String text, String moment) {
    assertEquals(moment, moment(read(DataTypes.TimestampType, format(pattern, "UTC"), text)));
  }

  @Test
  void patternThatIsNoneIsRefused() {
    assertThrows(
        IllegalArgumentException.class,
        () -> ValueReader.of(DataTypes.DateType, format("dd.QQQQQQQQ.b", "UTC")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"true", "True", "TRUE", " true "})
  void trueIsTrue(String text) {
    assertEquals(true, read(DataTypes.BooleanType, STANDARD, text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "0", "t", "yes", "", "truely", "T R U E"})
  void whatIsNoBoolean(String text) {
    assertEquals(null, read(DataTypes.BooleanType, STANDARD, text));
  }

  @Test
  void booleansAsStated() {
    ValueFormat stated =
        new ValueFormat(
            null,
            STANDARD.zone(),
            '.',
            null,
            STANDARD.notFinite(),
            List.of("J", "1"),
            List.of("N"));
    assertEquals(true, read(DataTypes.BooleanType, stated, "1"));
    assertEquals(false, read(DataTypes.BooleanType, stated, "N"));
    assertEquals(null, read(DataTypes.BooleanType, stated, "true"));
    assertEquals(null, read(DataTypes.BooleanType, stated, "j"));
  }
}
