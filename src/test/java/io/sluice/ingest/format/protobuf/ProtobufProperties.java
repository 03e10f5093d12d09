package io.sluice.ingest.format.protobuf;

import static io.sluice.ingest.format.protobuf.Protobufs.record;
import static io.sluice.ingest.format.protobuf.Protobufs.schema;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.sluice.ingest.format.BrokenRecordException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Made-up schemas and records: what is read is what Protobuf's own library has written. */
class ProtobufProperties {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String[] SCALARS = {
    "double",
    "float",
    "int64",
    "uint64",
    "int32",
    "fixed64",
    "fixed32",
    "bool",
    "string",
    "bytes",
    "uint32",
    "sfixed32",
    "sfixed64",
    "sint32",
    "sint64"
  };

  /** A schema in both shapes that registries have: as text, and as its descriptor. */
  private record Made(String text, FileDescriptor file) {
    String base64() {
      return Base64.getEncoder().encodeToString(file.toProto().toByteArray());
    }
  }

  /** Makes a schema of some messages, which refer to one another, and an enumeration. */
  private static Made made(Random random) throws Exception {
    boolean isProto3 = random.nextBoolean();
    FileDescriptorProto.Builder file =
        FileDescriptorProto.newBuilder()
            .setName("made.proto")
            .setPackage("made")
            .setSyntax(isProto3 ? "proto3" : "proto2");
    file.addEnumTypeBuilder().setName("E").addValueBuilder().setName("E0").setNumber(0);
    file.getEnumTypeBuilder(0).addValueBuilder().setName("E1").setNumber(1);
    file.getEnumTypeBuilder(0).addValueBuilder().setName("E2").setNumber(-2);
    StringBuilder text =
        new StringBuilder("syntax = \"" + file.getSyntax() + "\";\npackage made;\n");
    text.append("enum E { E0 = 0; E1 = 1; E2 = -2; }\n");
    int messages = 1 + random.nextInt(3);
    for (int m = 0; m < messages; m++) {
      DescriptorProto.Builder message = file.addMessageTypeBuilder().setName("M" + m);
      text.append("message M").append(m).append(" {\n");
      int fields = random.nextInt(8);
      for (int f = 0; f < fields; f++) {
        addField(random, message, text, f, messages);
      }
      addOneof(message, text, fields);
      text.append("}\n");
    }
    return new Made(text.toString(), FileDescriptor.buildFrom(file.build(), new FileDescriptor[0]));
  }

  private static void type(FieldDescriptorProto.Builder field, String type) {
    if (type.startsWith("M")) {
      field.setType(FieldDescriptorProto.Type.TYPE_MESSAGE).setTypeName(".made." + type);
    } else if (type.equals("E")) {
      field.setType(FieldDescriptorProto.Type.TYPE_ENUM).setTypeName(".made.E");
    } else {
      field.setType(
          FieldDescriptorProto.Type.valueOf("TYPE_" + type.toUpperCase(java.util.Locale.ROOT)));
    }
  }

  private static void addField(
      Random random, DescriptorProto.Builder message, StringBuilder text, int index, int messages) {
    int number = index * 7 + 1;
    String name = "f" + index;
    int which = random.nextInt(SCALARS.length + 4);
    String type =
        which < SCALARS.length
            ? SCALARS[which]
            : which == SCALARS.length ? "E" : "M" + random.nextInt(messages);
    FieldDescriptorProto.Builder field = message.addFieldBuilder().setName(name).setNumber(number);
    boolean isProto3 = text.indexOf("proto3") > 0;
    int label = random.nextInt(4);
    String written;
    if (label == 0) {
      field.setLabel(FieldDescriptorProto.Label.LABEL_REPEATED);
      boolean isPackable = !type.startsWith("M") && !type.equals("string") && !type.equals("bytes");
      String packed = "";
      if (isPackable) {
        boolean isPacked = random.nextBoolean();
        field.getOptionsBuilder().setPacked(isPacked);
        packed = " [packed = " + isPacked + "]";
      }
      written = "repeated " + type + " " + name + " = " + number + packed;
    } else if (label == 1) {
      String key = SCALARS[2 + random.nextInt(7)];
      field
          .setLabel(FieldDescriptorProto.Label.LABEL_REPEATED)
          .setType(FieldDescriptorProto.Type.TYPE_MESSAGE)
          .setTypeName(".made." + message.getName() + ".F" + index + "Entry");
      DescriptorProto.Builder entry = message.addNestedTypeBuilder().setName("F" + index + "Entry");
      entry.getOptionsBuilder().setMapEntry(true);
      type(entry.addFieldBuilder().setName("key").setNumber(1), key);
      type(entry.addFieldBuilder().setName("value").setNumber(2), type);
      entry
          .getFieldBuilderList()
          .forEach(one -> one.setLabel(FieldDescriptorProto.Label.LABEL_OPTIONAL));
      text.append("  map<" + key + ", " + type + "> " + name + " = " + number + ";\n");
      return;
    } else {
      field.setLabel(FieldDescriptorProto.Label.LABEL_OPTIONAL);
      written = (isProto3 ? "" : "optional ") + type + " " + name + " = " + number;
    }
    type(field, type);
    text.append("  ").append(written).append(";\n");
  }

