package io.sluice.ingest.format.protobuf;

import static io.sluice.ingest.format.protobuf.Protobufs.bytes;
import static io.sluice.ingest.format.protobuf.Protobufs.read;
import static io.sluice.ingest.format.protobuf.Protobufs.record;
import static io.sluice.ingest.format.protobuf.Protobufs.schema;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Duration;
import com.google.protobuf.ListValue;
import com.google.protobuf.NullValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Timestamp;
import com.google.protobuf.Value;
import io.sluice.ingest.format.BrokenRecordException;
import io.sluice.ingest.format.WantedFields.Plain;
import io.sluice.ingest.format.protobuf.Protobufs.Content;
import io.sluice.testing.Damage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.Test;

/** Protobuf as Protobuf's own library writes it, and Protobuf as nobody should. */
class ProtobufRecordsTest {
  private static final String ALL =
      """
      syntax = "proto3";
      package shop;
      import "google/protobuf/timestamp.proto";
      enum Colour { NONE = 0; RED = 1; }
      message All {
        string text = 1; int32 whole = 2; int64 wide = 3; uint32 natural = 4; uint64 huge = 5;
        sint32 zig = 6; sint64 zag = 7; fixed32 four = 8; fixed64 eight = 9; sfixed32 sfour = 10;
        sfixed64 seight = 11; float single = 12; double real = 13; bool flag = 14; bytes raw = 15;
        Colour colour = 16; Tree tree = 17; repeated int32 list = 18; map<string, Tree> by = 19;
        google.protobuf.Timestamp at = 20; optional int32 told = 21;
        oneof way { string shop = 22; int32 web = 23; }
      }
      message Tree { string name = 1; repeated Tree children = 2; optional double size = 3; }
      """;
  private static final String NARROW = "syntax = \"proto3\"; message N { string amount = 1; }";

  private static void all(CodedOutputStream out) throws java.io.IOException {
    out.writeString(1, "grün");
    out.writeInt32(2, -7);
    out.writeInt64(3, 1L << 40);
    out.writeUInt32(4, -1);
    out.writeUInt64(5, -1);
    out.writeSInt32(6, Integer.MIN_VALUE);
    out.writeSInt64(7, Long.MIN_VALUE);
    out.writeFixed32(8, -1);
    out.writeFixed64(9, Long.MIN_VALUE);
    out.writeSFixed32(10, -2);
    out.writeSFixed64(11, -3);
    out.writeFloat(12, 0.1f);
    out.writeDouble(13, 1e-3);
    out.writeBool(14, true);
    out.writeByteArray(15, new byte[] {1, 2});
    out.writeEnum(16, 1);
    byte[] leaf = bytes(one -> one.writeString(1, "le\"af"));
    out.writeByteArray(
        17,
        bytes(
            one -> {
              one.writeString(1, "root");
              one.writeByteArray(2, leaf);
            }));
    out.writeByteArray(18, bytes(one -> one.writeInt32NoTag(1)));
    out.writeInt32(18, -2);
    out.writeByteArray(
        19,
        bytes(
            one -> {
              one.writeString(1, "x");
              one.writeByteArray(2, leaf);
            }));
    out.writeMessage(20, Timestamp.newBuilder().setSeconds(1_772_359_200).setNanos(1_000).build());
    out.writeInt32(21, 0);
    out.writeInt32(23, 5);
  }

  private static ProtobufRecords records(String... schemas) {
    Map<Integer, String> all = new java.util.HashMap<>();
    for (int i = 0; i < schemas.length; i++) {
      all.put(i + 1, schema(schemas[i], Map.of()));
    }
    return new ProtobufRecords(all, Map.of());
  }

  private static String error(ProtobufRecords records, byte[] raw) {
    BrokenRecordException broken =
        assertThrows(BrokenRecordException.class, () -> read(records, raw));
    return broken.field() + "/" + broken.rule() + ": " + broken.getMessage();
  }

