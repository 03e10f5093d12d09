package io.sluice.contract;

import static io.sluice.contract.ContractText.ARRIVAL;
import static io.sluice.contract.ContractText.assertRefused;
import static io.sluice.contract.ContractText.change;
import static io.sluice.contract.ContractText.changed;
import static io.sluice.contract.ContractText.errorsOf;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds the rules of {@link ArrivalRules} over arrivals. */
class ArrivalRulesTest {
  @TempDir private Path folder;

  /** One change to the valid contract, and all errors it is to have. */
  static Stream<Arguments> errors() {
    String folders =
        ARRIVAL + ".location: must be a folder below the landing root, such as orders/";
    return Stream.of(
        change(
            "\"replace(amount, ',', '.')\"",
            "\"amount * rand()\"",
            ARRIVAL + ".fields.amount: rand() gives another value each time and cannot stand here"),
        change(
            "fields: {amount:",
            "fields: {amont:",
            ARRIVAL + ".fields.amont: there is no such field"),
        change("name: files", "name: My Files", ARRIVAL + ".name: must be in snake case"),
        change("location: orders", "location: /orders", folders),
        change("format: csv", "format: avro", ARRIVAL + ".format: avro arrives on a topic only"),
        change(
            "format: csv",
            "format: protobuf",
            ARRIVAL + ".format: protobuf arrives on a topic only"),
        change(
            "location: orders",
            "topic: 'a b'",
            ARRIVAL
                + ".options.delimiter: unknown; known are [deadLetters, envelope, maxRecordBytes,"
                + " nullValues]",
            ARRIVAL + ".format: must be avro or json or protobuf on a topic",
            ARRIVAL + ".topic: must be a Kafka topic's name: letters, digits, '.', '_' and '-'"),
        change(
            "      - name: files\n",
            "      - {name: one, format: json, topic: t, location: x, options: {deadLetters: t}}\n"
                + "      - {name: two, format: avro, topic: t, options: {maxFileBytes: 1}}\n"
                + "      - name: files\n",
            ARRIVAL + ".location: stands beside topic; an arrival has one of them",
            "customProperties.arrivals[1].options.maxFileBytes: unknown; known are [deadLetters,"
                + " envelope, maxRecordBytes, nullValues]",
            ARRIVAL + ".options.deadLetters: must be another topic",
            "customProperties.arrivals: one reads the topic of two",
            "customProperties.arrivals: two reads the topic of one"),
        change("location: orders", "location: ../orders", folders),
        change("location: orders", "location: ''", folders),
        change(
            "delimiter: \";\"",
            "comment: ','",
            ARRIVAL + ".options.comment: must differ from delimiter and quote"),
        change(
            "delimiter: \";\"",
            "header: false, columns: [a, ' b', a, '']",
            ARRIVAL + ".options.columns: ' b' must be a name without spaces around it",
            ARRIVAL + ".options.columns: a stands twice",
            ARRIVAL + ".options.columns: '' must be a name without spaces around it"),
        change("delimiter: \";\"", "layout: array", ARRIVAL + ".options.layout: is for json only"),
        change(
            "delimiter: \";\"",
            "envelope: debezium",
            ARRIVAL + ".options.envelope: is for json and avro only"),
        change(
            "delimiter: \";\"",
            "pathPattern: 'orders/[0-9]+/.*'",
            ARRIVAL
                + ".options.pathPattern: must have a group with a name, such as (?<day>[0-9-]+)"),
        change(
            "delimiter: \";\"",
            "pathPattern: '(?<day>[0-9]+'",
            ARRIVAL
                + ".options.pathPattern: is no regular expression of Java: Unclosed group at 13"),
        change(
            "      - name: files\n",
            "      - {name: files, format: csv, location: old}\n      - name: files\n",
            "customProperties.arrivals[1].name: stated twice"),
        change(
            "      - name: files\n",
            "      - {name: old, format: csv, location: orders/old/}\n      - name: files\n",
            "customProperties.arrivals: old lies inside files"));
  }

  @ParameterizedTest
  @MethodSource("errors")
  void changeHasItsErrors(String from, String to, List<String> expected) throws IOException {
    assertEquals(expected, errorsOf(changed(from, to), folder));
  }

  /** One change to the valid contract that cannot be meant, and how its errors begin. */
  static Stream<Arguments> refusals() {
    return Stream.of(
        change("location: orders", "location: .", ARRIVAL + ".location"),
        change(
            "format: csv\n        location: orders\n        options: {delimiter: \";\"",
            "format: json\n        location: orders\n        options: {comment: '#', skipLines: 1,"
                + " header: false, columns: [a]",
            ARRIVAL + ".options"),
        change(
            "format: csv\n        location: orders\n        options: {delimiter: \";\"",
            "format: parquet\n        location: orders\n        options: {encoding: UTF-16",
            ARRIVAL + ".options.encoding"),
        change("delimiter: \";\"", "pathPattern: '(?<a_b>.*)'", ARRIVAL + ".options.pathPattern"),
        change("delimiter: \";\"", "delimiter: '\"'", ARRIVAL + ".options"));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void changeIsRefused(String from, String to, List<String> beginning) throws IOException {
    assertRefused(changed(from, to), beginning.get(0), folder);
  }
}
