package io.sluice.ingest.format;

import io.sluice.contract.Arrival;
import io.sluice.contract.Contract;
import io.sluice.contract.Field;
import io.sluice.contract.GivenColumns;
import io.sluice.contract.SchemaPolicy;
import io.sluice.engine.Expressions;
import io.sluice.engine.value.ValueFormat;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;

/**
 * What a contract wants of the records of one arrival.
 *
 * @param columns the raw columns that its expressions read, in the order of the values
 * @param plain by name, the raw columns that become fields as they stand
 * @param identifying for each field of the key and for the ordering column the raw columns that its
 *     expression reads: without one of each a record cannot be told from others
 * @param optional the raw columns that a record need not have
 * @param renamed columns that have had several names, each with all of them, today's first
 * @param writerSchemas the schemas that records may be written by, by number
 */
public record WantedFields(
    Arrival arrival,
    SchemaPolicy policy,
    List<String> columns,
    Map<String, Plain> plain,
    List<Set<String>> identifying,
    Set<String> optional,
    List<List<String>> renamed,
    Map<Integer, String> writerSchemas)
    implements Serializable {

  /**
   * A raw column that becomes a field as it stands.
   *
   * @param type the field's, or text if the contract says how the source writes its values
   * @param isNeeded whether a record without it is broken
   */
  public record Plain(DataType type, boolean isNeeded) implements Serializable {}

  public WantedFields {
    columns = List.copyOf(columns);
    plain = Map.copyOf(plain);
    identifying = List.copyOf(identifying);
    optional = Set.copyOf(optional);
    renamed = List.copyOf(renamed);
    writerSchemas = Map.copyOf(writerSchemas);
  }

  /** Columns of a format that needs no writer's schema. */
  public static WantedFields of(Arrival arrival, SchemaPolicy policy, List<String> columns) {
    return new WantedFields(
        arrival, policy, columns, Map.of(), List.of(), Set.of(), List.of(), Map.of());
  }

  /** What a contract wants of an arrival's records. */
  public static WantedFields of(
      Contract contract, Arrival arrival, Map<Integer, String> writerSchemas) {
    List<String> columns = contract.rawColumns(arrival);
    Map<String, Plain> plain = new HashMap<>();
    for (Field field : contract.fields()) {
      boolean isNeeded =
          field.isRequired() && contract.schemaPolicy().removed() != SchemaPolicy.Removed.NULL;
      Expressions.column(arrival.expression(field))
          .filter(column -> !GivenColumns.isGiven(arrival, column))
          .ifPresent(column -> plain.put(column, new Plain(written(field), isNeeded)));
    }
    List<Set<String>> identifying =
        Stream.concat(contract.key().stream(), contract.orderingField().stream())
            .map(field -> ofRecord(arrival, contract.rawColumns(arrival, field)))
            .filter(read -> !read.isEmpty())
            .distinct()
            .toList();
    Set<String> optional = new HashSet<>(contract.changes().rawColumns(arrival));
    contract.fields().forEach(field -> optional.removeAll(contract.rawColumns(arrival, field)));
    List<List<String>> renamed = renamed(contract, arrival);
    renamed.forEach(optional::addAll);
    return new WantedFields(
        arrival,
        contract.schemaPolicy(),
        columns,
        plain,
        identifying,
        optional,
        renamed,
        writerSchemas);
  }

  /** Of fields that were called otherwise before, the names by which they are read, if several. */
  private static List<List<String>> renamed(Contract contract, Arrival arrival) {
    List<List<String>> renamed = new ArrayList<>();
    for (Field field : contract.fields()) {
      List<String> names = new ArrayList<>(List.of(field.name()));
      names.addAll(field.earlierNames());
      names.retainAll(contract.rawColumns(arrival, field));
      if (names.size() > 1) {
        renamed.add(List.copyOf(names));
      }
    }
    return renamed;
  }

  /**
   * The type that a field's values come in: any will do if the contract says how they are written.
   */
  private static DataType written(Field field) {
    ValueFormat format = field.shape().format();
    boolean isTold =
        format.pattern() != null
            || !format.trueValues().equals(ValueFormat.STANDARD.trueValues())
            || !format.falseValues().equals(ValueFormat.STANDARD.falseValues());
    return isTold ? DataTypes.StringType : field.type();
  }

  /**
   * The raw columns that a file lacks and without which its records are broken; none if absent ones
   * are null. Of a column that has had several names, one is enough.
   *
   * @param there the columns that the file has
   */
  List<String> missing(Set<String> there) {
    if (policy.removed() == SchemaPolicy.Removed.NULL) {
      return List.of();
    }
    return Stream.concat(
            columns.stream().filter(column -> !optional.contains(column)),
            renamed.stream()
                .filter(names -> names.stream().noneMatch(there::contains))
                .map(names -> names.get(0)))
        .filter(column -> !GivenColumns.isGiven(arrival, column) && !there.contains(column))
        .toList();
  }

  /** Those of some columns that a record itself must have. */
  private static Set<String> ofRecord(Arrival arrival, Set<String> columns) {
    Set<String> own = new HashSet<>(columns);
    own.removeIf(column -> GivenColumns.isGiven(arrival, column));
    return own;
  }
}