  private static String error(String schema, Content content) {
    return error(records(schema), record(1, List.of(), bytes(content)));
  }

  private static List<String> lines(Map<String, String> fields) {
    List<String> lines = new ArrayList<>();
    fields.forEach((name, value) -> lines.add(name + "=" + value));
    return lines;
  }

  @Test
  void everyTypeAsTextOfAJsonArrival() throws Exception {
    String leaf = "{\"name\":\"le\\\"af\",\"children\":[],\"size\":null}";
    assertEquals(
        List.of(
            "text=grün",
            "whole=-7",
            "wide=1099511627776",
            "natural=4294967295",
            "huge=18446744073709551615",
            "zig=-2147483648",
            "zag=-9223372036854775808",
            "four=4294967295",
            "eight=9223372036854775808",
            "sfour=-2",
            "seight=-3",
            "single=0.10000000149011612",
            "real=0.001",
            "flag=true",
            "raw=AQI=",
            "colour=RED",
            "tree={\"name\":\"root\",\"children\":[" + leaf + "],\"size\":null}",
            "list=[1,-2]",
            "by={\"x\":" + leaf + "}",
            "at=2026-03-01T10:00:00.000001Z",
            "told=0",
            "shop=null",
            "web=5"),
        lines(read(ALL, ProtobufRecordsTest::all)));
  }

  @Test
  void absenceIsADefaultWhereTheFormatSaysSoAndNullElsewhere() throws Exception {
    assertEquals(
        List.of(
            "text=",
            "whole=0",
            "wide=0",
            "natural=0",
            "huge=0",
            "zig=0",
            "zag=0",
            "four=0",
            "eight=0",
            "sfour=0",
            "seight=0",
            "single=0.0",
            "real=0.0",
            "flag=false",
            "raw=",
            "colour=NONE",
            "tree=null",
            "list=[]",
            "by={}",
            "at=null",
            "told=null",
            "shop=null",
            "web=null"),
        lines(read(ALL, out -> {})));
    String two =
        "message A { optional int32 x = 1 [default = 7]; optional string s = 2; required bool b = 3; }";
    assertEquals(
        List.of("x=null", "s=null", "b=false"), lines(read(two, out -> out.writeBool(3, false))));
    assertEquals(
        "/record: its Protobuf data lacks field b, which its schema requires",
        error(two, out -> {}));
  }

  @Test
  void everyCutIsReadOrTold() throws Exception {
    ProtobufRecords records = records(ALL);
    byte[] whole = record(1, List.of(), bytes(ProtobufRecordsTest::all));
    int told = 0;
    for (int length = 0; length < whole.length; length++) {
      try {
        read(records, Arrays.copyOf(whole, length));
      } catch (BrokenRecordException e) {
        told++;
      }
    }
    // A cut between two fields leaves a message like any other.
    assertEquals(whole.length - 23, told);
  }

  @Test
  void everyBitFlippedIsReadOrTold() throws Exception {
    ProtobufRecords records = records(ALL);
    byte[] whole = record(1, List.of(), bytes(ProtobufRecordsTest::all));
    int told = Damage.toldOfFlippedBits(whole, flipped -> read(records, flipped));
    assertTrue(told > 500, "only " + told + " were told");
  }

  @Test
  void wrongPrefixesAndUnknownSchemasAreTold() {
    ProtobufRecords records =
        new ProtobufRecords(
            Map.of(1, schema(NARROW, Map.of()), 2, "{\"type\":\"record\"}", 3, "nonsense"),
            Map.of());
    assertEquals(
        "/record: has 2 bytes; Protobuf data begins with a zero byte and a number",
        error(records, new byte[2]));
    assertEquals(
        "/record: begins with byte 123; Protobuf data begins with a zero byte",
        error(records, "{\"a\":1}".getBytes(StandardCharsets.UTF_8)));
    assertEquals(
        "/record: the registry has no Protobuf schema 9",
        error(records, record(9, List.of(), new byte[0])));
    for (int id : List.of(2, 3)) {
      assertEquals(
          "/record: schema " + id + " is no Protobuf schema",
          error(records, record(id, List.of(), new byte[0])));
    }
    assertEquals(
        "/record: a text in it is not valid UTF-8",
        error(records, record(1, List.of(), new byte[] {10, 1, (byte) 0xFF})));
  }

