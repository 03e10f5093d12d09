package io.sluice.ingest.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.sluice.contract.Arrival;
import io.sluice.contract.SchemaPolicy;
import io.sluice.contract.SchemaPolicy.Added;
import io.sluice.contract.SchemaPolicy.Removed;
import io.sluice.contract.SchemaPolicy.Retyped;
import io.sluice.privacy.Cipher;
import io.sluice.testing.Arrivals;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.unsafe.types.UTF8String;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Holds what {@link RecordParser} makes of a record, and what it says of one that it cannot take
 * apart.
 */
class RecordParserTest {
  private static final SchemaPolicy USUAL = policy(Added.KEEP, Removed.QUARANTINE);
  private static final Arrival CSV = arrival("csv", List.of(""));
  private static final Arrival JSON = arrival("json", List.of());

  /** A problem, null if there is none; values by column and what no one asked for. */
  private record Result(List<String> values, Map<String, String> extra, Problem problem) {}

  private record Problem(String field, String rule, String message) {}

  @Test
  void csvFieldsGoToTheirColumns() {
    RecordParser parser = parser(CSV, USUAL, "b", "a");
    assertEquals(valid("2", "1"), parse(parser, "a,b", "1,2"));
    assertEquals(valid("say \"ah\"", "x,y"), parse(parser, "a,b", "\"x,y\",\"say \"\"ah\"\"\""));
    assertEquals(valid("a\r\nb", " 1 "), parse(parser, "a,b", " 1 ,\"a\r\nb\""));
    assertEquals(valid("Zürich", "東京"), parse(parser, "a,b", "東京,Zürich"));
  }

  @Test
  void eachHeaderHasItsOwnOrder() {
    RecordParser parser = parser(CSV, USUAL, "a", "b");
    assertEquals(valid("1", "2"), parse(parser, "a,b", "1,2"));
    assertEquals(valid("2", "1"), parse(parser, "b,a", "1,2"));
    assertEquals(valid("1", "2"), parse(parser, "a,b", "1,2"));
  }

  @Test
  void headerMayBeQuotedAndSpaced() {
    assertEquals(
        valid("1", "2"), parse(parser(CSV, USUAL, "a \"x\"", "b"), "\"a \"\"x\"\"\", b ", "1,2"));
  }

  @Test
  void valuesThatMeanNullAreNull() {
    assertEquals(valid(null, null), parse(parser(CSV, USUAL, "a", "b"), "a,b", ",\"\""));
    RecordParser parser = parser(arrival("csv", List.of("NULL", "-")), USUAL, "a", "b", "c");
    assertEquals(valid(null, null, ""), parse(parser, "a,b,c", "NULL,-,"));
    assertEquals(valid("null", "--", " -"), parse(parser, "a,b,c", "null,--, -"));
  }

  @Test
  void raggedRecordIsRefused() {
    RecordParser parser = parser(CSV, USUAL, "a", "b");
    assertEquals(record("3 fields where the header has 2"), parse(parser, "a,b", "1,2,3"));
    assertEquals(record("1 fields where the header has 2"), parse(parser, "a,b", "1"));
    assertEquals(record("3 fields where the header has 2"), parse(parser, "a,b", "1,2,"));
  }

  @Test
  void brokenQuotesAreRefused() {
    RecordParser parser = parser(CSV, USUAL, "a", "b");
    assertEquals(record("a quoted field is not closed"), parse(parser, "a,b", "1,\"2"));
    assertEquals(record("text follows a closing quote"), parse(parser, "a,b", "\"1\"2,3"));
  }

  @Test
  void brokenHeaderRefusesItsRecords() {
    RecordParser parser = parser(CSV, USUAL, "a", "b");
    assertEquals(record("header line: column a stands twice"), parse(parser, "a,b,\"a\"", "1,2,3"));
    assertEquals(
        record("header line: a quoted field is not closed"), parse(parser, "a,\"b", "1,2"));
    assertEquals(
        record("header line: text follows a closing quote"), parse(parser, "a,\"b\"c", "1,2"));
  }

