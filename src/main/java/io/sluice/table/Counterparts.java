package io.sluice.table;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Which columns of a table as it is are those of its declaration. Pure.
 *
 * @param present the table's
 * @param declared the declaration's
 * @param earlierNames of declared columns that were called otherwise before
 */
public record Counterparts(
    StructType present, StructType declared, Map<String, List<String>> earlierNames) {

  /**
   * The table's column that a declared one is: of its name, else of its name in another case, else
   * the first of its earlier names. A column that is declared itself is nothing else.
   */
  public Optional<StructField> of(String name) {
    Set<String> taken = Set.of(declared.fieldNames());
    List<String> candidates =
        Stream.concat(Stream.of(name), earlierNames.getOrDefault(name, List.of()).stream())
            .toList();
    if (List.of(present.fieldNames()).contains(name)) {
      return Optional.of(present.apply(name));
    }
    return candidates.stream()
        .flatMap(
            one ->
                Stream.of(present.fields())
                    .filter(field -> field.name().equalsIgnoreCase(one))
                    .filter(field -> !taken.contains(field.name())))
        .findFirst();
  }
}
