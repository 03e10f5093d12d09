package io.sluice.ingest.format.protobuf;

import io.sluice.ingest.format.BrokenRecordException;
import io.sluice.ingest.format.Utf8;
import io.sluice.ingest.format.protobuf.MessageType.Field;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Decodes one message by the schema that it was written by, as the format defines it: of a field
 * that comes several times the last value counts, messages are put together, values of a repeated
 * field follow one another whether they are packed or not, a member of a oneof removes the others.
 *
 * <p>What a field's type does not allow breaks the record: another kind of value on the wire, a
 * number of more bits, a bool that is neither 0 nor 1, a text that is not UTF-8. Nesting and the
 * number of values are bounded.
 */
final class MessageReader {
  private static final int DEPTH = 100;
  private static final int VALUES = 1_000_000;
  private static final int UNKNOWN = 1_000;

  private int values;

  /**
   * A decoded message. Its values are: a {@code Long} for whole numbers and enumerations, the bits
   * of those without a sign; a {@code Double}, a {@code Boolean}; the bytes of a text (valid UTF-8)
   * and of bytes; a node; a list of these; of a map a map by {@code Long}, {@code Boolean} or
   * {@code String}; null for what has not come.
   */
  static final class Node {
    private final MessageType type;
    private Object[] values;
    private Map<String, Field> oneofs;
    private SortedMap<Integer, ByteArrayOutputStream> unknown;

    Node(MessageType type) {
      this.type = type;
    }

    MessageType type() {
      return type;
    }

    Object get(Field field) {
      return values == null ? null : values[field.place()];
    }

    /** The value of a field that the message is known to have. */
    Object get(String field) {
      return get(type.field(field));
    }

    private void set(Field field, Object value) {
      if (values == null) {
        values = new Object[type.fields().size()];
      }
      if (field.oneof() != null) {
        if (oneofs == null) {
          oneofs = new HashMap<>();
        }
        Field before = oneofs.put(field.oneof(), field);
        if (before != null) {
          values[before.place()] = null;
        }
      }
      values[field.place()] = value;
    }

    /** By number, the fields that the schema does not have, as they stand with their tags. */
    Map<Integer, ByteArrayOutputStream> unknown() {
      return unknown == null ? Map.of() : unknown;
    }

    private void addUnknown(int number, byte[] bytes) throws BrokenRecordException {
      if (unknown == null) {
        unknown = new TreeMap<>();
      }
      unknown.computeIfAbsent(number, one -> new ByteArrayOutputStream()).writeBytes(bytes);
      if (unknown.size() > UNKNOWN) {
        throw BrokenRecordException.whole(
            "has more than " + UNKNOWN + " fields that its schema does not have");
      }
    }
  }

  static BrokenRecordException tooMuch() {
    return BrokenRecordException.whole(
        "nests deeper than " + DEPTH + " or holds more than " + VALUES + " values");
  }

  /** Decodes all that is left. */
  Node read(MessageType type, Wire in) throws BrokenRecordException {
    Node node = node(type);
    read(node, in, 0, 0);
    return node;
  }

  /**
   * @param group the number of the group that is read; 0 if its length bounds the message
   */
  private void read(Node into, Wire in, int group, int depth) throws BrokenRecordException {
    if (depth > DEPTH) {
      throw tooMuch();
    }
    while (!in.isAtEnd()) {
      int from = in.position();
      int tag = in.tag();
      if (Wire.kind(tag) == Wire.END_GROUP) {
        if (Wire.number(tag) != group) {
          throw Wire.damaged();
        }
        return;
      }
      count(1);
      Field field = into.type().field(Wire.number(tag));
      if (field == null) {
        in.skip(tag, DEPTH - depth);
        into.addUnknown(Wire.number(tag), in.since(from));
      } else if (field.kind().isMessage()) {
        requireWire(field, tag);
        message(into, field, in, depth);
      } else if (Wire.kind(tag) == Wire.BYTES && field.isRepeated() && field.kind().isPackable()) {
        for (Wire packed = in.part(); !packed.isAtEnd(); count(1)) {
          put(into, field, scalar(field, packed));
        }
      } else {
        requireWire(field, tag);
        put(into, field, scalar(field, in));
      }
    }
    if (group != 0) {
      throw Wire.cutOff();
    }
  }

