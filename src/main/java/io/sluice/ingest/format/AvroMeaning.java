package io.sluice.ingest.format;

import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;

/**
 * What values of an Avro schema mean beyond their type: by Avro's own logical type, or else by the
 * name that Kafka Connect's converters write beside the type ({@code connect.name}), as Debezium's
 * dates, timestamps and decimals have it. Meanings bear Avro's names.
 */
final class AvroMeaning {
  static final String DECIMAL = "decimal";

  private AvroMeaning() {}

  /** The meaning's name; empty if values mean what their type says. */
  static String of(Schema schema) {
    LogicalType logical = schema.getLogicalType();
    if (logical != null) {
      return logical.getName();
    }
    String name = schema.getProp("connect.name");
    if (name == null && schema.getType() == Schema.Type.RECORD) {
      name = schema.getFullName();
    }
    return name == null ? "" : named(name, schema);
  }

  private static String named(String name, Schema schema) {
    return switch (schema.getType()) {
      case INT -> name.equals("io.debezium.time.Date") ? "date" : "";
      case LONG ->
          switch (name) {
            case "io.debezium.time.Timestamp" -> "local-timestamp-millis";
            case "io.debezium.time.MicroTimestamp" -> "local-timestamp-micros";
            case "io.debezium.time.NanoTimestamp" -> "local-timestamp-nanos";
            default -> "";
          };
      case BYTES ->
          name.equals("org.apache.kafka.connect.data.Decimal") && hasScale(schema) ? DECIMAL : "";
      case RECORD ->
          name.equals("io.debezium.data.VariableScaleDecimal")
                  && isOf(schema, "scale", Schema.Type.INT)
                  && isOf(schema, "value", Schema.Type.BYTES)
                  && schema.getFields().size() == 2
              ? DECIMAL
              : "";
      default -> "";
    };
  }

  private static boolean isOf(Schema record, String field, Schema.Type type) {
    return record.getField(field) != null && record.getField(field).schema().getType() == type;
  }

  private static boolean hasScale(Schema schema) {
    return stated(schema).matches("-?[0-9]{1,9}");
  }

  /** The scale among the parameters that a converter writes beside the type; empty for none. */
  private static String stated(Schema schema) {
    return schema.getObjectProp("connect.parameters") instanceof java.util.Map<?, ?> parameters
        ? String.valueOf(parameters.get("scale"))
        : "";
  }

  /** The scale of a decimal in bytes. */
  static int scale(Schema schema) {
    return schema.getLogicalType() instanceof LogicalTypes.Decimal decimal
        ? decimal.getScale()
        : Integer.parseInt(stated(schema));
  }
}
