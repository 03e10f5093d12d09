package io.sluice.ingest.format.protobuf;

import io.sluice.ingest.format.BrokenRecordException;
import io.sluice.ingest.format.protobuf.MessageReader.Node;
import io.sluice.ingest.format.protobuf.ProtoFile.Enumeration;
import io.sluice.ingest.format.protobuf.ProtoFile.Label;
import io.sluice.ingest.format.protobuf.ProtoFile.Member;
import io.sluice.ingest.format.protobuf.ProtoFile.Message;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads a schema as registries hold it: the text of a .proto file, or, as clients for Python, Go
 * and .NET register it, a {@code FileDescriptorProto} in Base64.
 */
final class DescriptorFile {
  private static final String BASE64 = "[A-Za-z0-9+/\\s]+=*\\s*";
  private static final String OLDEST = "proto2";

  /** Of the language's own description of itself, what a record's schema needs. */
  private static final String DESCRIPTOR =
      """
      syntax = "proto2";
      message File {
        optional string package = 2;
        repeated string dependency = 3;
        repeated Message message_type = 4;
        repeated Enumeration enum_type = 5;
        optional string syntax = 12;
      }
      message Message {
        optional string name = 1;
        repeated Field field = 2;
        repeated Message nested_type = 3;
        repeated Enumeration enum_type = 4;
        repeated Oneof oneof_decl = 8;
        optional Options options = 7;
      }
      message Options { optional bool map_entry = 7; }
      message Oneof { optional string name = 1; }
      message Field {
        optional string name = 1;
        optional int32 number = 3;
        optional int32 label = 4;
        optional int32 type = 5;
        optional string type_name = 6;
        optional int32 oneof_index = 9;
        optional bool proto3_optional = 17;
      }
      message Enumeration { optional string name = 1; repeated Value value = 2; }
      message Value { optional string name = 1; optional int32 number = 2; }
      """;

  private static final MessageType FILE = file();
  private static final int OPTIONAL = 1;
  private static final int REQUIRED = 2;
  private static final int REPEATED = 3;

  private final boolean isProto3;

  private DescriptorFile(boolean isProto3) {
    this.isProto3 = isProto3;
  }

  /**
   * Reads a schema.
   *
   * @throws UnusableSchemaException if it is neither, or holds what is not read
   */
  static ProtoFile read(String schema) throws UnusableSchemaException {
    return schema.matches(BASE64) ? described(schema) : ProtoParser.parse(schema);
  }

  private static MessageType file() {
    try {
      return ProtoSchema.of(ProtoParser.parse(DESCRIPTOR)).message(List.of(0)).orElseThrow();
    } catch (UnusableSchemaException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ProtoFile described(String schema) throws UnusableSchemaException {
    Node file;
    try {
      byte[] bytes = Base64.getMimeDecoder().decode(schema);
      file = new MessageReader().read(FILE, new Wire(bytes, 0, bytes.length));
    } catch (BrokenRecordException | IllegalArgumentException e) {
      throw new UnusableSchemaException("it is neither a .proto file nor the descriptor of one");
    }
    String syntax = text(file, "syntax").orElse(OLDEST);
    if (!syntax.equals("proto3") && !syntax.equals(OLDEST)) {
      throw new UnusableSchemaException(syntax + " is not read; proto2 and proto3 are");
    }
    DescriptorFile reader = new DescriptorFile(syntax.equals("proto3"));
    return new ProtoFile(
        text(file, "package").orElse(""),
        all(file, "dependency").stream().map(DescriptorFile::utf8).toList(),
        reader.messages(all(file, "message_type")),
        enumerations(all(file, "enum_type")));
  }

  private List<Message> messages(List<?> nodes) throws UnusableSchemaException {
    List<Message> messages = new ArrayList<>();
    for (Object one : nodes) {
      Node node = (Node) one;
      String name = text(node, "name").orElse("");
      List<String> oneofs =
          all(node, "oneof_decl").stream()
              .map(each -> text((Node) each, "name").orElse(""))
              .toList();
      List<Member> members = new ArrayList<>();
      for (Object field : all(node, "field")) {
        members.add(member((Node) field, oneofs));
      }
      ProtoParser.requireDistinct(name, members);
      boolean isMapEntry =
          node.get("options") instanceof Node options
              && Boolean.TRUE.equals(options.get("map_entry"));
      messages.add(
          new Message(
              name,
              members,
              messages(all(node, "nested_type")),
              List.of(),
              enumerations(all(node, "enum_type")),
              isMapEntry));
    }
    return messages;
  }

  private Member member(Node node, List<String> oneofs) throws UnusableSchemaException {
    String name = text(node, "name").orElse("");
    int type = number(node, "type").orElse(0);
    Kind kind = type < 1 || type > Kind.values().length ? null : Kind.values()[type - 1];
    String typeName = text(node, "type_name").orElse("");
    boolean isNamed = kind == null || kind.isMessage() || kind == Kind.ENUM;
    if (isNamed && typeName.isEmpty()) {
      throw new UnusableSchemaException("field " + name + " has no type");
    }
    boolean isOptional = Boolean.TRUE.equals(node.get("proto3_optional"));
    int oneof = number(node, "oneof_index").orElse(-1);
    // An optional field of proto3 stands in a oneof of its own, which nobody has written.
    boolean isInOneof = oneof >= 0 && oneof < oneofs.size() && !isOptional;
    Label label =
        switch (number(node, "label").orElse(OPTIONAL)) {
          case REPEATED -> Label.REPEATED;
          case REQUIRED -> Label.REQUIRED;
          default -> isProto3 && !isOptional ? Label.NONE : Label.OPTIONAL;
        };
    return new Member(
        name,
        number(node, "number").orElse(0),
        label,
        kind,
        isNamed ? typeName : "",
        isInOneof ? oneofs.get(oneof) : null);
  }

  private static List<Enumeration> enumerations(List<?> nodes) {
    List<Enumeration> enumerations = new ArrayList<>();
    for (Object one : nodes) {
      Map<Integer, String> names = new LinkedHashMap<>();
      for (Object value : all((Node) one, "value")) {
        names.putIfAbsent(
            number((Node) value, "number").orElse(0), text((Node) value, "name").orElse(""));
      }
      enumerations.add(new Enumeration(text((Node) one, "name").orElse(""), names));
    }
    return enumerations;
  }

  private static List<?> all(Node node, String field) {
    return node.get(field) instanceof List<?> list ? list : List.of();
  }

  private static Optional<String> text(Node node, String field) {
    return Optional.ofNullable(node.get(field)).map(DescriptorFile::utf8);
  }

  private static String utf8(Object text) {
    return new String((byte[]) text, StandardCharsets.UTF_8);
  }

  private static Optional<Integer> number(Node node, String field) {
    return Optional.ofNullable(node.get(field)).map(one -> ((Long) one).intValue());
  }
}
