package io.sluice.ingest.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds which fields {@link Csv} finds in a record. */
class CsvTest {
  private static final Csv COMMA = new Csv(',', '"');

  static Stream<Arguments> records() {
    return Stream.of(
        arguments("a,b,c", List.of("a", "b", "c")),
        arguments("a", List.of("a")),
        arguments("", List.of("")),
        arguments(",", List.of("", "")),
        arguments(",,", List.of("", "", "")),
        arguments("a,", List.of("a", "")),
        arguments(",a", List.of("", "a")),
        arguments(" a , b ", List.of(" a ", " b ")),
        arguments("\"a\",\"b\"", List.of("a", "b")),
        arguments("\"a\",", List.of("a", "")),
        arguments("\"\"", List.of("")),
        arguments("\"\",\"\"", List.of("", "")),
        arguments("\"a,b\",c", List.of("a,b", "c")),
        arguments("\"say \"\"ah\"\"\"", List.of("say \"ah\"")),
        arguments("\"\"\"\"", List.of("\"")),
        arguments("\"\"\"\"\"\"", List.of("\"\"")),
        arguments("\"\"\",\"\"\",x", List.of("\",\"", "x")),
        arguments("\"a\nb\",c", List.of("a\nb", "c")),
        arguments("\"a\r\nb\",\"\r\n\"", List.of("a\r\nb", "\r\n")),
        arguments("5\" disk,b", List.of("5\" disk", "b")),
        arguments("a\"\"b", List.of("a\"\"b")),
        arguments(" \"a\"", List.of(" \"a\"")),
        arguments("'a,b'", List.of("'a", "b'")),
        arguments("Zürich,東京,🙂", List.of("Zürich", "東京", "🙂")));
  }

  @ParameterizedTest
  @MethodSource("records")
  void recordHasFields(String record, List<String> fields) {
    assertEquals(fields, fields(COMMA, record));
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"a", "a,\"", "\"", "\"\"\"", "a,\"b\"\"", "\"a\nb"})
  void quotedFieldThatIsNotClosedIsRefused(String record) {
    var e = assertThrows(IllegalArgumentException.class, () -> fields(COMMA, record));
    assertEquals("a quoted field is not closed", e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"a\"b", "\"a\" ,b", "\"\"a\"", "x,\"a\"\"\"b"})
  void textAfterClosingQuoteIsRefused(String record) {
    var e = assertThrows(IllegalArgumentException.class, () -> fields(COMMA, record));
    assertEquals("text follows a closing quote", e.getMessage());
  }

  @Test
  void delimiterAndQuoteAreThoseOfTheArrival() {
    assertEquals(
        List.of("a;b", "it's", "\"c\""), fields(new Csv(';', '\''), "'a;b';'it''s';\"c\""));
    assertEquals(List.of("a,b", "", "c"), fields(new Csv('\t', '"'), "a,b\t\tc"));
  }

  @Test
  void sliceSaysWhetherQuotesAreDoubled() {
    byte[] record = bytes("\"a\"\"b\",\"c\",d");
    List<Csv.Slice> slices = COMMA.fields(record);
    assertTrue(slices.get(0).escaped());
    assertFalse(slices.get(1).escaped());
    assertEquals(new Csv.Slice(11, 12, false), slices.get(2));
    assertArrayEquals(bytes("a\"b"), COMMA.value(record, slices.get(0)));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void fieldsWrittenAreFieldsRead(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 2_000; i++) {
      List<String> fields = new ArrayList<>();
      int count = random.nextInt(1, 6);
      for (int f = 0; f < count; f++) {
        fields.add(RandomCsv.text(random));
      }
      String record = RandomCsv.write(fields, random);
      assertEquals(fields, fields(COMMA, record), record);
      assertEquals(Csv.State.FIELD_START, stateAfter(record + ","), record);
    }
  }

  private static Csv.State stateAfter(String record) {
    Csv.State state = Csv.State.FIELD_START;
    for (byte b : bytes(record)) {
      state = COMMA.next(state, b);
    }
    return state;
  }

  private static List<String> fields(Csv csv, String record) {
    byte[] bytes = bytes(record);
    return csv.fields(bytes).stream()
        .map(slice -> new String(csv.value(bytes, slice), StandardCharsets.UTF_8))
        .toList();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
