package io.sluice.contract;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Makes references of ODCS' relationships: those of a property, which refers by itself, and those
 * of the schema object, where several properties refer together.
 */
final class ReferenceMapper {
  private final FileErrors errors;
  private final String id;
  private final Set<String> fields = new HashSet<>();

  /**
   * @param id the source that refers
   */
  ReferenceMapper(FileErrors errors, String id, List<Field> fields) {
    this.errors = errors;
    this.id = id;
    fields.forEach(field -> this.fields.add(field.name()));
  }

  /** A column as a document writes it: {@code source.field}. */
  private record Column(String source, String field) {}

  /** The properties' in their order, then the object's. */
  List<Reference> references(JsonNode table) {
    List<Reference> references = new ArrayList<>();
    JsonNode properties = table.path("properties");
    for (int i = 0; i < properties.size(); i++) {
      String name = properties.get(i).path("name").asText();
      JsonNode own = properties.get(i).path("relationships");
      for (int k = 0; k < own.size(); k++) {
        String place = FieldMapper.place(i, name) + ".relationships[" + k + "]";
        reference(List.of(name), own.get(k), place).ifPresent(references::add);
      }
    }
    JsonNode together = table.path("relationships");
    for (int k = 0; k < together.size(); k++) {
      String place = "schema[0].relationships[" + k + "]";
      reference(from(together.get(k), place), together.get(k), place).ifPresent(references::add);
    }
    return references.stream().distinct().toList();
  }

  /** The fields that refer; empty if there is an error. */
  private List<String> from(JsonNode relationship, String place) {
    List<String> from = new ArrayList<>();
    for (Column column : columns(relationship.path("from"), place + ".from")) {
      if (!column.source.equals(id)) {
        errors.add(
            place + ".from",
            "must be fields of " + id + ", not of " + column.source + ": they refer to others");
      } else if (!fields.contains(column.field)) {
        errors.add(place + ".from", id + " has no field " + column.field);
      } else {
        from.add(column.field);
      }
    }
    return from;
  }

  private Optional<Reference> reference(List<String> from, JsonNode relationship, String place) {
    List<Column> to = columns(relationship.path("to"), place + ".to");
    if (from.isEmpty() || to.isEmpty()) {
      return Optional.empty();
    }
    List<String> sources = to.stream().map(Column::source).distinct().toList();
    if (sources.size() > 1) {
      errors.add(place + ".to", "must be fields of one source, not of " + sources);
    } else if (from.size() != to.size()) {
      errors.add(
          place + ".to",
          "must be as many fields as refer; several refer together by from and to of"
              + " schema[0].relationships");
    } else if (new HashSet<>(from).size() < from.size() || new HashSet<>(to).size() < to.size()) {
      errors.add(place, "names a field twice");
    } else {
      return Optional.of(
          new Reference(from, sources.get(0), to.stream().map(Column::field).toList()));
    }
    return Optional.empty();
  }

  /** One column or a list of them; empty if one is none. */
  private List<Column> columns(JsonNode node, String place) {
    List<Column> columns = new ArrayList<>();
    for (JsonNode one : node.isArray() ? node : List.of(node)) {
      String[] parts = one.asText("").split("\\.", -1);
      if (parts.length != 2 || Stream.of(parts).anyMatch(String::isEmpty)) {
        errors.add(place, "must be <source>.<field>; " + one.asText("") + " is not");
        return List.of();
      }
      columns.add(new Column(parts[0], parts[1]));
    }
    return columns;
  }
}