  @ParameterizedTest
  @EnumSource(
      value = Removed.class,
      names = {"QUARANTINE", "STOP"})
  void missingColumnIsNamed(Removed removed) {
    RecordParser parser = parser(CSV, policy(Added.KEEP, removed), "a", "b");
    assertEquals(failed("b", "missing", "the file has no column b"), parse(parser, "a,c", "1,2"));
    assertEquals(failed("a", "missing", "the file has no column a"), parse(parser, "A,b", "1,2"));
    assertEquals(failed("", "missing", "the file has no column a, b"), parse(parser, "", "1"));
  }

  @Test
  void missingColumnMayBeNull() {
    RecordParser parser = parser(CSV, policy(Added.KEEP, Removed.NULL), "a", "b");
    assertEquals(valid("1", null), parse(parser, "a", "1"));
    assertEquals(
        new Result(Arrays.asList("1", null), Map.of("c", "2"), null), parse(parser, "a,c", "1,2"));
    assertEquals(record("1 fields where the header has 2"), parse(parser, "a,c", "1"));
  }

  static Stream<Arguments> additions() {
    return Stream.of(
        arguments(CSV, "c,a,d,b", "3,1,4,2"),
        arguments(JSON, null, "{\"c\":\"3\",\"a\":\"1\",\"d\":4,\"b\":\"2\"}"));
  }

  @ParameterizedTest
  @MethodSource("additions")
  void addedColumnsAreKept(Arrival arrival, String header, String record) {
    RecordParser parser = parser(arrival, policy(Added.KEEP, Removed.QUARANTINE), "a", "b");
    assertEquals(
        new Result(List.of("1", "2"), Map.of("c", "3", "d", "4"), null),
        parse(parser, header, record));
  }

  @ParameterizedTest
  @MethodSource("additions")
  void addedColumnsMayBeIgnored(Arrival arrival, String header, String record) {
    RecordParser parser = parser(arrival, policy(Added.IGNORE, Removed.QUARANTINE), "a", "b");
    assertEquals(valid("1", "2"), parse(parser, header, record));
  }

  @ParameterizedTest
  @MethodSource("additions")
  void addedColumnsMayStop(Arrival arrival, String header, String record) {
    RecordParser parser = parser(arrival, policy(Added.STOP, Removed.QUARANTINE), "a", "b");
    assertEquals(
        failed("c", "added", "the contract knows no columns c, d"), parse(parser, header, record));
  }

  @Test
  void addedColumnWithoutValueIsNotKept() {
    assertEquals(valid("1"), parse(parser(CSV, USUAL, "a"), "a,c", "1,"));
    assertEquals(valid("1"), parse(parser(JSON, USUAL, "a"), null, "{\"a\":1,\"c\":null}"));
  }

  static Stream<Arguments> jsonValues() {
    return Stream.of(
        arguments("\"text\"", "text"),
        arguments("\"\"", ""),
        arguments("null", null),
        arguments("\"null\"", "null"),
        arguments("true", "true"),
        arguments("false", "false"),
        arguments("12", "12"),
        arguments("-0", "-0"),
        arguments("1.50", "1.50"),
        arguments("1E+400", "1E+400"),
        arguments("12345678901234567890.123456789012345678901234567890", null),
        arguments("0.1000000000000000055511151231257827", null),
        arguments("9".repeat(300), null),
        arguments("[]", "[]"),
        arguments("{}", "{}"),
        arguments("{ \"x\" : 1.50, \"y\":[ 1e2 ,null ] }", null),
        arguments("[{\"x\":12345678901234567890.10},\"\\u00e9\\n\"]", null),
        arguments("{\"x\":\"}\",\"y\":\"\\\"]\"}", null),
        arguments("[\"東京 🙂\"]", null),
        arguments("\"\\u0041\\u00e9\\u6771\"", "Aé東"),
        arguments("\"\\ud83d\\ude42\"", "🙂"),
        arguments("\"a\\tb\\\\c\\/d\\\"e\\n\"", "a\tb\\c/d\"e\n"),
        arguments("\"\\u0000\"", "\0"));
  }

