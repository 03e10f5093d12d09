package io.sluice.contract;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.contract.Field.Bounds;
import io.sluice.contract.Field.Presence;
import io.sluice.engine.value.ValueFormat;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.StreamSupport;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DateType;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.DoubleType;
import org.apache.spark.sql.types.FloatType;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.types.TimestampType;

/** Makes what a value must be of an ODCS property, of nested properties too. */
final class ShapeMapper {
  private static final Set<String> BOUNDS =
      Set.of("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum");

  private final FileErrors errors;
  private final NodeReader nodes;
  private final FieldTypes types;

  ShapeMapper(FileErrors errors) {
    this.errors = errors;
    this.nodes = new NodeReader(errors);
    this.types = new FieldTypes(errors);
  }

  /**
   * What a property's value must be.
   *
   * @param custom its custom properties; those that say how values are written are read here
   */
  Shape shape(JsonNode property, Map<String, JsonNode> custom, String place) {
    return shape(property, types.type(property, place), custom, place);
  }

  private Shape shape(
      JsonNode property, DataType type, Map<String, JsonNode> custom, String place) {
    JsonNode options = property.path("logicalTypeOptions");
    String optionsPlace = place + ".logicalTypeOptions";
    nodes.refuseUnknownKeys(options, options(type), optionsPlace);
    judgeDigits(type, custom, place);
    return new Shape(
        type,
        format(type, options, custom, place),
        property.path("required").asBoolean() ? Presence.REQUIRED : Presence.OPTIONAL,
        StreamSupport.stream(property.path("enum").spliterator(), false)
            .map(entry -> entry.path("value").asText())
            .toList(),
        bounds(options),
        inner(property, type, place));
  }

  /** The custom properties of a type's fields that say how values are written. */
  static Set<String> customProperties(DataType type) {
    if (type instanceof BooleanType) {
      return Set.of("trueValues", "falseValues");
    }
    if (type instanceof DoubleType || type instanceof FloatType) {
      return Set.of("decimalSeparator", "groupingSeparator", "notFinite");
    }
    if (type instanceof DecimalType) {
      return Set.of("decimalSeparator", "groupingSeparator", "precision", "scale");
    }
    return type instanceof NumericType ? Set.of("decimalSeparator", "groupingSeparator") : Set.of();
  }

  /** Other tools state a decimal's digits beside its type, too: they must be the same. */
  private void judgeDigits(DataType type, Map<String, JsonNode> custom, String place) {
    if (type instanceof DecimalType decimal) {
      Map<String, Integer> digits =
          Map.of("precision", decimal.precision(), "scale", decimal.scale());
      digits.forEach(
          (name, number) -> {
            if (custom.containsKey(name) && custom.get(name).asInt(-1) != number) {
              errors.add(
                  place + ".customProperties." + name,
                  "must be " + number + ", as physicalType has it");
            }
          });
    }
  }

  private static Set<String> options(DataType type) {
    if (type instanceof StringType) {
      return Set.of("minLength", "maxLength", "pattern");
    }
    if (type instanceof ArrayType) {
      return Set.of("minItems", "maxItems");
    }
    if (FieldTypes.isNested(type)) {
      return Set.of();
    }
    Set<String> options = new TreeSet<>(BOUNDS);
    if (type instanceof DateType || type instanceof TimestampType) {
      options.add("format");
    }
    if (type instanceof TimestampType) {
      options.add("defaultTimezone");
    }
    return options;
  }

