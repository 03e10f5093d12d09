package io.sluice.contract;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Judges the typed arrivals of one contract: each by itself, and that no two of them read the same
 * files or topic.
 */
final class ArrivalRules {
  private static final String ARRIVALS = "customProperties.arrivals";

  private final FileErrors errors;

  ArrivalRules(FileErrors errors) {
    this.errors = errors;
  }

  /**
   * Adds an error for each rule that the arrivals break.
   *
   * @param fields the contract's fields, which an arrival may state expressions for
   */
  void judge(List<Arrival> arrivals, List<Field> fields) {
    if (arrivals.isEmpty()) {
      errors.add(ARRIVALS, "must list at least one way the source arrives");
    }
    Set<String> names = new HashSet<>();
    for (int i = 0; i < arrivals.size(); i++) {
      String place = ArrivalMapper.place(i);
      judgeOne(arrivals.get(i), place);
      judgeExpressions(arrivals.get(i), fields, place + ".fields");
      if (!names.add(arrivals.get(i).name())) {
        errors.add(place + ".name", "stated twice");
      }
    }
    judgePairs(arrivals);
  }

  private void judgeOne(Arrival arrival, String place) {
    if (!arrival.name().matches("[a-z][a-z0-9_]*")) {
      errors.add(place + ".name", "must be in snake case");
    }
    if (arrival.isTopic()) {
      judgeTopic(arrival, place);
    } else {
      judgeFolder(arrival, place);
    }
    if (arrival.envelope() != Arrival.Envelope.NONE
        && !Set.of("json", "avro").contains(arrival.format())) {
      errors.add(place + ".options.envelope", "is for json and avro only");
    }
    judgeText(arrival, place + ".options");
    if (arrival.pathRegex() != null) {
      judgePathPattern(arrival, place + ".options.pathPattern");
    }
  }

  private void judgeText(Arrival arrival, String place) {
    Arrival.Text text = arrival.text();
    if (text.delimiter() == text.quote()) {
      errors.add(place, "delimiter and quote must differ");
    }
    Character comment = text.comment();
    if (comment != null && (comment == text.delimiter() || comment == text.quote())) {
      errors.add(place + ".comment", "must differ from delimiter and quote");
    }
    judgeColumns(text.columns(), place + ".columns");
    boolean isJson = arrival.format().equals("json");
    boolean isParquet = arrival.format().equals("parquet");
    if (!isJson && !arrival.format().equals("csv") && text.encoding() != TextEncoding.UTF_8) {
      errors.add(place + ".encoding", "is for csv and json only");
    }
    if (!isJson && text.layout() != Arrival.Layout.LINES) {
      errors.add(place + ".layout", "is for json only");
    }
    if ((isJson || isParquet) && !text.hasHeader()) {
      errors.add(place + ".columns", "are for csv only");
    }
    if ((isJson || isParquet) && comment != null) {
      errors.add(place + ".comment", "is for csv only");
    }
    if ((isJson || isParquet) && text.skipLines() > 0) {
      errors.add(place + ".skipLines", "is for csv only");
    }
  }

  private void judgeColumns(List<String> columns, String place) {
    Set<String> seen = new HashSet<>();
    for (String column : columns) {
      if (column.isBlank() || !column.equals(column.strip())) {
        errors.add(place, "'" + column + "' must be a name without spaces around it");
      } else if (!seen.add(column)) {
        errors.add(place, column + " stands twice");
      }
    }
  }

  private void judgePathPattern(Arrival arrival, String place) {
    try {
      Pattern.compile(arrival.pathRegex());
      if (GivenColumns.captures(arrival).isEmpty()) {
        errors.add(place, "must have a group with a name, such as (?<day>[0-9-]+)");
      }
    } catch (PatternSyntaxException e) {
      errors.add(
          place, "is no regular expression of Java: " + e.getDescription() + " at " + e.getIndex());
    }
  }

  private void judgeFolder(Arrival arrival, String place) {
    if (!ArrivalFormats.names(ArrivalFormat.Way.FILES).contains(arrival.format())) {
      errors.add(place + ".format", arrival.format() + " arrives on a topic only");
    }
    String location = arrival.location();
    if (location.startsWith("/") || location.startsWith(".") || location.contains("..")) {
      errors.add(place + ".location", "must be a folder below the landing root, such as orders/");
    }
  }

  private void judgeTopic(Arrival arrival, String place) {
    List<String> formats = ArrivalFormats.names(ArrivalFormat.Way.TOPIC);
    if (!formats.contains(arrival.format())) {
      errors.add(place + ".format", "must be " + String.join(" or ", formats) + " on a topic");
    }
    Arrival.Topic topic = arrival.topic();
    judgeTopicName(topic.name(), place + ".topic");
    if (topic.deadLetters() != null) {
      judgeTopicName(topic.deadLetters(), place + ".options.deadLetters");
    }
    if (topic.name().equals(topic.deadLetters())) {
      errors.add(place + ".options.deadLetters", "must be another topic");
    }
  }

  private void judgeTopicName(String name, String place) {
    if (!name.matches("[A-Za-z0-9._-]{1,249}") || name.equals(".") || name.equals("..")) {
      errors.add(place, "must be a Kafka topic's name: letters, digits, '.', '_' and '-'");
    }
  }

  private void judgeExpressions(Arrival arrival, List<Field> fields, String place) {
    arrival
        .expressions()
        .forEach(
            (name, sql) -> {
              if (fields.stream().noneMatch(field -> field.name().equals(name))) {
                errors.add(place + "." + name, "there is no such field");
              }
              ContractRules.judgeExpression(sql, place + "." + name, errors);
            });
  }

  private void judgePairs(List<Arrival> arrivals) {
    for (Arrival one : arrivals) {
      for (Arrival other : arrivals) {
        if (one == other || one.isTopic() != other.isTopic()) {
          continue;
        }
        if (one.isTopic() && one.topic().name().equals(other.topic().name())) {
          errors.add(ARRIVALS, one.name() + " reads the topic of " + other.name());
        }
        if (!one.isTopic() && one.location().startsWith(other.location())) {
          errors.add(ARRIVALS, one.name() + " lies inside " + other.name());
        }
      }
    }
  }
}
