package io.sluice.ingest.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.demo.server.RegisteredSchemas;
import io.sluice.ingest.format.WantedFields.Plain;
import io.sluice.testing.Damage;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.apache.avro.Conversions;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;
import org.junit.jupiter.api.Test;

/** Avro as Avro's own library writes it, and Avro as nobody should. */
class AvroRecordsTest {
  private static final String ALL =
      """
      {"type": "record", "name": "all", "fields": [
        {"name": "text", "type": "string"},
        {"name": "nothing", "type": ["null", "string"]},
        {"name": "whole", "type": "int"},
        {"name": "wide", "type": "long"},
        {"name": "single", "type": "float"},
        {"name": "real", "type": "double"},
        {"name": "flag", "type": "boolean"},
        {"name": "day", "type": {"type": "int", "logicalType": "date"}},
        {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
        {"name": "micros", "type": {"type": "long", "logicalType": "timestamp-micros"}},
        {"name": "money", "type": {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}},
        {"name": "kind", "type": {"type": "enum", "name": "kind", "symbols": ["A", "B"]}},
        {"name": "bytes", "type": "bytes"},
        {"name": "list", "type": {"type": "array", "items": ["null", "long"]}},
        {"name": "tree", "type": ["null", {"type": "record", "name": "tree", "fields": [
          {"name": "name", "type": "string"},
          {"name": "by", "type": {"type": "map", "values": "double"}},
          {"name": "child", "type": ["null", "tree"]}]}]}]}
      """;
  private static final String NARROW =
      "{\"type\":\"record\",\"name\":\"n\",\"fields\":[{\"name\":\"amount\",\"type\":\"string\"}]}";

  private static GenericRecord all() {
    Schema schema = new Schema.Parser().parse(ALL);
    Schema tree = schema.getField("tree").schema().getTypes().get(1);
    GenericRecord leaf = new GenericData.Record(tree);
    leaf.put("name", "le\"af");
    leaf.put("by", Map.of());
    GenericRecord root = new GenericData.Record(tree);
    root.put("name", "root");
    root.put("by", Map.of("x", 1.5));
    root.put("child", leaf);
    GenericRecord record = new GenericData.Record(schema);
    record.put("text", "grün");
    record.put("whole", -7);
    record.put("wide", 1L << 40);
    record.put("single", 0.5f);
    record.put("real", 1e-3);
    record.put("flag", true);
    record.put("day", 20_513);
    record.put("at", 1_772_359_200_123L);
    record.put("micros", 1_772_359_200_123_456L);
    record.put(
        "money",
        new Conversions.DecimalConversion()
            .toBytes(
                new BigDecimal("-12.30"),
                schema.getField("money").schema(),
                LogicalTypes.decimal(9, 2)));
    record.put("kind", new GenericData.EnumSymbol(schema.getField("kind").schema(), "B"));
    record.put("bytes", ByteBuffer.wrap(new byte[] {1, 2}));
    record.put("list", Arrays.asList(1L, null));
    record.put("tree", root);
    return record;
  }

  private static List<String> read(AvroRecords records, byte[] raw) throws BrokenRecordException {
    List<String> fields = new ArrayList<>();
    BiConsumer<String, UTF8String> sink = (name, value) -> fields.add(name + "=" + value);
    records.read(raw, sink, sink);
    return fields;
  }

  private static String error(AvroRecords records, byte[] raw) {
    BrokenRecordException broken =
        assertThrows(BrokenRecordException.class, () -> read(records, raw));
    return broken.field() + "/" + broken.rule() + ": " + broken.getMessage();
  }

  @Test
  void everyTypeAsTextOfAJsonArrival() throws Exception {
    assertEquals(
        List.of(
            "text=grün",
            "nothing=null",
            "whole=-7",
            "wide=1099511627776",
            "single=0.5",
            "real=0.001",
            "flag=true",
            "day=2026-03-01",
            "at=2026-03-01T10:00:00.123Z",
            "micros=2026-03-01T10:00:00.123456Z",
            "money=-12.30",
            "kind=B",
            "bytes=AQI=",
            "list=[1,null]",
            "tree={\"name\":\"root\",\"by\":{\"x\":1.5},\"child\":{\"name\":\"le\\\"af\",\"by\":{},\"child\":null}}"),
        read(new AvroRecords(Map.of(7, ALL), Map.of()), RegisteredSchemas.avro(7, all())));
  }

