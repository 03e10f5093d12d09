package io.sluice.contract;

import static io.sluice.contract.ContractText.ARRIVAL;
import static io.sluice.contract.ContractText.SOUND;
import static io.sluice.contract.ContractText.assertRefused;
import static io.sluice.contract.ContractText.change;
import static io.sluice.contract.ContractText.changed;
import static io.sluice.contract.ContractText.errorsOf;
import static io.sluice.contract.ContractText.field;
import static io.sluice.contract.ContractText.read;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds what {@link ArrivalMapper} says of arrivals that it does not take. */
class ArrivalMapperTest {
  @TempDir private Path folder;

  /** One change to the valid contract, and all errors it is to have. */
  static Stream<Arguments> errors() {
    return Stream.of(
        change(
            "        location: orders",
            "        location: orders\n        glob: x",
            ARRIVAL + ".glob: unknown; known are [fields, format, location, name, options, topic]"),
        change(
            "format: csv",
            "format: xml",
            ARRIVAL + ".format: must be one of " + ArrivalFormats.names()),
        change(
            "delimiter: \";\"",
            "delimeter: \";\"",
            ARRIVAL
                + ".options.delimeter: unknown; known are [columns, comment, delimiter, delivery, encoding,"
                + " envelope, header, layout, maxFileBytes, maxRecordBytes, nullValues, pathPattern, quote,"
                + " skipLines]"),
        change(
            "delimiter: \";\"",
            "delimiter: \";;\"",
            ARRIVAL + ".options.delimiter: must be one ASCII character"),
        change(
            "delimiter: \";\"",
            "quote: \"§\"",
            ARRIVAL + ".options.quote: must be one ASCII character"));
  }

  @ParameterizedTest
  @MethodSource("errors")
  void changeHasItsErrors(String from, String to, List<String> expected) throws IOException {
    assertEquals(expected, errorsOf(changed(from, to), folder));
  }