  private static void addOneof(DescriptorProto.Builder message, StringBuilder text, int fields) {
    message.addOneofDeclBuilder().setName("way");
    int first = fields * 7 + 1;
    type(message.addFieldBuilder().setName("by_text").setNumber(first).setOneofIndex(0), "string");
    type(
        message.addFieldBuilder().setName("by_number").setNumber(first + 1).setOneofIndex(0),
        "sint64");
    type(
        message.addFieldBuilder().setName("by_self").setNumber(first + 2).setOneofIndex(0),
        message.getName());
    text.append("  oneof way { string by_text = ").append(first).append("; sint64 by_number = ");
    text.append(first + 1).append("; ").append(message.getName()).append(" by_self = ");
    text.append(first + 2).append("; }\n");
    if (text.indexOf("proto3") > 0) {
      message.addOneofDeclBuilder().setName("_told");
      type(
          message
              .addFieldBuilder()
              .setName("told")
              .setNumber(first + 3)
              .setProto3Optional(true)
              .setOneofIndex(1),
          "int32");
    } else {
      type(message.addFieldBuilder().setName("told").setNumber(first + 3), "int32");
    }
    message
        .getFieldBuilderList()
        .forEach(
            one -> {
              if (!one.hasLabel()) {
                one.setLabel(FieldDescriptorProto.Label.LABEL_OPTIONAL);
              }
            });
    text.append("  optional int32 told = ").append(first + 3).append(";\n");
  }

  private static Message message(Random random, Descriptor type, int depth) {
    DynamicMessage.Builder message = DynamicMessage.newBuilder(type);
    for (FieldDescriptor field : type.getFields()) {
      if (random.nextInt(3) == 0) {
        continue;
      }
      if (field.isRepeated()) {
        for (int i = random.nextInt(3); i >= 0; i--) {
          if (!field.isMapField()) {
            add(message, field, value(random, field, depth));
          } else if (depth < 4) {
            Descriptor entry = field.getMessageType();
            DynamicMessage.Builder made = DynamicMessage.newBuilder(entry);
            for (FieldDescriptor part : entry.getFields()) {
              Object value = value(random, part, depth + 1);
              if (value != null) {
                made.setField(part, value);
              }
            }
            message.addRepeatedField(field, made.build());
          }
        }
      } else {
        Object value = value(random, field, depth);
        if (value != null) {
          message.setField(field, value);
        }
      }
    }
    return message.build();
  }

  private static void add(DynamicMessage.Builder message, FieldDescriptor field, Object value) {
    if (value != null) {
      message.addRepeatedField(field, value);
    }
  }

  private static long wide(Random random) {
    return random.nextInt(4) == 0 ? 0 : random.nextLong() >> random.nextInt(64);
  }

  private static Object value(Random random, FieldDescriptor field, int depth) {
    return switch (field.getJavaType()) {
      case INT -> (int) wide(random);
      case LONG -> wide(random);
      case FLOAT -> Float.intBitsToFloat((int) wide(random));
      case DOUBLE -> Double.longBitsToDouble(wide(random));
      case BOOLEAN -> random.nextBoolean();
      case STRING ->
          random
              .ints(random.nextInt(5), 1, 0x2000)
              .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
              .toString();
      case BYTE_STRING -> {
        byte[] bytes = new byte[random.nextInt(5)];
        random.nextBytes(bytes);
        yield ByteString.copyFrom(bytes);
      }
      case ENUM ->
          random.nextInt(4) == 0 && field.getFile().toProto().getSyntax().equals("proto3")
              ? field.getEnumType().findValueByNumberCreatingIfUnknown(77)
              : field.getEnumType().getValues().get(random.nextInt(3));
      case MESSAGE -> depth > 3 ? null : message(random, field.getMessageType(), depth + 1);
    };
  }