  /** A new message; its fields count whether they come or not, since all of them are shown. */
  private Node node(MessageType type) throws BrokenRecordException {
    count(type.fields().size());
    return new Node(type);
  }

  private void count(int more) throws BrokenRecordException {
    values += more;
    if (values > VALUES) {
      throw tooMuch();
    }
  }

  private static void requireWire(Field field, int tag) throws BrokenRecordException {
    if (Wire.kind(tag) != field.kind().wire()) {
      throw misfit(field);
    }
  }

  private static BrokenRecordException misfit(Field field) {
    return BrokenRecordException.whole(
        "its Protobuf data does not fit its schema: field "
            + field.name()
            + " is no "
            + field.kind().keyword());
  }

  private void message(Node into, Field field, Wire in, int depth) throws BrokenRecordException {
    Node node =
        !field.isRepeated() && into.get(field) instanceof Node before
            ? before
            : node(field.message());
    if (field.kind() == Kind.GROUP) {
      read(node, in, field.number(), depth + 1);
    } else {
      read(node, in.part(), 0, depth + 1);
    }
    if (field.isMap()) {
      putEntry(into, field, node);
    } else {
      put(into, field, node);
    }
  }

  /** A key that comes again replaces what it stood for. */
  private void putEntry(Node into, Field map, Node entry) throws BrokenRecordException {
    if (!entry.unknown().isEmpty()) {
      throw BrokenRecordException.whole(
          "its Protobuf data does not fit its schema: field "
              + map.name()
              + " has more than keys and values");
    }
    Object key = valueOrDefault(map.key(), entry);
    @SuppressWarnings("unchecked")
    Map<Object, Object> entries = (Map<Object, Object>) into.get(map);
    if (entries == null) {
      entries = new LinkedHashMap<>();
      into.set(map, entries);
    }
    if (entry.get(map.value()) == null && map.value().kind().isMessage()) {
      count(map.value().message().fields().size());
    }
    entries.put(
        key instanceof byte[] text ? new String(text, StandardCharsets.UTF_8) : key,
        valueOrDefault(map.value(), entry));
  }

  /** The value of a field; if it has not come, what its absence stands for. */
  static Object valueOrDefault(Field field, Node node) {
    Object value = node.get(field);
    if (value != null) {
      return value;
    }
    return switch (field.kind()) {
      case MESSAGE, GROUP -> new Node(field.message());
      case DOUBLE, FLOAT -> 0.0;
      case BOOL -> false;
      case STRING, BYTES -> new byte[0];
      default -> 0L;
    };
  }

  private static void put(Node into, Field field, Object value) {
    if (!field.isRepeated()) {
      into.set(field, value);
      return;
    }
    @SuppressWarnings("unchecked")
    List<Object> list = (List<Object>) into.get(field);
    if (list == null) {
      list = new ArrayList<>();
      into.set(field, list);
    }
    list.add(value);
  }

  private static Object scalar(Field field, Wire in) throws BrokenRecordException {
    return switch (field.kind()) {
      case DOUBLE -> Double.longBitsToDouble(in.fixed64());
      case FLOAT -> (double) Float.intBitsToFloat((int) in.fixed32());
      case INT64, UINT64 -> in.varint();
      case INT32, ENUM -> {
        long number = in.varint();
        require(number == (int) number, field);
        yield number;
      }
      case UINT32 -> {
        long number = in.varint();
        require(number >>> Integer.SIZE == 0, field);
        yield number;
      }
      case SINT32 -> {
        long number = in.zigzag();
        require(number == (int) number, field);
        yield number;
      }
      case SINT64 -> in.zigzag();
      case FIXED32 -> in.fixed32();
      case SFIXED32 -> (long) (int) in.fixed32();
      case FIXED64, SFIXED64 -> in.fixed64();
      case BOOL -> {
        long number = in.varint();
        require(number >>> 1 == 0, field);
        yield number == 1;
      }
      case STRING -> {
        byte[] text = in.part().rest();
        if (!Utf8.isValid(text, 0, text.length)) {
          throw BrokenRecordException.whole("a text in it is not valid UTF-8");
        }
        yield text;
      }
      case BYTES -> in.part().rest();
      case MESSAGE, GROUP -> throw new IllegalStateException("no scalar: " + field);
    };
  }

  private static void require(boolean fits, Field field) throws BrokenRecordException {
    if (!fits) {
      throw misfit(field);
    }
  }
}