  @Test
  void indexesLeadToTheMessage() throws Exception {
    String text =
        """
        syntax = "proto3";
        message A {
          map<string, int32> m = 1;
          enum E { X = 0; }
          message B { message C { int32 c = 1; } int32 b = 1; }
          message D { int32 d = 1; }
        }
        enum F { Y = 0; }
        message G { int32 g = 1; }
        """;
    ProtobufRecords records = records(text);
    byte[] one = bytes(out -> out.writeInt32(1, 1));
    assertEquals("{g=1}", read(records, record(1, List.of(1), one)).toString());
    assertEquals("{b=1}", read(records, record(1, List.of(0, 0), one)).toString());
    assertEquals("{c=1}", read(records, record(1, List.of(0, 0, 0), one)).toString());
    assertEquals("{d=1}", read(records, record(1, List.of(0, 1), one)).toString());
    assertEquals("{m={}}", read(records, record(1, List.of(0), new byte[0])).toString());
    for (List<Integer> path : List.of(List.of(2), List.of(-1), List.of(0, 2), List.of(1, 0))) {
      assertEquals(
          "/record: schema 1 has no message at its message indexes " + path,
          error(records, record(1, path, one)));
    }
    byte[] many = record(1, List.of(), new byte[20]);
    many[5] = (byte) 0xFF;
    many[6] = 1;
    assertEquals("/record: its message indexes are damaged", error(records, many));
    assertEquals(
        "/record: its Protobuf data is cut off", error(records, new byte[] {0, 0, 0, 0, 1}));
  }

  @Test
  void schemasThatCannotBeUsedSayWhy() {
    assertEquals(
        "/record: schema 1 cannot be used: line 1: editions are not read; proto2 and proto3 are",
        error("edition = \"2023\";", out -> {}));
    assertEquals(
        "/record: schema 1 cannot be used: it does not say what Money is, the type of field price of message A;"
            + " it imports shop/money.proto, which the registry does not have among its references",
        error(
            "syntax = \"proto3\"; import \"shop/money.proto\"; message A { Money price = 1; }",
            out -> {}));
  }

  @Test
  void schemasThatTheContractCannotBeReadFromAreRefused() {
    Map<String, Plain> wanted =
        Map.of("amount", new Plain(DataTypes.createDecimalType(9, 2), true));
    byte[] any = record(1, List.of(), new byte[0]);
    String import3 = "import \"google/protobuf/timestamp.proto\"; ";
    for (String type :
        List.of(
            "bool",
            "bytes",
            "N",
            "repeated int32",
            "map<int32, int32>",
            "google.protobuf.Timestamp")) {
      String text = NARROW.replace("message", import3 + "message").replace("string", type);
      String told = error(new ProtobufRecords(Map.of(1, schema(text, Map.of())), wanted), any);
      assertEquals("amount/type: schema 1 has " + type + " where DECIMAL(9,2) is read", told);
    }
    String without = NARROW.replace("amount", "sum");
    assertEquals(
        "amount/missing: schema 1 has no field amount",
        error(new ProtobufRecords(Map.of(1, schema(without, Map.of())), wanted), any));
  }

