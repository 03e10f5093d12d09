package io.sluice.contract;

import java.io.Serializable;
import java.util.List;
import java.util.Map;

/**
 * One way a source arrives: files of one shape below one folder.
 *
 * @param location folder below the landing root, ending in a slash
 * @param nullValues raw values that mean null
 * @param maxRecordBytes a longer record is quarantined
 * @param maxFileBytes a file that unpacks to more is quarantined
 * @param expressions by field, in place of the field's own expression
 */
public record Arrival(
    String name,
    Format format,
    String location,
    char delimiter,
    char quote,
    List<String> nullValues,
    int maxRecordBytes,
    long maxFileBytes,
    Map<String, String> expressions)
    implements Serializable {

  /** The shapes of files. */
  public enum Format {
    CSV,
    JSON,
    PARQUET
  }

  /** The expression of a field in this arrival. */
  public String expression(Field field) {
    return expressions.getOrDefault(field.name(), field.expression());
  }
}
