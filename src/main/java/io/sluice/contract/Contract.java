package io.sluice.contract;

import io.sluice.engine.Expressions;
import io.sluice.quality.Check;
import java.time.Period;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What is agreed about one source: its columns, rules, checks, protection and how it arrives.
 *
 * @param id the source's name, its file's and its tables'
 * @param references which values must be among those of other sources
 * @param changes how the source tells what has changed
 * @param ordering the column whose greatest value wins among rows of one key: a field, or {@link
 *     #ARRIVED_AT}
 * @param validFrom of a source whose versions are kept, the column that tells from when a version
 *     holds: a field, or {@link #ARRIVED_AT}; null if they are not kept
 * @param quarantineLimit how many new rows may be quarantined before they are stopped
 * @param retention how long silver rows are kept
 * @param frequency how often a file is expected
 * @param alerts what is raised over the rows that come by a topic
 */
public record Contract(
    String id,
    String version,
    String title,
    String purpose,
    String rowDescription,
    String domain,
    String owner,
    Period retention,
    Period frequency,
    List<Field> fields,
    List<Reference> references,
    List<RowRule> rowRules,
    List<Check> checks,
    ChangePolicy changes,
    String ordering,
    String validFrom,
    QuarantineLimit quarantineLimit,
    SchemaPolicy schemaPolicy,
    List<Arrival> arrivals,
    List<Alert> alerts) {

  /** Silver's column of when a record arrived. */
  public static final String ARRIVED_AT = "_arrived_at";

  /** Where a record stood, which is the key of a row of its own. */
  private static final List<String> PLACE = List.of("_file", "_position", ARRIVED_AT);

  /** A rule over several fields: SQL that is true, or null, of a valid row. */
  public record RowRule(String name, String sql) {}

  /** The key's fields in their order. */
  public List<Field> key() {
    return fields.stream()
        .filter(Field::isKey)
        .sorted(Comparator.comparingInt(Field::keyPosition))
        .toList();
  }

  /**
   * The columns of silver that tell its rows apart: the key's fields, or where a record stood if
   * each is a row of its own.
   */
  public List<String> keyColumns() {
    return isKeyless() ? PLACE : key().stream().map(Field::name).toList();
  }

  /** Whether each record is a row of its own, told from others by where it stood. */
  public boolean isKeyless() {
    return changes.isKeyless(fields);
  }

  /** The field that tells versions of a row apart; empty if that is when it arrived. */
  public Optional<Field> orderingField() {
    return field(ordering);
  }

  /** Whether the versions that its rows have had are kept beside silver. */
  public boolean keepsHistory() {
    return validFrom != null;
  }

  /** The silver table of these versions. */
  public String historyTable() {
    return id + "_history";
  }

  /** The field that silver is partitioned by. */
  public Optional<Field> partition() {
    return fields.stream().filter(field -> field.role() == Field.Role.PARTITION).findFirst();
  }

  /** The sources that it refers to: its rules look into their silver tables. */
  public List<String> parents() {
    return references.stream().map(Reference::source).distinct().sorted().toList();
  }

  /** The raw columns that an arrival's expressions read, in a fixed order. */
  public List<String> rawColumns(Arrival arrival) {
    return Stream.concat(
            fields.stream().flatMap(field -> rawColumns(arrival, field).stream()),
            changes.rawColumns(arrival).stream())
        .distinct()
        .sorted()
        .toList();
  }

  /** The raw columns that a field's expression reads in an arrival. */
  public Set<String> rawColumns(Arrival arrival, Field field) {
    return Expressions.columns(arrival.expression(field));
  }

  /** Whether its records hold anything that must not be stored readable. */
  public boolean isProtected() {
    return fields.stream().anyMatch(Field::isProtected);
  }

  public Optional<Field> field(String name) {
    return fields.stream().filter(field -> field.name().equals(name)).findFirst();
  }

  /** The arrivals that are folders of files. */
  public List<Arrival> folders() {
    return arrivals.stream().filter(arrival -> !arrival.isTopic()).toList();
  }

  /** The arrivals that are Kafka topics. */
  public List<Arrival> topics() {
    return arrivals.stream().filter(Arrival::isTopic).toList();
  }

  /** Whether any of its records can only be read by the schemas that they were written by. */
  public boolean needsWriterSchemas() {
    return arrivals.stream()
        .anyMatch(arrival -> ArrivalFormats.get(arrival.format()).needsWriterSchemas());
  }

  public Arrival arrival(String name) {
    return arrivals.stream()
        .filter(arrival -> arrival.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /**
   * The columns that readers filter on or that tell versions of a row apart: key, ordering and what
   * deliveries are the whole truth of.
   */
  public List<String> statsColumns() {
    return Stream.of(keyColumns().stream(), Stream.of(ordering), changes.scope().stream())
        .flatMap(columns -> columns)
        .distinct()
        .toList();
  }
}