  /** Without an expectation a value is to stay as it is written. */
  @ParameterizedTest
  @MethodSource("jsonValues")
  void jsonValueIsItsText(String json, String expected) {
    String value = expected == null && !json.equals("null") ? json : expected;
    for (String record : List.of("{\"a\":%s,\"b\":1}", " { \"é\":[2], \"a\" : %s } ")) {
      Result result = parse(parser(JSON, USUAL, "a"), null, record.replace("%s", json));
      assertNull(result.problem);
      assertEquals(Collections.singletonList(value), result.values);
    }
    Result extra = parse(parser(JSON, USUAL, "b"), null, "{\"a\":" + json + "}");
    assertEquals(value == null ? Map.of() : Map.of("a", value), extra.extra);
  }

  @Test
  void numberOfThousandsOfDigitsIsExactOrProblem() {
    for (String number :
        List.of("9".repeat(5_000), "0." + "9".repeat(5_000), "1e" + "9".repeat(5_000))) {
      for (String json : List.of(number, "[" + number + "]")) {
        Result result = parse(parser(JSON, USUAL, "a"), null, "{\"a\":" + json + "}");
        if (result.problem == null) {
          assertEquals(List.of(json), result.values);
        } else {
          assertEquals("record", result.problem.rule);
        }
      }
    }
  }

  @Test
  void nestedValueBeyondParsersBufferIsExact() {
    String nested = "[" + "{\"n\":1.10, \"s\":\"é\"} ,".repeat(10_000) + "0]";
    Result result =
        parse(parser(JSON, USUAL, "a", "z"), null, "{\"a\":" + nested + ",\"z\":\"last\"}");
    assertEquals(valid(nested, "last"), result);
  }

  @Test
  void jsonKeyMayBeEscapedOrAbsent() {
    RecordParser parser = parser(JSON, policy(Added.KEEP, Removed.STOP), "a", "bé");
    assertEquals(valid("1", "2"), parse(parser, null, "{\"\\u0061\":1,\"b\\u00e9\":2}"));
    assertEquals(valid(null, null), parse(parser, null, "{}"));
    assertEquals(
        new Result(Arrays.asList("1", null), Map.of("", "3"), null),
        parse(parser, null, "{\"a\":1,\"\":3}"));
  }

  @Test
  void nullValuesOfJsonAreThoseOfTheArrival() {
    RecordParser parser = parser(arrival("json", List.of("", "n/a")), USUAL, "a", "b", "c");
    assertEquals(
        valid(null, null, "N/A"), parse(parser, null, "{\"a\":\"\",\"b\":\"n/a\",\"c\":\"N/A\"}"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"[1]", "1", "\"a\"", "null", "true", " ", "[{\"a\":1}]"})
  void jsonThatIsNoObjectIsRefused(String json) {
    assertEquals(record("a JSON object is expected"), parse(parser(JSON, USUAL, "a"), null, json));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{} {}", "{\"a\":1}]", "{\"a\":1},", "{}x", "{\"a\":1}{\"a\":2}", "{}\"\""})
  void textAfterJsonIsRefused(String json) {
    assertEquals("record", parse(parser(JSON, USUAL, "a"), null, json).problem.rule);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "{\"a\":1,}",
        "{\"a\":[1,}",
        "{\"a\":{\"x\":1]",
        "{a:1}",
        "{'a':1}",
        "{\"a\":01}",
        "{\"a\":+1}",
        "{\"a\":1.}",
        "{\"a\":NaN}",
        "{\"a\":undefined}",
        "{\"a\":\"\t\"}",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"\\u12\"}",
        "{\"a\":\"}",
        "{/**/}",
        "{\"a\":1,\"a\":1}",
        "{\"a\":1,\"\\u0061\":2}",
        "{\"a\":{\"x\":1,\"x\":2}}",
        "{\"c\":1,\"c\":2}"
      })
  void brokenJsonIsRefused(String json) {
    Result result = parse(parser(JSON, policy(Added.IGNORE, Removed.NULL), "a"), null, json);
    assertNull(result.values);
    assertEquals("", result.problem.field);
    assertEquals("record", result.problem.rule);
    String message = result.problem.message;
    assertTrue(
        message.matches(
            "not valid JSON at character [1-9][0-9]*(: it ends inside of a value|: a name stands twice in one object)?"),
        message);
  }

