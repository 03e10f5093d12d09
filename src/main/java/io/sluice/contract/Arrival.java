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
 * @param text how its files are written, if they are text
 * @param nullValues raw values that mean null
 * @param maxRecordBytes a longer record is quarantined
 * @param maxFileBytes a file that unpacks to more is quarantined
 * @param expressions by field, in place of the field's own expression
 * @param pathRegex {@link #pathPattern}; null for none
 * @param topic the Kafka topic it arrives on; null for files
 * @param envelope what stands around each record
 * @param delivery which files belong together; read of sources whose deliveries replace
 */
public record Arrival(
    String name,
    String format,
    String location,
    Text text,
    List<String> nullValues,
    int maxRecordBytes,
    long maxFileBytes,
    Map<String, String> expressions,
    String pathRegex,
    Topic topic,
    Envelope envelope,
    Delivery delivery)
    implements Serializable {

  /**
   * Where records arrive on Kafka.
   *
   * @param deadLetters the topic that gets each quarantined record once; null for none
   */
  public record Topic(String name, String deadLetters) implements Serializable {}

  /** What stands around a record. */
  public enum Envelope {
    /** Nothing. */
    NONE,
    /** A change event of Debezium: what the row was, what it is, and where the change stood. */
    DEBEZIUM
  }

  /** Where the records of a JSON file stand. */
  public enum Layout {
    /** Each on a line of its own. */
    LINES,
    /** As the elements of an array, which is the whole file. */
    ARRAY
  }

  /**
   * How files of text are written.
   *
   * @param delimiter what stands between two fields of CSV
   * @param quote what stands around a field of CSV that holds a delimiter or a line end
   * @param columns the columns of CSV without a header line, in their order; none if the header
   *     line names them
   * @param skipLines how many lines stand before the header line, or the first record
   * @param comment what begins a line of CSV that holds no record; null for nothing
   */
  public record Text(
      char delimiter,
      char quote,
      TextEncoding encoding,
      List<String> columns,
      int skipLines,
      Character comment,
      Layout layout)
      implements Serializable {

    public Text {
      columns = List.copyOf(columns);
    }

    /** Text in UTF-8; of CSV, with a header line at its very beginning. */
    public static Text of(char delimiter, char quote) {
      return new Text(delimiter, quote, TextEncoding.UTF_8, List.of(), 0, null, Layout.LINES);
    }

    /** Whether a line of CSV names its columns. */
    public boolean hasHeader() {
      return columns.isEmpty();
    }
  }

  public boolean isTopic() {
    return topic != null;
  }

  /** Where it arrives, for people: a folder or a topic. */
  public String place() {
    return isTopic() ? "topic " + topic.name() : location;
  }

  /** The expression of a field in this arrival. */
  public String expression(Field field) {
    return expressions.getOrDefault(field.name(), field.expression());
  }

  /** A regular expression over a file's path, whose named groups are columns. */
  public Optional<String> pathPattern() {
    return Optional.ofNullable(pathRegex);
  }
}
