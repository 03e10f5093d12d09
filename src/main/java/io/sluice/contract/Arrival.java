package io.sluice.contract;

import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One way a source arrives: files of one shape below one folder, or records of one shape on a Kafka
 * topic.
 *
 * @param format the name of its {@link ArrivalFormat}
 * @param location folder below the landing root, ending in a slash; empty for a topic
 * @param nullValues raw values that mean null
 * @param maxRecordBytes a longer record is quarantined
 * @param maxFileBytes a file that unpacks to more is quarantined
 * @param expressions by field, in place of the field's own expression
 * @param topic the Kafka topic it arrives on; null for files
 */
public record Arrival(
    String name,
    String format,
    String location,
    char delimiter,
    char quote,
    List<String> nullValues,
    int maxRecordBytes,
    long maxFileBytes,
    Map<String, String> expressions,
    Topic topic)
    implements Serializable {

  /**
   * Where records arrive on Kafka.
   *
   * @param deadLetters the topic that gets each quarantined record once; null for none
   */
  public record Topic(String name, String deadLetters) implements Serializable {}

  /** The way in of files. */
  public Arrival(
      String name,
      String format,
      String location,
      char delimiter,
      char quote,
      List<String> nullValues,
      int maxRecordBytes,
      long maxFileBytes,
      Map<String, String> expressions) {
    this(
        name,
        format,
        location,
        delimiter,
        quote,
        nullValues,
        maxRecordBytes,
        maxFileBytes,
        expressions,
        null);
  }

  public boolean isTopic() {
    return topic != null;
  }

  /** Where it arrives, for people: a folder or a topic. */
  public String place() {
    return isTopic() ? "topic " + topic.name() : location;
  }

  /** A regular expression over a file's path, whose named groups are columns. */
  public Optional<String> pathPattern() {
    return Optional.empty();
  }

  /** The expression of a field in this arrival. */
  public String expression(Field field) {
    return expressions.getOrDefault(field.name(), field.expression());
  }
}
