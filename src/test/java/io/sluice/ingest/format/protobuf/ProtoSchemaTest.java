package io.sluice.ingest.format.protobuf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.AnyProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.type.MoneyProto;
import io.sluice.ingest.format.protobuf.MessageType.Field;
import io.sluice.ingest.format.protobuf.MessageType.Presence;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;

/** Schemas of others, held against what Protobuf's own compiler has made of them. */
class ProtoSchemaTest {
  private static final String POINT =
      "syntax = \"proto3\"; package shop; message Point { int32 x = 1; }";

  /** The .proto files of a jar, by their paths, and what is compiled of them. */
  private record Corpus(Map<String, String> texts, List<FileDescriptor> files) {
    static Corpus of(Class<?>... inJars) throws Exception {
      Corpus corpus = new Corpus(new TreeMap<>(), new ArrayList<>());
      List<String> classes = new ArrayList<>();
      for (Class<?> one : inJars) {
        String path = one.getProtectionDomain().getCodeSource().getLocation().toURI().getPath();
        try (JarFile jar = new JarFile(path)) {
          for (JarEntry entry : jar.stream().toList()) {
            if (entry.getName().endsWith(".proto")) {
              byte[] text = jar.getInputStream(entry).readAllBytes();
              corpus.texts.put(entry.getName(), new String(text, StandardCharsets.UTF_8));
            } else if (entry.getName().matches("[^$]*(Proto|Protos|OuterClass)\\.class")) {
              classes.add(entry.getName().replace(".class", "").replace('/', '.'));
            }
          }
        }
      }
      for (String name : classes) {
        Object file;
        try {
          file = Class.forName(name).getMethod("getDescriptor").invoke(null);
        } catch (NoSuchMethodException e) {
          continue;
        }
        if (file instanceof FileDescriptor compiled
            && corpus.texts.containsKey(compiled.getName())) {
          corpus.files.add(compiled);
        }
      }
      return corpus;
    }

    void collect(FileDescriptor file, Map<String, String> references) {
      for (FileDescriptor one : file.getDependencies()) {
        references.put(one.getName(), texts.get(one.getName()));
        collect(one, references);
      }
    }
  }

  private static void described(FileDescriptor file, Map<String, String> all) {
    for (FileDescriptor one : file.getDependencies()) {
      all.put(one.getName(), base64(one));
      described(one, all);
    }
  }

  private static String base64(FileDescriptor file) {
    return Base64.getEncoder().encodeToString(file.toProto().toByteArray());
  }

  /** Holds a message and all that it leads to against the compiled one. */
  private static int compare(MessageType read, Descriptor compiled, Set<String> seen) {
    if (!seen.add(compiled.getFullName())) {
      return 0;
    }
    String name = compiled.getFullName();
    int fields = compiled.getFields().size();
    assertEquals(fields, read.fields().size(), name);
    int compared = 0;
    for (FieldDescriptor field : compiled.getFields()) {
      Field ours = read.field(field.getNumber());
      String path = field.getFullName();
      assertNotNull(ours, path);
      assertEquals(field.getName(), ours.name(), path);
      assertEquals(field.getType().name(), ours.kind().name(), path);
      assertEquals(field.isRepeated(), ours.isRepeated(), path);
      assertEquals(field.isMapField(), ours.isMap(), path);
      if (!field.isRepeated() && !compiled.toProto().getOptions().getMapEntry()) {
        Presence presence =
            field.isRequired()
                ? Presence.REQUIRED
                : field.hasPresence() ? Presence.EXPLICIT : Presence.IMPLICIT;
        assertEquals(presence, ours.presence(), path);
      }
      assertEquals(
          field.getRealContainingOneof() == null ? null : field.getRealContainingOneof().getName(),
          ours.oneof(),
          path);
      if (ours.kind() == Kind.ENUM) {
        Map<Integer, String> names = new HashMap<>();
        for (EnumValueDescriptor value : field.getEnumType().getValues()) {
          names.putIfAbsent(value.getNumber(), value.getName());
        }
        assertEquals(names, ours.names(), path);
      }
      compared++;
      if (ours.kind().isMessage()) {
        if (!field.isMapField()) {
          assertEquals(field.getMessageType().getFullName(), ours.message().name(), path);
        }
        compared += compare(ours.message(), field.getMessageType(), seen);
      }
    }
    return compared;
  }

  private static int compareAll(
      ProtoSchema schema, List<Descriptor> messages, List<Integer> above, Nested counted)
      throws Exception {
    int compared = 0;
    int index = 0;
    for (Descriptor message : messages) {
      if (!counted.counts(message)) {
        continue;
      }
      List<Integer> path = new ArrayList<>(above);
      path.add(index++);
      compared += compare(schema.message(path).orElseThrow(), message, new HashSet<>());
      compared += compareAll(schema, message.getNestedTypes(), path, counted);
    }
    return compared;
  }