  @Test
  void typesThatFitAreTaken() throws Exception {
    DataType struct =
        DataTypes.createStructType(
            List.of(DataTypes.createStructField("a", DataTypes.LongType, true)));
    DataType list = DataTypes.createArrayType(DataTypes.LongType);
    DataType map = DataTypes.createMapType(DataTypes.StringType, DataTypes.LongType);
    List<Map.Entry<String, DataType>> fitting =
        List.of(
            Map.entry("int32", DataTypes.ShortType),
            Map.entry("uint64", DataTypes.createDecimalType(20, 0)),
            Map.entry("sfixed32", DataTypes.DoubleType),
            Map.entry("float", DataTypes.FloatType),
            Map.entry("bool", DataTypes.BooleanType),
            Map.entry("bytes", DataTypes.StringType),
            Map.entry("string", DataTypes.DateType),
            Map.entry("N", struct),
            Map.entry("repeated N", list),
            Map.entry("map<string, int64>", map),
            Map.entry("map<string, int64>", struct),
            Map.entry("google.protobuf.Timestamp", DataTypes.TimestampType),
            Map.entry("google.protobuf.Duration", DataTypes.createDecimalType(20, 9)),
            Map.entry("google.protobuf.BoolValue", DataTypes.BooleanType),
            Map.entry("google.protobuf.Struct", map),
            Map.entry("google.protobuf.ListValue", list),
            Map.entry("google.protobuf.Value", DataTypes.LongType));
    for (Map.Entry<String, DataType> one : fitting) {
      String text = NARROW.replace("string", one.getKey());
      Map<String, Plain> wanted = Map.of("amount", new Plain(one.getValue(), true));
      read(
          new ProtobufRecords(Map.of(1, schema(text, Map.of())), wanted),
          record(1, List.of(), new byte[0]));
    }
  }

  @Test
  void fieldsThatTheSchemaDoesNotHaveAreKeptUnderTheirNumber() throws Exception {
    Map<String, String> fields =
        read(
            "syntax = \"proto3\"; message A { int32 _field_9 = 1; A a = 2; }",
            out -> {
              out.writeInt32(7, 1);
              out.writeInt32(1, 3);
              out.writeString(9, "x");
              out.writeInt32(7, 2);
              out.writeByteArray(2, bytes(inner -> inner.writeInt32(8, 1)));
              out.writeTag(10, 3);
              out.writeInt32(1, 5);
              out.writeTag(10, 4);
            });
    assertEquals("3", fields.get("_field_9"));
    assertEquals("OAE4Ag==", fields.get("_field_7"));
    assertEquals("SgF4", fields.get("__field_9"));
    assertEquals("UwgFVA==", fields.get("_field_10"));
    assertEquals("{\"_field_9\":0,\"a\":null,\"_field_8\":\"QAE=\"}", fields.get("a"));
  }

  @Test
  void valuesThatTheirTypeDoesNotHaveCostTheRecord() {
    String misfit = "/record: its Protobuf data does not fit its schema: field x is no ";
    assertEquals(
        misfit + "int32",
        error(
            "syntax = \"proto3\"; message A { int32 x = 1; }", out -> out.writeInt64(1, 1L << 32)));
    assertEquals(
        misfit + "uint32",
        error("syntax = \"proto3\"; message A { uint32 x = 1; }", out -> out.writeInt64(1, -1)));
    assertEquals(
        misfit + "sint32",
        error(
            "syntax = \"proto3\"; message A { sint32 x = 1; }",
            out -> out.writeSInt64(1, 1L << 31)));
    assertEquals(
        misfit + "bool",
        error("syntax = \"proto3\"; message A { bool x = 1; }", out -> out.writeInt32(1, 2)));
    assertEquals(
        misfit + "string",
        error("syntax = \"proto3\"; message A { string x = 1; }", out -> out.writeInt32(1, 2)));
    assertEquals(
        misfit + "message",
        error("syntax = \"proto3\"; message A { A x = 1; }", out -> out.writeInt32(1, 2)));
    assertEquals(
        "/record: its Protobuf data is damaged",
        error(
            NARROW,
            out -> out.writeRawBytes(new byte[] {16, -1, -1, -1, -1, -1, -1, -1, -1, -1, 2})));
    assertEquals(
        "/record: its Protobuf data is damaged", error(NARROW, out -> out.writeRawByte(0)));
    assertEquals("/record: its Protobuf data is damaged", error(NARROW, out -> out.writeTag(2, 6)));
    assertEquals("/record: its Protobuf data is damaged", error(NARROW, out -> out.writeTag(1, 4)));
    assertEquals("/record: its Protobuf data is cut off", error(NARROW, out -> out.writeTag(2, 3)));
  }

