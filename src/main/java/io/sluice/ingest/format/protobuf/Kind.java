package io.sluice.ingest.format.protobuf;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** The kinds of a field's values, in the order of the numbers that descriptors give them. */
enum Kind {
  DOUBLE(Wire.FIXED64),
  FLOAT(Wire.FIXED32),
  INT64(Wire.VARINT),
  UINT64(Wire.VARINT),
  INT32(Wire.VARINT),
  FIXED64(Wire.FIXED64),
  FIXED32(Wire.FIXED32),
  BOOL(Wire.VARINT),
  STRING(Wire.BYTES),
  GROUP(Wire.START_GROUP),
  MESSAGE(Wire.BYTES),
  BYTES(Wire.BYTES),
  UINT32(Wire.VARINT),
  ENUM(Wire.VARINT),
  SFIXED32(Wire.FIXED32),
  SFIXED64(Wire.FIXED64),
  SINT32(Wire.VARINT),
  SINT64(Wire.VARINT);

  private static final Map<String, Kind> SCALARS = new HashMap<>();

  static {
    for (Kind kind : values()) {
      if (!kind.isMessage() && kind != ENUM) {
        SCALARS.put(kind.keyword(), kind);
      }
    }
  }

  private final int wire;

  Kind(int wire) {
    this.wire = wire;
  }

  /** The kind that a word of a .proto file stands for; null for a type's name. */
  static Kind ofKeyword(String word) {
    return SCALARS.get(word);
  }

  /** How one value of it stands on the wire. */
  int wire() {
    return wire;
  }

  String keyword() {
    return name().toLowerCase(Locale.ROOT);
  }

  boolean isMessage() {
    return this == MESSAGE || this == GROUP;
  }

  /** Whether several values may stand behind one another without a tag each. */
  boolean isPackable() {
    return wire != Wire.BYTES && wire != Wire.START_GROUP;
  }

  boolean isFloating() {
    return this == DOUBLE || this == FLOAT;
  }

  boolean isWhole() {
    return isPackable() && !isFloating() && this != BOOL && this != ENUM;
  }

  /** Whether it may be a map's key. */
  boolean isKey() {
    return isWhole() || this == BOOL || this == STRING;
  }
}
