package io.sluice.contract;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.contract.Field.Protection;
import io.sluice.contract.Field.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Makes typed fields of the properties of a document's one schema object. */
final class FieldMapper {
  static final String RENAMED_FROM = "renamedFrom";

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
    known.add(RENAMED_FROM);
    for (String unknown : custom.keySet()) {
      if (!known.contains(unknown)) {
        errors.add(
            place + ".customProperties." + unknown,
            "unknown; known are " + String.join(", ", known));
      }
    }
    List<String> earlierNames = earlierNames(custom.get(RENAMED_FROM), place);
    return new Field(
        name,
        property.path("description").asText(""),
        shape,
        property.path("transformLogic").asText(asNamed(name, earlierNames)),
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
            : Protection.NONE,
        earlierNames);
  }

  /** A name or a list of names, the newest first; {@code value} is null if none is stated. */
  private List<String> earlierNames(JsonNode value, String place) {
    if (value == null) {
      return List.of();
    }
    return value.isTextual()
        ? List.of(value.asText())
        : nodes.listOfTexts(value, place + ".customProperties." + RENAMED_FROM);
  }

  /**
   * The raw column of a field's name; of a field that was called otherwise before, the first of its
   * names that the record has a value of.
   */
  static String asNamed(String name, List<String> earlierNames) {
    String quoted =
        Stream.concat(Stream.of(name), earlierNames.stream())
            .map(one -> "`" + one + "`")
            .collect(Collectors.joining(", "));
    return earlierNames.isEmpty() ? quoted : "coalesce(" + quoted + ")";
  }
}