  @Test
  void deepNestingIsProblemAndNoCrash() {
    RecordParser parser = parser(JSON, USUAL, "a");
    for (String column : List.of("a", "unknown")) {
      for (String open : List.of("[", "{\"x\":")) {
        String json = "{\"" + column + "\":" + open.repeat(5_000);
        String whole = json + "1" + (open.equals("[") ? "]" : "}").repeat(5_000) + "}";
        for (String record : List.of(json, whole)) {
          Result result = parse(parser, null, record);
          assertNotNull(result.problem);
          assertEquals("record", result.problem.rule);
        }
      }
    }
    String fair = "[".repeat(500) + "]".repeat(500);
    assertEquals(valid(fair), parse(parser, null, "{\"a\":" + fair + "}"));
  }

  static Stream<byte[]> notUtf8() {
    return Stream.of(
        new byte[] {(byte) 0xE9},
        new byte[] {(byte) 0xC3},
        new byte[] {(byte) 0xC0, (byte) 0x80},
        new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0x80},
        new byte[] {(byte) 0xF5, (byte) 0x80, (byte) 0x80, (byte) 0x80},
        new byte[] {(byte) 0xFE},
        new byte[] {(byte) 0x80});
  }

  @ParameterizedTest
  @MethodSource("notUtf8")
  void textThatIsNoUtf8IsRefused(byte[] bytes) {
    assertEquals(
        record("not valid UTF-8"),
        result(parser(CSV, USUAL, "a").parse(join("x", bytes, "y"), utf8("a"), null)));
    assertEquals(
        record("not valid UTF-8"),
        result(parser(JSON, USUAL, "a").parse(join("{\"a\":\"", bytes, "\"}"), null, null)));
  }

  /** Their bytes are valid UTF-8, with zeros between the letters. */
  @ParameterizedTest
  @ValueSource(strings = {"UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE"})
  void jsonInOtherEncodingIsProblemAndNoCrash(String charset) throws IOException {
    for (String json : List.of("{\"a\":[1]}", "{\"x\":{\"b\":[1]}}", "{\"a\":1}", "[", "{")) {
      Result result = result(parser(JSON, USUAL, "a").parse(json.getBytes(charset), null, null));
      assertNotNull(result.problem, json);
      assertEquals("record", result.problem.rule);
    }
  }

  @Test
  void nestedValueAfterMarkIsExact() {
    assertEquals(
        valid("{\"x\":1.10}", "é"),
        parse(parser(JSON, USUAL, "a", "b"), null, "\uFEFF{\"a\":{\"x\":1.10},\"b\":\"é\"}"));
  }

  @Test
  void problemOfReadingIsPassedOn() {
    assertEquals(
        record("record of 11 bytes is too long"),
        result(
            parser(JSON, USUAL, "a")
                .parse(new byte[] {1}, null, utf8("record of 11 bytes is too long"))));
  }

  @Test
  void sealedRecordIsOpened() {
    Cipher cipher = Cipher.of(new byte[32], "calls");
    byte[] sealed = cipher.seal("{\"a\":\"é\"}".getBytes(StandardCharsets.UTF_8));
    RecordParser parser = new RecordParser(WantedFields.of(JSON, USUAL, List.of("a")), cipher);
    assertEquals(valid("é"), result(parser.parse(sealed, null, null)));
  }

  @Test
  void parserTravels() throws Exception {
    RecordParser parser =
        new RecordParser(
            WantedFields.of(arrival("csv", List.of("-")), USUAL, List.of("a", "b")),
            Cipher.of(new byte[32], "x"));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(parser);
    }
    ByteArrayInputStream in = new ByteArrayInputStream(bytes.toByteArray());
    try (ObjectInputStream read = new ObjectInputStream(in)) {
      RecordParser there = (RecordParser) read.readObject();
      byte[] sealed = Cipher.of(new byte[32], "x").seal(new byte[] {'1', ',', '-'});
      assertEquals(valid("1", null), result(there.parse(sealed, utf8("a,b"), null)));
    }
  }

  static Stream<Arguments> secrets() {
    String secret = "s3cr3t-4711";
    List<Arguments> records = new ArrayList<>();
    for (String csv :
        List.of(
            "%", "%,1,2", "1,\"%", "\"%\"%,1", "\"1\"%,2", "%,%,%", "\"%\" %,\"%\"", "1,%,2,%")) {
      records.add(arguments(CSV, "a,b", csv.replace("%", secret)));
    }
    for (String json :
        List.of(
            "%",
            "{%",
            "{\"a\":%}",
            "{\"a\":\"%",
            "{\"a\":\"%\\%\"}",
            "{\"a\":\"%\",\"a\":\"%\"}",
            "{\"%\":1,\"%\":2}",
            "{\"a\":\"%\"} %",
            "{\"a\":\"%\"}{\"a\":\"%\"}",
            "[\"%\"]",
            "\"%\"",
            "{\"a\":" + "[".repeat(2_000) + "\"%",
            "{\"a\":{\"x\":\"%\" \"%\"}}",
            "{\"a\":1%}",
            "{\"a\":tru%}",
            "{\"a\":\"%\t\"}",
            "{\"a\":\"%\"]",
            "{\"a\":\"\\u%\"}")) {
      records.add(arguments(JSON, null, json.replace("%", secret)));
    }
    return records.stream();
  }

  @ParameterizedTest
  @MethodSource("secrets")
  void messageNeverHoldsTextOfTheRecord(Arrival arrival, String header, String record) {
    Result result =
        parse(parser(arrival, policy(Added.STOP, Removed.STOP), "a", "b"), header, record);
    assertNotNull(result.problem);
    String told = result.problem.toString();
    assertFalse(told.contains("s3cr"), told);
    assertFalse(told.contains("4711"), told);
  }

  @Test
  void aFormatsOwnMistakeCostsOneRecord() {
    RecordParser parser = parser(CSV, USUAL, "a", "b");
    assertEquals(
        record("cannot be taken apart as csv (java.lang.IllegalStateException)"),
        parse(parser, null, "1,2"));
    assertEquals(valid("1", "2"), parse(parser, "a,b", "1,2"));
  }

  @Test
  void messageOfAddedColumnHasItsNameAndNotItsValue() {
    RecordParser parser = parser(JSON, policy(Added.STOP, Removed.STOP), "a");
    assertEquals(
        failed("b", "added", "the contract knows no column b"),
        parse(parser, null, "{\"a\":\"s3cr3t\",\"b\":\"s3cr3t\"}"));
  }

  private static Arrival arrival(String format, List<String> nulls) {
    return Arrivals.of(format, nulls, 1 << 20, 1 << 20);
  }

  private static SchemaPolicy policy(Added added, Removed removed) {
    return new SchemaPolicy(added, removed, Retyped.QUARANTINE);
  }

  private static RecordParser parser(Arrival arrival, SchemaPolicy policy, String... columns) {
    return new RecordParser(WantedFields.of(arrival, policy, List.of(columns)), null);
  }

  private static Result parse(RecordParser parser, String header, String record) {
    return result(
        parser.parse(
            record.getBytes(StandardCharsets.UTF_8), header == null ? null : utf8(header), null));
  }

  private static Result valid(String... values) {
    return new Result(Arrays.asList(values), Map.of(), null);
  }

  private static Result record(String message) {
    return failed("", "record", message);
  }

  private static Result failed(String field, String rule, String message) {
    return new Result(null, Map.of(), new Problem(field, rule, message));
  }

  private static Result result(RawRecord record) {
    BrokenRecordException problem = record.problem();
    if (problem != null) {
      return new Result(
          null, Map.of(), new Problem(problem.field(), problem.rule(), problem.getMessage()));
    }
    Map<String, String> extra = new TreeMap<>();
    for (int i = 0; i < record.names().size(); i++) {
      assertNull(
          extra.put(record.names().get(i).toString(), record.extras().get(i).toString()),
          "a key that stands twice");
    }
    List<String> values = new ArrayList<>();
    for (UTF8String value : record.values()) {
      values.add(value == null ? null : value.toString());
    }
    return new Result(values, extra, null);
  }

  private static UTF8String utf8(String text) {
    return UTF8String.fromString(text);
  }

  private static byte[] join(String before, byte[] bytes, String after) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(before.getBytes(StandardCharsets.UTF_8));
    all.writeBytes(bytes);
    all.writeBytes(after.getBytes(StandardCharsets.UTF_8));
    return all.toByteArray();
  }
}