  private ValueFormat format(
      DataType type, JsonNode options, Map<String, JsonNode> custom, String place) {
    ValueFormat standard = ValueFormat.STANDARD;
    Set<String> known = customProperties(type);
    ValueFormat format =
        new ValueFormat(
            NodeReader.text(options, "format"),
            zone(options, place + ".logicalTypeOptions"),
            known.contains("decimalSeparator")
                ? separator(custom, "decimalSeparator", standard.point(), place)
                : standard.point(),
            known.contains("groupingSeparator")
                ? separator(custom, "groupingSeparator", standard.grouping(), place)
                : standard.grouping(),
            known.contains("notFinite") && custom.containsKey("notFinite")
                ? nodes.choice(
                    ValueFormat.NotFinite.class,
                    custom.get("notFinite").asText(),
                    place + ".customProperties.notFinite",
                    standard.notFinite())
                : standard.notFinite(),
            known.contains("trueValues")
                ? texts(custom, "trueValues", standard.trueValues(), place)
                : standard.trueValues(),
            known.contains("falseValues")
                ? texts(custom, "falseValues", standard.falseValues(), place)
                : standard.falseValues());
    if (format.grouping() != null && format.grouping() == format.point()) {
      errors.add(
          place + ".customProperties.groupingSeparator", "must differ from decimalSeparator");
    }
    return format;
  }

  private ZoneId zone(JsonNode options, String place) {
    if (!options.has("defaultTimezone")) {
      return ValueFormat.STANDARD.zone();
    }
    try {
      return ZoneId.of(options.path("defaultTimezone").asText()).normalized();
    } catch (DateTimeException e) {
      errors.add(
          place + ".defaultTimezone", "must be a zone of the tz database, such as Europe/Paris");
      return ValueFormat.STANDARD.zone();
    }
  }

  private Character separator(
      Map<String, JsonNode> custom, String name, Character byDefault, String place) {
    if (!custom.containsKey(name)) {
      return byDefault;
    }
    String text = custom.get(name).asText();
    if (text.length() != 1 || text.charAt(0) > 127 || "+-0123456789eE".contains(text)) {
      errors.add(
          place + ".customProperties." + name, "must be one ASCII character that is no digit");
      return byDefault;
    }
    return text.charAt(0);
  }

  private List<String> texts(
      Map<String, JsonNode> custom, String name, List<String> byDefault, String place) {
    if (!custom.containsKey(name)) {
      return byDefault;
    }
    List<String> texts = NodeReader.texts(custom.get(name));
    if (texts.isEmpty()) {
      errors.add(place + ".customProperties." + name, "must be a list of texts");
    }
    return texts;
  }

  private static Bounds bounds(JsonNode options) {
    String least = options.has("minItems") ? "minItems" : "minLength";
    String most = options.has("maxItems") ? "maxItems" : "maxLength";
    return options.isEmpty()
        ? Bounds.NONE
        : new Bounds(
            NodeReader.text(options, "minimum"),
            NodeReader.text(options, "maximum"),
            NodeReader.text(options, "exclusiveMinimum"),
            NodeReader.text(options, "exclusiveMaximum"),
            options.has(least) ? (Integer) options.path(least).asInt() : null,
            options.has(most) ? (Integer) options.path(most).asInt() : null,
            NodeReader.text(options, "pattern"));
  }

  private List<Shape> inner(JsonNode property, DataType type, String place) {
    List<Shape> inner = new ArrayList<>();
    if (type instanceof StructType struct) {
      JsonNode members = property.path("properties");
      for (int i = 0; i < members.size(); i++) {
        inner.add(
            inside(members.get(i), struct.apply(i).dataType(), place + ".properties[" + i + "]"));
      }
    } else if (type instanceof ArrayType list) {
      inner.add(inside(property.path("items"), list.elementType(), place + ".items"));
    } else if (type instanceof MapType map) {
      inner.add(inside(property.path("map").path("key"), map.keyType(), place + ".map.key"));
      inner.add(inside(property.path("map").path("value"), map.valueType(), place + ".map.value"));
    }
    return inner;
  }

  private Shape inside(JsonNode property, DataType type, String place) {
    Map<String, JsonNode> custom =
        nodes.customProperties(property.path("customProperties"), place + ".customProperties");
    for (String name : custom.keySet()) {
      if (!customProperties(type).contains(name)) {
        errors.add(
            place + ".customProperties." + name,
            "unknown here; known are " + new TreeSet<>(customProperties(type)));
      }
    }
    for (String unused : List.of("transformLogic", "relationships", "unique", "quality")) {
      if (property.has(unused)) {
        errors.add(place + "." + unused, "is not carried out here; leave it out");
      }
    }
    return shape(property, type, custom, place);
  }
}