  /** A message as Java values that JSON is compared with. */
  private static Map<String, Object> expected(Message message) {
    Map<String, Object> fields = new LinkedHashMap<>();
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      if (field.isMapField()) {
        Map<String, Object> entries = new LinkedHashMap<>();
        for (Object one : (List<?>) message.getField(field)) {
          Message entry = (Message) one;
          Descriptor type = entry.getDescriptorForType();
          FieldDescriptor key = type.findFieldByNumber(1);
          FieldDescriptor value = type.findFieldByNumber(2);
          entries.put(
              String.valueOf(one(key, entry.getField(key))), one(value, entry.getField(value)));
        }
        fields.put(field.getName(), entries);
      } else if (field.isRepeated()) {
        List<Object> all = new ArrayList<>();
        ((List<?>) message.getField(field)).forEach(value -> all.add(one(field, value)));
        fields.put(field.getName(), all);
      } else {
        boolean isThere = !field.hasPresence() || message.hasField(field);
        fields.put(field.getName(), isThere ? one(field, message.getField(field)) : null);
      }
    }
    return fields;
  }

  private static Object one(FieldDescriptor field, Object value) {
    return switch (field.getType()) {
      case MESSAGE, GROUP -> expected((Message) value);
      case ENUM -> {
        EnumValueDescriptor one = (EnumValueDescriptor) value;
        yield one.getIndex() < 0 ? (Object) String.valueOf(one.getNumber()) : one.getName();
      }
      case BYTES -> Base64.getEncoder().encodeToString(((ByteString) value).toByteArray());
      case UINT32, FIXED32 -> Integer.toUnsignedString((Integer) value);
      case UINT64, FIXED64 -> Long.toUnsignedString((Long) value);
      case FLOAT -> String.valueOf((double) (Float) value);
      default -> String.valueOf(value);
    };
  }

  /** What was read, its nested values parsed, all plain ones as texts. */
  private static Map<String, Object> comparable(Descriptor type, Map<String, String> read)
      throws Exception {
    Map<String, Object> fields = new LinkedHashMap<>();
    for (Map.Entry<String, String> one : read.entrySet()) {
      FieldDescriptor field = type.findFieldByName(one.getKey());
      if (field == null) {
        continue;
      }
      boolean isNested =
          field.isRepeated() || field.getJavaType() == FieldDescriptor.JavaType.MESSAGE;
      fields.put(
          one.getKey(),
          isNested && one.getValue() != null
              ? texts(JSON.readTree(one.getValue()))
              : one.getValue());
    }
    return fields;
  }

  private static Object texts(com.fasterxml.jackson.databind.JsonNode json) {
    if (json.isObject()) {
      Map<String, Object> fields = new LinkedHashMap<>();
      json.fields().forEachRemaining(one -> fields.put(one.getKey(), texts(one.getValue())));
      fields.keySet().removeIf(name -> name.startsWith("_field_"));
      return fields;
    }
    if (json.isArray()) {
      List<Object> all = new ArrayList<>();
      json.forEach(one -> all.add(texts(one)));
      return all;
    }
    return json.isNull() ? null : json.asText();
  }

  private static void check(Made made, Message message, byte[] data) throws Exception {
    Map<String, Object> expected = expected(message);
    for (String schema : List.of(made.text(), made.base64())) {
      ProtobufRecords records = new ProtobufRecords(Map.of(1, schema(schema, Map.of())), Map.of());
      Map<String, String> read =
          Protobufs.read(
              records, record(1, List.of(message.getDescriptorForType().getIndex()), data));
      assertEquals(
          expected.toString(),
          comparable(message.getDescriptorForType(), read).toString(),
          made.text());
    }
  }

  private static Descriptor any(Random random, Made made) {
    List<Descriptor> types = made.file().getMessageTypes();
    return types.get(random.nextInt(types.size()));
  }

  @Property(tries = 500)
  void whatWasWrittenIsRead(@ForAll long seed) throws Exception {
    Random random = new Random(seed);
    Made made = made(random);
    Message message = message(random, any(random, made), 0);
    check(made, message, message.toByteArray());
  }

  /** Messages that are put behind one another are one, by the format's definition. */
  @Property(tries = 300)
  void whatIsPutTogetherIsReadAsOne(@ForAll long seed) throws Exception {
    Random random = new Random(seed);
    Made made = made(random);
    Descriptor type = any(random, made);
    ByteString data =
        message(random, type, 0).toByteString().concat(message(random, type, 0).toByteString());
    check(made, DynamicMessage.parseFrom(type, data), data.toByteArray());
  }

  /** Damage is told, or leaves what Protobuf's own library reads too. */
  @Property(tries = 1_000)
  void damageIsToldOrReadAlike(@ForAll long seed) throws Exception {
    Random random = new Random(seed);
    Made made = made(random);
    Descriptor type = any(random, made);
    byte[] data = message(random, type, 0).toByteArray();
    for (int i = 0; i <= random.nextInt(3) && data.length > 0; i++) {
      data[random.nextInt(data.length)] = (byte) random.nextInt(256);
    }
    ProtobufRecords records =
        new ProtobufRecords(Map.of(1, schema(made.text(), Map.of())), Map.of());
    Map<String, String> read;
    try {
      read = Protobufs.read(records, record(1, List.of(type.getIndex()), data));
    } catch (BrokenRecordException e) {
      return;
    }
    try {
      Message message = DynamicMessage.parseFrom(type, data);
      if (made.file().toProto().getSyntax().equals("proto3")) {
        assertEquals(expected(message).toString(), comparable(type, read).toString(), made.text());
      }
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError("read what Protobuf's own library refuses: " + made.text(), e);
    }
  }
}
