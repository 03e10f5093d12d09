package io.sluice.ingest.format.protobuf;

import java.util.Map;
import java.util.Set;

/** Messages that every schema can import without a reference, and what their values mean. */
enum WellKnown {
  /** A message like others. */
  NONE,
  TIMESTAMP,
  DURATION,
  /** A scalar that can be absent. */
  WRAPPER,
  STRUCT,
  VALUE,
  LIST;

  /** The files that declare them. */
  static final Set<String> FILES =
      Set.of(
          "google/protobuf/any.proto",
          "google/protobuf/duration.proto",
          "google/protobuf/empty.proto",
          "google/protobuf/field_mask.proto",
          "google/protobuf/struct.proto",
          "google/protobuf/timestamp.proto",
          "google/protobuf/wrappers.proto");

  /** What these files declare, as far as it matters to records. */
  static final ProtoFile DECLARED =
      parsed(
          """
          syntax = "proto3";
          package google.protobuf;
          message Any { string type_url = 1; bytes value = 2; }
          message Duration { int64 seconds = 1; int32 nanos = 2; }
          message Empty {}
          message FieldMask { repeated string paths = 1; }
          message Struct { map<string, Value> fields = 1; }
          message Value {
            oneof kind {
              NullValue null_value = 1;
              double number_value = 2;
              string string_value = 3;
              bool bool_value = 4;
              Struct struct_value = 5;
              ListValue list_value = 6;
            }
          }
          enum NullValue { NULL_VALUE = 0; }
          message ListValue { repeated Value values = 1; }
          message Timestamp { int64 seconds = 1; int32 nanos = 2; }
          message DoubleValue { double value = 1; }
          message FloatValue { float value = 1; }
          message Int64Value { int64 value = 1; }
          message UInt64Value { uint64 value = 1; }
          message Int32Value { int32 value = 1; }
          message UInt32Value { uint32 value = 1; }
          message BoolValue { bool value = 1; }
          message StringValue { string value = 1; }
          message BytesValue { bytes value = 1; }
          """);

  private static final Map<String, WellKnown> MEANINGS =
      Map.of(
          "Timestamp",
          TIMESTAMP,
          "Duration",
          DURATION,
          "Struct",
          STRUCT,
          "Value",
          VALUE,
          "ListValue",
          LIST);

  private static ProtoFile parsed(String text) {
    try {
      return ProtoParser.parse(text);
    } catch (UnusableSchemaException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What a message means that is declared there. */
  static WellKnown of(ProtoFile.Message declared) {
    WellKnown meaning = MEANINGS.get(declared.name());
    if (meaning != null) {
      return meaning;
    }
    return declared.name().endsWith("Value") ? WRAPPER : NONE;
  }
}