  @Test
  void enumerationsGiveTheirNamesAndNumbersThatTheyDoNotName() throws Exception {
    String text =
        "syntax = \"proto3\"; enum E { A = 0; B = 5; C = 5; } message M { E e = 1; repeated E all = 2; }";
    Map<String, String> fields =
        read(
            text,
            out -> {
              out.writeEnum(1, -3);
              out.writeEnum(2, 5);
              out.writeEnum(2, 6);
            });
    assertEquals("{e=-3, all=[\"B\",6]}", fields.toString());
  }

  @Test
  void realNumbersThatAreNotFinite() throws Exception {
    String text =
        "syntax = \"proto3\"; message M { double d = 1; float f = 2; repeated double all = 3; }";
    Map<String, String> fields =
        read(
            text,
            out -> {
              out.writeDouble(1, Double.NaN);
              out.writeFloat(2, Float.NEGATIVE_INFINITY);
              out.writeDouble(3, Double.POSITIVE_INFINITY);
              out.writeDouble(3, -0.0);
            });
    assertEquals("{d=NaN, f=-Infinity, all=[\"Infinity\",-0.0]}", fields.toString());
  }

  private static String only(String type, Content content) throws Exception {
    return read("syntax = \"proto3\"; message M { google.protobuf." + type + " x = 1; }", content)
        .get("x");
  }

  private static String refused(String type, Content content) {
    return error("syntax = \"proto3\"; message M { google.protobuf." + type + " x = 1; }", content);
  }

  @Test
  void wellKnownMessagesAreWhatTheyMean() throws Exception {
    assertEquals(
        "0001-01-01T00:00:00Z",
        only(
            "Timestamp",
            out ->
                out.writeMessage(1, Timestamp.newBuilder().setSeconds(-62_135_596_800L).build())));
    for (Timestamp bad :
        List.of(
            Timestamp.newBuilder().setSeconds(-62_135_596_801L).build(),
            Timestamp.newBuilder().setSeconds(253_402_300_800L).build(),
            Timestamp.newBuilder().setNanos(-1).build(),
            Timestamp.newBuilder().setNanos(1_000_000_000).build())) {
      assertEquals(
          "/record: a google.protobuf.Timestamp in it is out of its range",
          refused("Timestamp", out -> out.writeMessage(1, bad)));
    }
    assertEquals(
        "-1.5",
        only(
            "Duration",
            out ->
                out.writeMessage(
                    1, Duration.newBuilder().setSeconds(-1).setNanos(-500_000_000).build())));
    assertEquals("0", only("Duration", out -> out.writeMessage(1, Duration.getDefaultInstance())));
    assertEquals(
        "90000",
        only(
            "Duration",
            out -> out.writeMessage(1, Duration.newBuilder().setSeconds(90_000).build())));
    for (Duration bad :
        List.of(
            Duration.newBuilder().setSeconds(1).setNanos(-1).build(),
            Duration.newBuilder().setSeconds(Long.MIN_VALUE).build(),
            Duration.newBuilder().setNanos(Integer.MIN_VALUE).build())) {
      assertEquals(
          "/record: a google.protobuf.Duration in it is out of its range",
          refused("Duration", out -> out.writeMessage(1, bad)));
    }
    assertNull(only("Int64Value", out -> {}));
    assertEquals("0", only("Int64Value", out -> out.writeByteArray(1, new byte[0])));
    assertEquals(
        "18446744073709551615",
        only(
            "UInt64Value", out -> out.writeByteArray(1, bytes(inner -> inner.writeUInt64(1, -1)))));
    assertEquals("{}", only("Empty", out -> out.writeByteArray(1, new byte[0])));
    assertEquals(
        "/record: a google.protobuf.Int64Value in it has an unknown field",
        refused(
            "Int64Value", out -> out.writeByteArray(1, bytes(inner -> inner.writeInt64(2, 1)))));
  }

