package io.sluice.ingest.format.protobuf;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A message whose fields' types are known. Types refer to one another, in circles too. */
final class MessageType {
  private final String name;
  private final boolean isMapEntry;
  private final WellKnown meaning;
  private final Map<Integer, Field> byNumber = new HashMap<>();
  private final Map<String, Field> byName = new HashMap<>();
  private List<Field> fields = List.of();

  /** Whether a field that is not on the wire has a value all the same. */
  enum Presence {
    /** It has: the default of its type. */
    IMPLICIT,
    /** It has none. */
    EXPLICIT,
    /** The record is broken. */
    REQUIRED
  }

  /**
   * A field.
   *
   * @param place its place among the message's fields
   * @param message what it is a message of; null if it is none
   * @param names by number an enumeration's names; null if it is none
   * @param oneof the name of the group of fields of which one at most is set; null for none
   */
  record Field(
      String name,
      int number,
      int place,
      Kind kind,
      boolean isRepeated,
      Presence presence,
      MessageType message,
      Map<Integer, String> names,
      String oneof) {

    boolean isMap() {
      return isRepeated && message != null && message.isMapEntry();
    }

    /** Of a map. */
    Field key() {
      return message.fields().get(0);
    }

    /** Of a map. */
    Field value() {
      return message.fields().get(1);
    }

    /** Its type as a .proto file names it. */
    String typeName() {
      if (isMap()) {
        return "map<" + key().typeName() + ", " + value().typeName() + ">";
      }
      return (isRepeated ? "repeated " : "") + (message == null ? kind.keyword() : message.name());
    }
  }

  /** A message without fields yet. */
  MessageType(String name, boolean isMapEntry, WellKnown meaning) {
    this.name = name;
    this.isMapEntry = isMapEntry;
    this.meaning = meaning;
  }

  /** Gives it its fields, once. */
  void complete(List<Field> all) {
    fields = List.copyOf(all);
    for (Field field : all) {
      byNumber.put(field.number(), field);
      byName.put(field.name(), field);
    }
  }

  String name() {
    return name;
  }

  boolean isMapEntry() {
    return isMapEntry;
  }

  /** What its value means beside being a message. */
  WellKnown meaning() {
    return meaning;
  }

  /** In the order of their declaration. */
  List<Field> fields() {
    return fields;
  }

  /** The field of a number; null if there is none. */
  Field field(int number) {
    return byNumber.get(number);
  }

  /** The field of a name; null if there is none. */
  Field field(String fieldName) {
    return byName.get(fieldName);
  }
}
