package io.sluice.contract;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.contract.Field.Protection;
import io.sluice.contract.Field.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Makes typed fields of the properties of a document's one schema object. */
final class FieldMapper {
  private final FileErrors errors;
  private final NodeReader nodes;
  private final ShapeMapper shapes;

  FieldMapper(FileErrors errors) {
    this.errors = errors;
    this.nodes = new NodeReader(errors);
    this.shapes = new ShapeMapper(errors);
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
    if (property.has("encryptedName")) {
      errors.add(place + ".encryptedName", "is not carried out here; leave it out");
    }
    Map<String, JsonNode> custom =
        nodes.customProperties(property.path("customProperties"), place + ".customProperties");
    Shape shape = shapes.shape(property, custom, place);
    Set<String> known = new TreeSet<>(ShapeMapper.customProperties(shape.type()));
    known.add("protection");
    for (String unknown : custom.keySet()) {
      if (!known.contains(unknown)) {
        errors.add(
            place + ".customProperties." + unknown,
            "unknown; known are " + String.join(", ", known));
      }
    }
    return new Field(
        name,
        property.path("description").asText(""),
        shape,
        property.path("transformLogic").asText("`" + name + "`"),
        property.path("primaryKey").asBoolean()
            ? Math.max(1, property.path("primaryKeyPosition").asInt(1))
            : 0,
        property.path("partitioned").asBoolean() ? Role.PARTITION : Role.COLUMN,
        property.path("classification").asText("internal"),
        custom.containsKey("protection")
            ? nodes.choice(
                Protection.class,
                custom.get("protection").asText(),
                place + ".customProperties.protection",
                Protection.NONE)
            : Protection.NONE);
  }
}