  @Test
  void structuresAreTheJsonThatTheyMean() throws Exception {
    Value text = Value.newBuilder().setStringValue("5").build();
    Value number = Value.newBuilder().setNumberValue(5).build();
    Struct struct =
        Struct.newBuilder()
            .putFields("s", text)
            .putFields("n", number)
            .putFields("half", Value.newBuilder().setNumberValue(0.5).build())
            .putFields("none", Value.newBuilder().setNullValue(NullValue.NULL_VALUE).build())
            .putFields(
                "list",
                Value.newBuilder()
                    .setListValue(
                        ListValue.newBuilder()
                            .addValues(Value.newBuilder().setBoolValue(true))
                            .addValues(
                                Value.newBuilder().setStructValue(Struct.getDefaultInstance())))
                    .build())
            .build();
    assertEquals(
        "{\"s\":\"5\",\"n\":5,\"half\":0.5,\"none\":null,\"list\":[true,{}]}",
        only("Struct", out -> out.writeMessage(1, struct)));
    assertEquals("5", only("Value", out -> out.writeMessage(1, text)));
    assertEquals("5", only("Value", out -> out.writeMessage(1, number)));
    assertNull(
        only(
            "Value",
            out ->
                out.writeMessage(
                    1, Value.newBuilder().setNullValue(NullValue.NULL_VALUE).build())));
    assertEquals(
        "/record: a google.protobuf.Value in it has no value",
        refused("Value", out -> out.writeByteArray(1, new byte[0])));
    List<String> texts = new ArrayList<>();
    records(
            "syntax = \"proto3\"; message M { google.protobuf.Value x = 1; int32 y = 2; string z = 3; }")
        .read(
            record(1, List.of(), bytes(out -> out.writeMessage(1, text))),
            (name, value) -> {},
            (name, value) -> texts.add(name));
    assertEquals(List.of("x", "z"), texts);
  }

  @Test
  void hostileLengthsDepthsAndNumbersCostNothing() {
    assertEquals(
        "/record: its Protobuf data is cut off",
        error(NARROW, out -> out.writeRawBytes(new byte[] {10, -1, -1, -1, -1, 7})));
    String tooMuch = "/record: nests deeper than 100 or holds more than 1000000 values";
    byte[] deep = new byte[0];
    for (int i = 0; i < 200; i++) {
      byte[] inner = deep;
      deep = bytes(out -> out.writeByteArray(1, inner));
    }
    byte[] nested = deep;
    assertEquals(
        tooMuch,
        error("syntax = \"proto3\"; message A { A a = 1; }", out -> out.writeRawBytes(nested)));
    byte[] groups = new byte[100_000];
    Arrays.fill(groups, (byte) 0x13);
    assertEquals(tooMuch, error(NARROW, out -> out.writeRawBytes(groups)));
    StringBuilder wide =
        new StringBuilder("syntax = \"proto3\"; message A { repeated B b = 1; } message B {");
    for (int i = 1; i <= 1_000; i++) {
      wide.append("int32 field_").append(i).append(" = ").append(i).append("; ");
    }
    byte[] empty = new byte[20_000];
    for (int i = 0; i < empty.length; i += 2) {
      empty[i] = 10;
    }
    // Ten thousand empty messages of a thousand fields each.
    assertEquals(tooMuch, error(wide.append("}").toString(), out -> out.writeRawBytes(empty)));
    assertEquals(
        "/record: has more than 1000 fields that its schema does not have",
        error(
            NARROW,
            out -> {
              for (int i = 2; i < 2_000; i++) {
                out.writeBool(i, true);
              }
            }));
  }
}
