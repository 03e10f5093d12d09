package io.sluice.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Type;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Timestamp;
import com.google.protobuf.TimestampProto;
import io.sluice.demo.server.RegisteredSchemas;
import io.sluice.demo.server.RegistryServer;
import io.sluice.kafka.SchemaRegistry;
import io.sluice.refine.Refine;
import io.sluice.run.RunContext;
import io.sluice.testing.Lines;
import io.sluice.testing.LocalKafka;
import io.sluice.testing.NeedsServers;
import io.sluice.testing.TestLake;
import io.sluice.testing.Topics;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Protobuf records of several schemas, against a real registry: up, down, and ignorant. */
@NeedsServers
class ProtobufTopicTest {
  private static final Path CONTRACTS = Path.of("src/test/resources/contracts/parcels");
  private static final String ADDRESS =
      "syntax = \"proto3\"; package shop; message Address { string street = 1; int32 number = 2; }";

  /** Its second message is what records hold. */
  private static final String FIRST =
      """
      syntax = "proto3";
      package shop;
      import "google/protobuf/timestamp.proto";
      import "shop/address.proto";
      enum Status { UNKNOWN = 0; SENT = 1; LOST = 2; }
      message Nothing {}
      message Parcel {
        string parcel = 1;
        google.protobuf.Timestamp at = 2;
        int32 grams = 3;
        uint64 serial = 4;
        optional string note = 5;
        Address sender = 6;
        repeated string stops = 7;
        map<string, int64> tags = 8;
        Status status = 9;
        optional int64 sent = 12;
      }
      """;

  /** A later version: weights are no longer whole, colours are new, the rest is gone. */
  private static final String SECOND =
      """
      syntax = "proto3";
      package shop;
      import "google/protobuf/timestamp.proto";
      message Parcel {
        string parcel = 1;
        google.protobuf.Timestamp at = 2;
        double grams = 10;
        string colour = 11;
      }
      """;

  private static final String INCOMPATIBLE =
      SECOND.replace("double grams", "repeated double grams");

  /** A schema as clients for Python, Go and .NET register it. */
  private static String base64() {
    FileDescriptorProto.Builder file =
        FileDescriptorProto.newBuilder()
            .setName("parcel.proto")
            .setPackage("shop")
            .setSyntax("proto3")
            .addDependency(TimestampProto.getDescriptor().getName());
    DescriptorProto.Builder message = file.addMessageTypeBuilder().setName("Parcel");
    field(message, "parcel", 1).setType(Type.TYPE_STRING);
    field(message, "at", 2).setType(Type.TYPE_MESSAGE).setTypeName(".google.protobuf.Timestamp");
    field(message, "grams", 3).setType(Type.TYPE_FIXED32);
    return Base64.getEncoder().encodeToString(file.build().toByteArray());
  }

  private static FieldDescriptorProto.Builder field(
      DescriptorProto.Builder message, String name, int number) {
    return message
        .addFieldBuilder()
        .setName(name)
        .setNumber(number)
        .setLabel(FieldDescriptorProto.Label.LABEL_OPTIONAL);
  }

  /** Registers a schema and gives its number. */
  private static int register(String url, String subject, String schema, String... references)
      throws Exception {
    List<Map<String, Object>> all =
        Arrays.stream(references)
            .map(name -> Map.<String, Object>of("name", name, "subject", name, "version", 1))
            .toList();
    return RegisteredSchemas.register(
        url, subject, Map.of("schemaType", "PROTOBUF", "schema", schema, "references", all));
  }

  /** Writes a message with Protobuf's own library. */
  private interface Content {
    void write(CodedOutputStream out) throws IOException;
  }

  private static byte[] bytes(Content content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    content.write(out);
    out.flush();
    return bytes.toByteArray();
  }

  /** A record as Confluent's serializers write it: the message is one of the file's own. */
  private static byte[] parcel(int id, int index, String name, Content rest) throws IOException {
    return bytes(
        out -> {
          out.writeRawByte(0);
          out.writeRawBytes(ByteBuffer.allocate(4).putInt(id).array());
          if (index == 0) {
            out.writeRawByte(0);
          } else {
            out.writeSInt32NoTag(1);
            out.writeSInt32NoTag(index);
          }
          out.writeString(1, name);
          out.writeMessage(
              2, Timestamp.newBuilder().setSeconds(1_772_359_200).setNanos(123_000).build());
          rest.write(out);
        });
  }

  private static void full(CodedOutputStream out) throws IOException {
    out.writeInt32(3, 1_200);
    out.writeUInt64(4, -1);
    out.writeString(5, "fragile");
    out.writeByteArray(
        6,
        bytes(
            address -> {
              address.writeString(1, "High Street");
              address.writeInt32(2, 7);
            }));
    out.writeString(7, "Bonn");
    out.writeString(7, "Rome");
    out.writeByteArray(
        8,
        bytes(
            tag -> {
              tag.writeString(1, "zone");
              tag.writeInt64(2, 3);
            }));
    out.writeEnum(9, 1);
    out.writeInt64(12, 1_772_359_200_500L);
  }

  private static RunContext open(String name, String registry, Map<String, String> overrides) {
    Map<String, String> all = new TreeMap<>(overrides);
    all.put("kafka.servers", LocalKafka.server().servers());
    all.put("registry.url", registry);
    return TestLake.open(name, Topics.contracts(CONTRACTS, "parcels", name), all);
  }