  /** Whether a message has a number among its neighbours. */
  private interface Nested {
    boolean counts(Descriptor message);
  }

  @Test
  void filesOfProtobufAndOfGoogleMeanWhatTheCompilerMadeOfThem() throws Exception {
    Corpus corpus = Corpus.of(AnyProto.class, MoneyProto.class);
    int compared = 0;
    for (FileDescriptor file : corpus.files()) {
      Map<String, String> texts = new TreeMap<>();
      corpus.collect(file, texts);
      ProtoSchema ofText = ProtoSchema.of(corpus.texts().get(file.getName()), texts);
      compared +=
          compareAll(
              ofText,
              file.getMessageTypes(),
              List.of(),
              message -> !message.toProto().getOptions().getMapEntry());
      Map<String, String> described = new TreeMap<>();
      described(file, described);
      compareAll(
          ProtoSchema.of(base64(file), described), file.getMessageTypes(), List.of(), all -> true);
    }
    int files = corpus.files().size();
    assertTrue(files > 60, "only " + files + " files");
    assertTrue(compared > 1_000, "only " + compared + " fields");
  }

  private static String error(String text, Map<String, String> references) {
    return assertThrows(
            UnusableSchemaException.class,
            () -> ProtoSchema.of(text, references).message(List.of(0)))
        .getMessage();
  }

  private static Field field(String text, String name) throws Exception {
    return ProtoSchema.of(text, Map.of()).message(List.of(0)).orElseThrow().field(name);
  }

  @Test
  void whatThePresenceOfAFieldIs() throws Exception {
    String three =
        """
        syntax = "proto3";
        message A {
          int32 plain = 1; optional int32 told = 2; A nested = 3; repeated int32 all = 4;
          oneof one { string text = 5; }
        }
        """;
    assertEquals(Presence.IMPLICIT, field(three, "plain").presence());
    assertEquals(Presence.EXPLICIT, field(three, "told").presence());
    assertEquals(Presence.EXPLICIT, field(three, "nested").presence());
    assertEquals(Presence.EXPLICIT, field(three, "text").presence());
    String two = "message A { optional int32 told = 1 [default = 7]; required int32 must = 2; }";
    assertEquals(Presence.EXPLICIT, field(two, "told").presence());
    assertEquals(Presence.REQUIRED, field(two, "must").presence());
  }

  @Test
  void namesAreLookedUpFromInsideOut() throws Exception {
    String text =
        """
        syntax = "proto3";
        package shop.v1;
        message Order {
          message Line { int32 inner = 1; }
          Line inner = 1; .shop.v1.Line outer = 2; v1.Line relative = 3; Order.Line path = 4;
        }
        message Line { int32 outer = 1; }
        """;
    assertEquals("shop.v1.Order.Line", field(text, "inner").message().name());
    assertEquals("shop.v1.Line", field(text, "outer").message().name());
    assertEquals("shop.v1.Line", field(text, "relative").message().name());
    assertEquals("shop.v1.Order.Line", field(text, "path").message().name());
  }

  @Test
  void statementsThatDoNotMatterArePassedOver() throws Exception {
    String text =
        """
        /* A comment; with { braces. */ syntax = 'proto2'; // and another
        package a . b;
        import weak "not/there.proto";
        option java_package = "x";
        option (custom).deep = { text: "}" list: [1, 2] inner { a: -1.5e-3 } };
        message A {
          option deprecated = true;
          extensions 100 to 199 [declaration = { number: 1 full_name: ".x" }], 1000 to max;
          reserved 2, 9 to 11;
          reserved "old", "older";
          optional string text = 0x10 [(rule) = { pattern: "[^\\"\\\\]{3}" }, deprecated = true];
          optional group Part = 4 { optional int32 of = 1; }
          extend A { optional int32 more = 100; }
          enum Kind { option allow_alias = true; A0 = 0; B0 = 0; C = -3 [deprecated = true]; reserved 5; }
          repeated Kind kinds = 017 [packed = true];
          ;
        }
        extend A { optional group Extra = 101 { optional int32 x = 1; } }
        service S { rpc Call (stream A) returns (A) { option (http) = { get: "/" }; } rpc B (A) returns (A); }
        """;
    MessageType type = ProtoSchema.of(text, Map.of()).message(List.of(0)).orElseThrow();
    assertEquals(
        List.of("16 text string", "4 part a.b.A.Part", "15 kinds repeated enum"),
        type.fields().stream()
            .map(one -> one.number() + " " + one.name() + " " + one.typeName())
            .toList());
    assertEquals(Map.of(0, "A0", -3, "C"), type.field("kinds").names());
    assertEquals(Kind.GROUP, type.field("part").kind());
  }