  /** One change to the valid contract that cannot be meant, and how its errors begin. */
  static Stream<Arguments> refusals() {
    return Stream.of(
        change("delimiter: \";\"", "delimiter: \"\\n\"", ARRIVAL + ".options.delimiter"),
        change("delimiter: \";\"", "encoding: latin1", ARRIVAL + ".options.encoding"),
        change("delimiter: \";\"", "encoding: [UTF-8]", ARRIVAL + ".options.encoding"),
        change("delimiter: \";\"", "header: maybe", ARRIVAL + ".options.header"),
        change("delimiter: \";\"", "header: false", ARRIVAL + ".options.columns"),
        change("delimiter: \";\"", "header: false, columns: a", ARRIVAL + ".options.columns"),
        change("delimiter: \";\"", "header: false, columns: [1]", ARRIVAL + ".options.columns"),
        change("delimiter: \";\"", "header: false, columns: []", ARRIVAL + ".options.columns"),
        change("delimiter: \";\"", "columns: [a]", ARRIVAL + ".options.columns"),
        change("delimiter: \";\"", "skipLines: -1", ARRIVAL + ".options.skipLines"),
        change("delimiter: \";\"", "skipLines: 1e1", ARRIVAL + ".options.skipLines"),
        change("delimiter: \";\"", "skipLines: 010", ARRIVAL + ".options.skipLines"),
        change("delimiter: \";\"", "skipLines: 1000001", ARRIVAL + ".options.skipLines"),
        change("delimiter: \";\"", "comment: '//'", ARRIVAL + ".options.comment"),
        change("delimiter: \";\"", "comment: ''", ARRIVAL + ".options.comment"),
        change("delimiter: \";\"", "layout: lists", ARRIVAL + ".options.layout"),
        change("delimiter: \";\"", "maxRecordBytes: 0", ARRIVAL + ".options.maxRecordBytes"),
        change("delimiter: \";\"", "maxRecordBytes: -1", ARRIVAL + ".options.maxRecordBytes"),
        change("delimiter: \";\"", "maxRecordBytes: 1.5", ARRIVAL + ".options.maxRecordBytes"),
        change("delimiter: \";\"", "maxRecordBytes: lots", ARRIVAL + ".options.maxRecordBytes"),
        change(
            "delimiter: \";\"", "maxRecordBytes: 3000000000", ARRIVAL + ".options.maxRecordBytes"),
        change("delimiter: \";\"", "maxFileBytes: -1", ARRIVAL + ".options.maxFileBytes"),
        change("delimiter: \";\"", "maxFileBytes: lots", ARRIVAL + ".options.maxFileBytes"),
        change("nullValues: [\"\"]", "nullValues: '-'", ARRIVAL + ".options.nullValues"),
        change("nullValues: [\"\"]", "nullValues: [null]", ARRIVAL + ".options.nullValues"),
        change("{delimiter: \";\", nullValues: [\"\"]}", "';'", ARRIVAL + ".options"),
        change("{amount: \"replace(amount, ',', '.')\"}", "[amount]", ARRIVAL + ".fields"));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void changeIsRefused(String from, String to, List<String> beginning) throws IOException {
    assertRefused(changed(from, to), beginning.get(0), folder);
  }

  @Test
  void arrivalIsReadWithItsOptionsAndExpressions() throws IOException {
    Contract contract = read(SOUND, folder);
    Arrival files = contract.arrival("files");
    assertEquals(
        new Arrival(
            "files",
            "csv",
            "orders/",
            Arrival.Text.of(';', '"'),
            List.of(""),
            16 << 20,
            64L << 30,
            Map.of("amount", "replace(amount, ',', '.')"),
            null,
            null,
            Arrival.Envelope.NONE,
            Delivery.BY_FILE),
        files);
    assertEquals("replace(amount, ',', '.')", files.expression(field(contract, "amount")));
    assertEquals("`vendor`", files.expression(field(contract, "vendor")));
    assertEquals(
        List.of(
            "account", "address", "amount", "order_date", "order_id", "tags", "updated", "vendor"),
        contract.rawColumns(files));
  }

  @Test
  void optionsOfTextAreRead() throws IOException {
    Arrival files =
        read(
                changed(
                    "delimiter: \";\"",
                    "header: false, columns: [order_id, 'NO', amount], skipLines: 2, comment: '#',"
                        + " encoding: Windows-1252, pathPattern: 'orders/(?<day>[0-9]+)/.*'"),
                folder)
            .arrival("files");
    assertEquals(
        new Arrival.Text(
            ',',
            '"',
            TextEncoding.WINDOWS_1252,
            List.of("order_id", "NO", "amount"),
            2,
            '#',
            Arrival.Layout.LINES),
        files.text());
    assertFalse(files.text().hasHeader());
    assertEquals("orders/(?<day>[0-9]+)/.*", files.pathPattern().orElseThrow());
  }

  @Test
  void withoutOptionsTextIsUtf8WithAHeader() throws IOException {
    Arrival files = read(changed("delimiter: \";\", ", ""), folder).arrival("files");
    assertEquals(Arrival.Text.of(',', '"'), files.text());
    assertTrue(files.text().hasHeader());
    assertTrue(files.pathPattern().isEmpty());
  }

  @Test
  void layoutOfJsonIsRead() throws IOException {
    Arrival files =
        read(
                changed("format: csv", "format: json").replace("delimiter: \";\"", "layout: array"),
                folder)
            .arrival("files");
    assertEquals(Arrival.Layout.ARRAY, files.text().layout());
  }

  @Test
  void rawColumnsInsideOfLambdaAreRead() throws IOException {
    Contract contract =
        read(
            SOUND.replace(
                "to_timestamp(trim(updated))",
                "element_at(filter(split(times, ','), t -> t != never), 1)"),
            folder);
    List<String> columns = contract.rawColumns(contract.arrival("files"));
    assertTrue(columns.contains("times"), columns.toString());
    assertTrue(columns.contains("never"), columns.toString());
    assertFalse(columns.contains("t"), columns.toString());
  }
}