  @Test
  void severalSchemasInOneBatchAndPoisonBetweenThem() throws Exception {
    String url = LocalKafka.registry().url();
    register(url, "shop/address.proto", ADDRESS);
    int first = register(url, "parcels-value", FIRST, "shop/address.proto");
    int second = register(url, "parcels-2-value", SECOND);
    int incompatible = register(url, "parcels-3-value", INCOMPATIBLE);
    int described = register(url, "parcels-4-value", base64());
    LocalKafka.topic("parcels", 1);
    RunContext context = open("parcels", url, Map.of());
    byte[] valid = parcel(first, 1, "p1", ProtobufTopicTest::full);
    LocalKafka.send(
        "parcels",
        0,
        valid,
        parcel(
            second,
            0,
            "p2",
            out -> {
              out.writeDouble(10, 12.5);
              out.writeString(11, "red");
            }),
        parcel(incompatible, 0, "p3", out -> out.writeDouble(10, 1)),
        "{\"parcel\":\"p4\"}".getBytes(StandardCharsets.UTF_8),
        Arrays.copyOf(valid, valid.length - 3),
        new byte[] {0, 1, 2, 3, 4, 0},
        parcel(first, 5, "p5", out -> {}),
        parcel(first, 1, "p6", out -> out.writeInt32(9, 2)),
        parcel(first, 1, "p7", out -> out.writeInt32(9, 77)),
        parcel(described, 0, "p8", out -> out.writeFixed32(3, 5)));

    assertEquals(10, new Ingest(context, "parcels").run().rowCounts().accepted());
    assertEquals(
        "10 read = 4 accepted + 6 quarantined + 0 duplicate + 0 superseded",
        new Refine(context, "parcels").run().rowCounts().toString());
    assertEquals(
        List.of(
            "p1|2026-03-01 10:00:00.000123|1200.0|18446744073709551615|fragile"
                + "|{High Street, 7}|[Bonn, Rome]|{zone -> 3}|SENT|2026-03-01 10:00:00.5|null",
            "p2|2026-03-01 10:00:00.000123|12.5|null|null|null|null|null|null|null|{colour -> red}",
            "p6|2026-03-01 10:00:00.000123|0.0|0|null|null|[]|{}|LOST|null|null",
            "p8|2026-03-01 10:00:00.000123|5.0|null|null|null|null|null|null|null|null"),
        Lines.of(
            context
                .lake()
                .silver("parcels")
                .read()
                .selectExpr(
                    "parcel",
                    "cast(at as string)",
                    "grams",
                    "serial",
                    "note",
                    "cast(sender as string)",
                    "cast(stops as string)",
                    "cast(tags as string)",
                    "status",
                    "cast(sent as string)",
                    "cast(_extra as string)")));
    assertEquals(
        List.of(
            "2|grams/type: schema "
                + incompatible
                + " has repeated double where DECIMAL(9,1) is read",
            "3|/record: begins with byte 123; Protobuf data begins with a zero byte",
            "4|/record: its Protobuf data is cut off",
            "5|/record: the registry has no Protobuf schema 16909060",
            "6|/record: schema " + first + " has no message at its message indexes [5]",
            "8|status/enum: must be one of [SENT, LOST]"),
        Lines.of(
            context
                .lake()
                .quarantine("parcels")
                .read()
                .selectExpr(
                    "position",
                    "reasons[0].field || '/' || reasons[0].rule || ': ' || reasons[0].message")));
  }

  @Test
  void whileTheRegistryIsDownKnownSchemasGoOnAndOthersWait() throws Exception {
    Path jars = Path.of(System.getProperty("sluice.servers", "target/servers"), "registry");
    RegistryServer registry = RegistryServer.start(jars, LocalKafka.server().folder(), 0);
    String url = registry.url();
    register(url, "shop/address.proto", ADDRESS);
    int first = register(url, "down-value", FIRST, "shop/address.proto");
    LocalKafka.topic("parcels-down", 1);
    RunContext context = open("parcels-down", url, Map.of());
    LocalKafka.send("parcels-down", 0, parcel(first, 1, "p1", ProtobufTopicTest::full));
    new Ingest(context, "parcels").run();
    registry.close();

    // A new command knows what an earlier one has learnt, references with it.
    LocalKafka.send("parcels-down", 0, parcel(first, 1, "p2", ProtobufTopicTest::full));
    assertEquals(1, new Ingest(context, "parcels").run().rowCounts().accepted());
    assertEquals(
        "2 read = 2 accepted + 0 quarantined + 0 duplicate + 0 superseded",
        new Refine(context, "parcels").run().rowCounts().toString());
    LocalKafka.send("parcels-down", 0, parcel(first + 1, 0, "p3", out -> {}));
    assertThrows(SchemaRegistry.DownException.class, () -> new Ingest(context, "parcels").run());

    RunContext impatient = open("parcels-down", url, Map.of("registry.down", "quarantine"));
    assertEquals(1, new Ingest(impatient, "parcels").run().rowCounts().accepted());
    assertEquals(
        "1 read = 0 accepted + 1 quarantined + 0 duplicate + 0 superseded",
        new Refine(impatient, "parcels").run().rowCounts().toString());
  }
}
