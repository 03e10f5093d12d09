package io.sluice.contract;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Makes Spark's types of {@code logicalType} (what a value is) and {@code physicalType} (Spark
 * SQL's name for how it is held), of nested properties too.
 */
final class FieldTypes {
  /** Spark reads it as DECIMAL(10,0); databases mean other things by it. */
  private static final Pattern BARE_DECIMAL = Pattern.compile("(?i)\\s*(decimal|dec|numeric)\\s*");

  private final FileErrors errors;

  FieldTypes(FileErrors errors) {
    this.errors = errors;
  }

  /** Whether a type is an object, an array or a map. */
  static boolean isNested(DataType type) {
    return type instanceof StructType || type instanceof ArrayType || type instanceof MapType;
  }

  /** The type of a property; a string or a double after an error. */
  DataType type(JsonNode property, String place) {
    JsonNode physical = property.path("physicalType");
    return switch (property.path("logicalType").asText("")) {
      case "object" -> object(property.path("properties"), place + ".properties");
      case "array" -> array(property, place + ".items");
      case "map" -> map(property.path("map"), place + ".map");
      case "string" -> physical(physical, place, DataTypes.StringType, Set.of("string"));
      case "integer" ->
          physical(physical, place, DataTypes.LongType, Set.of("byte", "short", "integer", "long"));
      case "number" -> number(physical, place);
      case "boolean" -> physical(physical, place, DataTypes.BooleanType, Set.of("boolean"));
      case "date" -> physical(physical, place, DataTypes.DateType, Set.of("date"));
      case "timestamp" -> physical(physical, place, DataTypes.TimestampType, Set.of("timestamp"));
      default -> {
        errors.add(
            place + ".logicalType",
            "must be one of string, integer, number, boolean, date, timestamp, object, array, map");
        yield DataTypes.StringType;
      }
    };
  }

  private DataType object(JsonNode properties, String place) {
    if (properties.isEmpty()) {
      errors.add(place, "an object must state its properties");
    }
    List<StructField> members = new ArrayList<>();
    for (int i = 0; i < properties.size(); i++) {
      JsonNode property = properties.get(i);
      String member = place + "[" + i + "]";
      refuseRestricted(property, member);
      members.add(
          DataTypes.createStructField(
              property.path("name").asText(), type(property, member), true));
    }
    return DataTypes.createStructType(members);
  }

  private DataType array(JsonNode property, String place) {
    if (!property.has("items")) {
      errors.add(place, "an array must state its items");
    }
    refuseRestricted(property.path("items"), place);
    return DataTypes.createArrayType(type(property.path("items"), place));
  }

  private DataType map(JsonNode map, String place) {
    refuseRestricted(map.path("key"), place + ".key");
    refuseRestricted(map.path("value"), place + ".value");
    DataType key = type(map.path("key"), place + ".key");
    if (isNested(key)) {
      errors.add(place + ".key.logicalType", "must be a plain type");
    }
    return DataTypes.createMapType(key, type(map.path("value"), place + ".value"));
  }

  private void refuseRestricted(JsonNode inner, String place) {
    if (inner.path("classification").asText().equals("restricted")) {
      errors.add(place + ".classification", "only a whole field is protected");
    }
  }

  /** A number has no default, since each of the types loses what another holds. */
  private DataType number(JsonNode physical, String place) {
    if (physical.isMissingNode()) {
      errors.add(
          place + ".physicalType", "a number must state one, such as DECIMAL(18,2) or DOUBLE");
    }
    return physical(physical, place, DataTypes.DoubleType, Set.of("decimal", "double", "float"));
  }

  private DataType physical(
      JsonNode physical, String place, DataType byDefault, Set<String> families) {
    if (physical.isMissingNode()) {
      return byDefault;
    }
    Optional<DataType> type = parsed(physical.asText());
    if (type.isEmpty()) {
      errors.add(
          place + ".physicalType",
          physical.asText() + " is no Spark SQL type; it takes " + new TreeSet<>(families));
      return byDefault;
    }
    if (BARE_DECIMAL.matcher(physical.asText()).matches()) {
      errors.add(
          place + ".physicalType",
          physical.asText() + " alone has no places behind the point: state such as DECIMAL(18,2)");
    }
    if (!families.contains(type.get().typeName().replaceFirst("\\(.*", ""))) {
      errors.add(
          place + ".physicalType",
          physical.asText() + " does not fit its logicalType; it takes " + new TreeSet<>(families));
      return byDefault;
    }
    return type.get();
  }

  private static Optional<DataType> parsed(String ddl) {
    try {
      return Optional.of(DataType.fromDDL(ddl));
    } catch (Exception e) {
      // Spark throws a checked exception that its method does not declare.
      return Optional.empty();
    }
  }
}