  /** As Kafka Connect's converter writes them: by names beside the type. */
  @Test
  void datesTimestampsAndDecimalsOfDebeziumAreReadByTheirNames() throws Exception {
    String schema =
        "{\"type\":\"record\",\"name\":\"r\",\"fields\":[%s]}"
            .formatted(
                String.join(
                    ",",
                    named("day", "int", "io.debezium.time.Date"),
                    named("millis", "long", "io.debezium.time.Timestamp"),
                    named("micros", "long", "io.debezium.time.MicroTimestamp"),
                    named("nanos", "long", "io.debezium.time.NanoTimestamp"),
                    named("time", "long", "io.debezium.time.MicroTime"),
                    named("zoned", "string", "io.debezium.time.ZonedTimestamp"),
                    "{\"name\":\"money\",\"type\":{\"type\":\"bytes\",\"connect.parameters\":"
                        + "{\"scale\":\"2\"},\"connect.name\":\"org.apache.kafka.connect.data.Decimal\"}}",
                    "{\"name\":\"number\",\"type\":{\"type\":\"record\",\"name\":\"VariableScaleDecimal\","
                        + "\"namespace\":\"io.debezium.data\",\"fields\":[{\"name\":\"scale\",\"type\":"
                        + "\"int\"},{\"name\":\"value\",\"type\":\"bytes\"}]}}",
                    "{\"name\":\"numbers\",\"type\":{\"type\":\"array\",\"items\":"
                        + "\"io.debezium.data.VariableScaleDecimal\"}}"));
    Schema parsed = new Schema.Parser().parse(schema);
    GenericRecord record = new GenericData.Record(parsed);
    record.put("day", 20_513);
    record.put("millis", 1_772_359_200_123L);
    record.put("micros", 1_772_359_200_123_456L);
    record.put("nanos", 1_772_359_200_123_456_789L);
    record.put("time", 100_000_000_000L);
    record.put("zoned", "2026-03-01T10:00:00+01:00");
    record.put("money", ByteBuffer.wrap(new byte[] {(byte) 0xFB, 0x32}));
    GenericRecord number = new GenericData.Record(parsed.getField("number").schema());
    number.put("scale", 3);
    number.put("value", ByteBuffer.wrap(new byte[] {7}));
    record.put("number", number);
    record.put("numbers", List.of(number));
    AvroRecords records = new AvroRecords(Map.of(7, schema), Map.of());
    assertEquals(
        List.of(
            "day=2026-03-01",
            "millis=2026-03-01T10:00:00.123",
            "micros=2026-03-01T10:00:00.123456",
            "nanos=2026-03-01T10:00:00.123456789",
            "time=100000000000",
            "zoned=2026-03-01T10:00:00+01:00",
            "money=-12.30",
            "number=0.007",
            "numbers=[0.007]"),
        read(records, RegisteredSchemas.avro(7, record)));

    // A scale that would make a text of two billion digits.
    number.put("scale", Integer.MIN_VALUE);
    assertEquals(
        "/record: a decimal in its Avro data has more than 1000 digits",
        error(records, RegisteredSchemas.avro(7, record)));
  }

  private static String named(String field, String type, String name) {
    return "{\"name\":\"%s\",\"type\":[\"null\",{\"type\":\"%s\",\"connect.name\":\"%s\"}]}"
        .formatted(field, type, name);
  }