  @Test
  void mapsMayBeWrittenAsTheMessagesThatTheyAre() throws Exception {
    String text =
        """
        syntax = "proto3";
        message A {
          repeated .A.ByEntry by = 1;
          message ByEntry { string key = 1; int64 value = 2; option map_entry = true; }
          message Behind {}
        }
        """;
    assertEquals("map<string, int64>", field(text, "by").typeName());
    ProtoSchema schema = ProtoSchema.of(text, Map.of());
    // What is written down counts.
    assertEquals("A.Behind", schema.message(List.of(0, 1)).orElseThrow().name());
    String asMap =
        "syntax = \"proto3\"; message A { map<string, int64> by = 1; message Behind {} }";
    assertEquals(
        "A.Behind", ProtoSchema.of(asMap, Map.of()).message(List.of(0, 0)).orElseThrow().name());
  }

  @Test
  void whatIsNotReadIsRefusedWithItsLine() {
    Map<String, String> errors = new TreeMap<>();
    errors.put(
        "edition = \"2023\"; message A {}", "line 1: editions are not read; proto2 and proto3 are");
    errors.put("syntax = \"proto4\";", "line 1: syntax proto4 is not read; proto2 and proto3 are");
    errors.put(
        "message A {\n int32 x = 1;\n}",
        "line 2: a field of proto2 is optional, required or repeated");
    errors.put(
        "syntax = \"proto3\"; message A { required int32 x = 1; }",
        "line 1: proto3 has no required fields");
    errors.put("message A {", "line 1: a name is expected before its end");
    errors.put(
        "message A { optional int32 x = 99999999999; }",
        "line 1: a whole number of 32 bits is expected");
    errors.put("message A { optional int32 x = 0; }", "message A has a field x of number 0");
    errors.put(
        "message A { optional int32 x = 536870912; }",
        "message A has a field x of number 536870912");
    errors.put(
        "message A { optional int32 x = 1; optional int32 y = 1; }",
        "message A has the name or the number of field y twice");
    errors.put("message A {} message A {}", "it declares A twice");
    errors.put(
        "message A { map<A, A> x = 1; }",
        "line 1: a map's key is a whole number, a bool or a string");
    errors.put("/* open", "line 1: a comment does not end");
    errors.put("import \"open;\nmessage A {}", "line 1: a text in quotes does not end");
    errors.put("{\"type\": \"record\"}", "line 1: ';' is expected before {");
    errors.put("AAAA", "it is neither a .proto file nor the descriptor of one");
    errors.put("message A { ".repeat(200), "line 1: messages nest deeper than 100");
    errors.forEach((text, error) -> assertEquals(error, error(text, Map.of()), text));
  }

  @Test
  void anImportThatIsNotThereMattersIfATypeOfItDoes() throws Exception {
    String start =
        "syntax = \"proto3\"; import \"shop/point.proto\"; import \"rules.proto\"; package shop; ";
    String without = start + "message A { int32 x = 1 [(rules.field).min = 1]; }";
    assertEquals("int32", field(without, "x").typeName());
    String with = start + "message A { Point at = 1; google.protobuf.Timestamp when = 2; }";
    assertEquals(
        "it does not say what Point is, the type of field at of message shop.A; it imports rules.proto,"
            + " shop/point.proto, which the registry does not have among its references",
        error(with, Map.of()));
    MessageType type =
        ProtoSchema.of(with, Map.of("shop/point.proto", POINT)).message(List.of(0)).orElseThrow();
    assertEquals("shop.Point", type.field("at").message().name());
    assertEquals(WellKnown.TIMESTAMP, type.field("when").message().meaning());
    assertEquals(
        "shop/point.proto: line 1: ';' is expected before nonsense",
        error(with, Map.of("shop/point.proto", "nonsense;")));
  }

  @Test
  void aTypeThatIsMissingCostsNoOtherMessage() throws Exception {
    ProtoSchema schema =
        ProtoSchema.of(
            "syntax = \"proto3\"; message A { C c = 1; B b = 2; } message B { int32 x = 1; C c = 2; }"
                + " message C { int32 y = 1; } message D { C c = 1; Gone gone = 2; }",
            Map.of());
    assertThrows(UnusableSchemaException.class, () -> schema.message(List.of(3)));
    MessageType type = schema.message(List.of(0)).orElseThrow();
    assertEquals("int32", type.field("c").message().field("y").typeName());
    assertTrue(schema.message(List.of(4)).isEmpty());
    assertTrue(schema.message(List.of(0, 0)).isEmpty());
    assertTrue(schema.message(List.of(-1)).isEmpty());
  }
}
