package io.sluice.contract;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.contract.Field.Bounds;
import io.sluice.contract.Field.Presence;
import io.sluice.contract.Field.Protection;
import io.sluice.contract.Field.Reference;
import io.sluice.contract.Field.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.StreamSupport;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;

/** Makes typed fields of the properties of a document's one schema object. */
final class FieldMapper {
  private static final Set<String> BOUNDS_OF_VALUES =
      Set.of("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum");
  private static final Set<String> BOUNDS_OF_TEXT = Set.of("minLength", "maxLength", "pattern");
  private static final List<String> UNUSED_KEYS = List.of("unique", "encryptedName", "quality");

  private final FileErrors errors;
  private final NodeReader nodes;
  private final FieldTypes types;

  FieldMapper(FileErrors errors) {
    this.errors = errors;
    this.nodes = new NodeReader(errors);
    this.types = new FieldTypes(errors);
  }

  /** The place of a field in its file. */
  static String place(int index, String name) {
    return "schema[0].properties[" + index + "] (" + name + ")";
  }

  /** The fields in the order of the file. */
  List<Field> fields(JsonNode properties) {
    List<Field> fields = new ArrayList<>();
    for (int i = 0; i < properties.size(); i++) {
      fields.add(field(properties.get(i), place(i, properties.get(i).path("name").asText())));
    }
    return fields;
  }

  private Field field(JsonNode property, String place) {
    String name = property.path("name").asText();
    for (String unused : UNUSED_KEYS) {
      if (property.has(unused)) {
        errors.add(place + "." + unused, "is not carried out here; leave it out");
      }
    }
    DataType type = types.type(property, place);
    return new Field(
        name,
        property.path("description").asText(""),
        type,
        property.path("transformLogic").asText("`" + name + "`"),
        property.path("required").asBoolean() ? Presence.REQUIRED : Presence.OPTIONAL,
        property.path("primaryKey").asBoolean()
            ? Math.max(1, property.path("primaryKeyPosition").asInt(1))
            : 0,
        property.path("partitioned").asBoolean() ? Role.PARTITION : Role.COLUMN,
        StreamSupport.stream(property.path("enum").spliterator(), false)
            .map(entry -> entry.path("value").asText())
            .toList(),
        bounds(property.path("logicalTypeOptions"), type, place + ".logicalTypeOptions"),
        reference(property.path("relationships"), place + ".relationships"),
        property.path("classification").asText("internal"),
        protection(property.path("customProperties"), place + ".customProperties"));
  }

  private Protection protection(JsonNode properties, String place) {
    Map<String, JsonNode> custom = nodes.customProperties(properties, place);
    for (String name : custom.keySet()) {
      if (!name.equals("protection")) {
        errors.add(place + "." + name, "unknown; known is protection");
      }
    }
    return custom.containsKey("protection")
        ? nodes.choice(
            Protection.class,
            custom.get("protection").asText(),
            place + ".protection",
            Protection.NONE)
        : Protection.NONE;
  }

  private Bounds bounds(JsonNode options, DataType type, String place) {
    Set<String> known =
        FieldTypes.isNested(type)
            ? Set.of()
            : type.equals(DataTypes.StringType) ? BOUNDS_OF_TEXT : BOUNDS_OF_VALUES;
    options
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (!known.contains(name)) {
                errors.add(
                    place + "." + name, "unknown for this type; known are " + new TreeSet<>(known));
              }
            });
    return options.isEmpty()
        ? Bounds.NONE
        : new Bounds(
            NodeReader.text(options, "minimum"),
            NodeReader.text(options, "maximum"),
            NodeReader.text(options, "exclusiveMinimum"),
            NodeReader.text(options, "exclusiveMaximum"),
            options.has("minLength") ? (Integer) options.path("minLength").asInt() : null,
            options.has("maxLength") ? (Integer) options.path("maxLength").asInt() : null,
            NodeReader.text(options, "pattern"));
  }

  private Optional<Reference> reference(JsonNode relationships, String place) {
    if (relationships.isEmpty()) {
      return Optional.empty();
    }
    String[] parts = relationships.path(0).path("to").asText("").split("\\.");
    if (relationships.size() > 1 || parts.length != 2) {
      errors.add(place, "must be one entry with to: <source>.<field>");
      return Optional.empty();
    }
    return Optional.of(new Reference(parts[0], parts[1]));
  }
}