  @Test
  void everyCutIsTold() throws Exception {
    AvroRecords records = new AvroRecords(Map.of(7, ALL), Map.of());
    byte[] whole = RegisteredSchemas.avro(7, all());
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertTrue(error(records, cut).startsWith("/record: "), "cut to " + length);
    }
    assertEquals(
        "/record: bytes follow its Avro data",
        error(records, Arrays.copyOf(whole, whole.length + 1)));
  }

  @Test
  void everyBitFlippedIsReadOrTold() throws Exception {
    AvroRecords records = new AvroRecords(Map.of(7, ALL), Map.of());
    byte[] whole = RegisteredSchemas.avro(7, all());
    int told = Damage.toldOfFlippedBits(whole, flipped -> read(records, flipped));
    assertTrue(told > 100, "only " + told + " were told");
  }

  @Test
  void hostileLengthsAndDepthsCostNothing() throws Exception {
    AvroRecords text = new AvroRecords(Map.of(1, NARROW), Map.of());
    // A text that claims to have 2 GB.
    assertEquals(
        "/record: its Avro data is cut off",
        error(
            text,
            new byte[] {0, 0, 0, 0, 1, (byte) 0xFE, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0x0F}));
    AvroRecords nulls =
        new AvroRecords(
            Map.of(
                1,
                "{\"type\":\"record\",\"name\":\"n\",\"fields\":[{\"name\":\"a\",\"type\":{\"type\":\"array\",\"items\":\"null\"}}]}"),
            Map.of());
    // Two million nulls, which take no room.
    String much =
        error(nulls, new byte[] {0, 0, 0, 0, 1, (byte) 0x80, (byte) 0x92, (byte) 0xF4, 1, 0});
    assertTrue(much.contains("more than 1000000 values"), much);
    AvroRecords deep =
        new AvroRecords(
            Map.of(
                1,
                "{\"type\":\"record\",\"name\":\"n\",\"fields\":[{\"name\":\"a\",\"type\":[\"null\",\"n\"]}]}"),
            Map.of());
    byte[] nested = new byte[100_000];
    Arrays.fill(nested, 5, nested.length, (byte) 2);
    nested[4] = 1;
    String told = error(deep, nested);
    assertTrue(told.contains("nests deeper than 100"), told);
  }

  @Test
  void wrongPrefixesAndUnknownSchemasAreTold() {
    AvroRecords records = new AvroRecords(Map.of(1, NARROW, 2, "\"string\""), Map.of());
    assertEquals(
        "/record: begins with byte 123; Avro data begins with a zero byte",
        error(records, "{\"a\":1}".getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    assertEquals(
        "/record: the registry has no Avro schema 9",
        error(records, new byte[] {0, 0, 0, 0, 9, 0}));
    assertEquals("/record: schema 2 is no record", error(records, new byte[] {0, 0, 0, 0, 2, 0}));
    assertEquals(
        "/record: a text in it is not valid UTF-8",
        error(records, new byte[] {0, 0, 0, 0, 1, 2, (byte) 0xFF}));
  }

  @Test
  void schemasThatTheContractCannotBeReadFromAreRefused() {
    Map<String, Plain> wanted =
        Map.of("amount", new Plain(DataTypes.createDecimalType(9, 2), true));
    byte[] any = {0, 0, 0, 0, 1, 0};
    for (String type : List.of("\"boolean\"", "{\"type\":\"array\",\"items\":\"int\"}")) {
      String schema = NARROW.replace("\"string\"", type);
      String told = error(new AvroRecords(Map.of(1, schema), wanted), any);
      assertTrue(told.startsWith("amount/type: schema 1 has "), told);
      assertTrue(told.endsWith(" where DECIMAL(9,2) is read"), told);
    }
    assertEquals(
        "amount/missing: schema 1 has no field amount",
        error(new AvroRecords(Map.of(1, NARROW.replace("amount", "sum")), wanted), any));
    assertEquals(
        "amount/type: schema 1 has timestamp-millis where DECIMAL(9,2) is read",
        error(
            new AvroRecords(
                Map.of(
                    1,
                    NARROW.replace(
                        "\"string\"", "{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}")),
                wanted),
            any));
  }

  @Test
  void mapsAndRecordsAreReadAsMapsAndObjects() throws Exception {
    String map = "{\"type\":\"map\",\"values\":\"long\"}";
    for (DataType type :
        List.of(
            DataTypes.createMapType(DataTypes.StringType, DataTypes.LongType),
            new StructType().add("x", DataTypes.LongType))) {
      Map<String, Plain> wanted = Map.of("f0", new Plain(type, true));
      AvroRecords records = new AvroRecords(Map.of(1, schemaOf(map)), wanted);
      assertEquals(List.of("f0={}"), read(records, new byte[] {0, 0, 0, 0, 1, 0}));
    }
  }

  private static String schemaOf(String... fields) {
    StringBuilder schema = new StringBuilder("{\"type\":\"record\",\"name\":\"n\",\"fields\":[");
    for (int i = 0; i < fields.length; i++) {
      schema.append(i == 0 ? "" : ",").append("{\"name\":\"f").append(i).append("\",\"type\":");
      schema.append(fields[i]).append('}');
    }
    return schema.append("]}").toString();
  }

  private static byte[] longs(long... numbers) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(new byte[] {0, 0, 0, 0, 1});
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
    for (long number : numbers) {
      encoder.writeLong(number);
    }
    encoder.flush();
    return bytes.toByteArray();
  }

  @Test
  void allMissingFieldsAndAllMisfitsAreNamedAtOnce() {
    Map<String, Plain> wanted =
        Map.of(
            "f0", new Plain(DataTypes.LongType, true),
            "f1", new Plain(DataTypes.DateType, false),
            "b", new Plain(DataTypes.StringType, true),
            "a", new Plain(DataTypes.StringType, true),
            "c", new Plain(DataTypes.StringType, false));
    byte[] any = {0, 0, 0, 0, 1, 0};
    String schema = schemaOf("\"boolean\"", "\"long\"");
    assertEquals(
        "/missing: schema 1 has no field a, b",
        error(new AvroRecords(Map.of(1, schema), wanted), any));
    Map<String, Plain> there =
        Map.of(
            "f0", new Plain(DataTypes.LongType, true), "f1", new Plain(DataTypes.DateType, false));
    assertEquals(
        "/type: schema 1 has f0 as boolean where BIGINT is read, f1 as long where DATE is read",
        error(new AvroRecords(Map.of(1, schema), there), any));
  }

  @Test
  void valuesOutsideOfTheirTypesRangeCostTheRecordOrStayWhatTheyAre() throws Exception {
    for (String time : List.of("time-millis", "time-micros")) {
      String of = time.equals("time-millis") ? "int" : "long";
      String schema = schemaOf("{\"type\":\"" + of + "\",\"logicalType\":\"" + time + "\"}");
      AvroRecords records = new AvroRecords(Map.of(1, schema), Map.of());
      long day = time.equals("time-millis") ? 86_400_000L : 86_400_000_000L;
      for (long number :
          new long[] {-1, day, of.equals("int") ? Integer.MAX_VALUE : Long.MAX_VALUE}) {
        assertEquals(
            "/record: a time of day in its Avro data is outside of a day",
            error(records, longs(number)));
      }
      assertTrue(read(records, longs(day - 1)).get(0).startsWith("f0=23:59:59.999"));
    }
    String micros = "{\"type\":\"long\",\"logicalType\":\"timestamp-micros\"}";
    String millis = "{\"type\":\"long\",\"logicalType\":\"local-timestamp-millis\"}";
    AvroRecords far = new AvroRecords(Map.of(1, schemaOf(micros, millis)), Map.of());
    assertEquals(
        List.of("f0=+294247-01-10T04:00:54.775807Z", "f1=-292275055-05-16T16:47:04.192"),
        read(far, longs(Long.MAX_VALUE, Long.MIN_VALUE)));
  }

  @Test
  void decimalsOfManyDigitsAreBounded() throws Exception {
    String schema =
        schemaOf(
            "{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":2147483647,\"scale\":%d}");
    AvroRecords scaled =
        new AvroRecords(
            Map.of(1, schema.formatted(2_000_000_000), 2, schema.formatted(2)), Map.of());
    String told = "/record: a decimal in its Avro data has more than 1000 digits";
    assertEquals(told, error(scaled, new byte[] {0, 0, 0, 0, 1, 2, 1}));
    byte[] many = new byte[5 + 3 + 1_000_000];
    many[4] = 2;
    byte[] length = longs(1_000_000);
    System.arraycopy(length, 5, many, 5, 3);
    Arrays.fill(many, 8, many.length, (byte) 0x7F);
    assertEquals(told, error(scaled, many));
  }

  @Test
  void schemaThatIsNoneCostsItsRecords() {
    String deep =
        "{\"type\":\"array\",\"items\":".repeat(100_000) + "\"int\"" + "}".repeat(100_000);
    for (String schema : List.of("", "{}", "nonsense", deep)) {
      assertEquals(
          "/record: schema 1 is no Avro schema",
          error(new AvroRecords(Map.of(1, schema), Map.of()), new byte[] {0, 0, 0, 0, 1, 0}));
    }
  }

  @Test
  void textsAreToldFromOtherValues() throws Exception {
    List<String> texts = new ArrayList<>();
    new AvroRecords(Map.of(7, ALL), Map.of())
        .read(
            RegisteredSchemas.avro(7, all()),
            (name, value) -> {},
            (name, value) -> texts.add(name));
    assertEquals(List.of("text", "kind"), texts);
  }
}
