package io.sluice.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.sluice.quality.Check;
import io.sluice.settings.ValidationErrors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Period;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Holds what {@link ContractReader} reads of a contract, and that it names each error by its place.
 */
class ContractReaderTest {
  private static final String SOUND =
      """
      apiVersion: v3.2.0
      kind: DataContract
      id: orders
      name: Orders
      version: 1.0.0
      status: active
      slaProperties:
        - {property: retention, value: 7, unit: y}
      schema:
        - name: orders
          logicalType: object
          description: One row per order.
          properties:
            - name: order_id
              logicalType: string
              required: true
              primaryKey: true
              primaryKeyPosition: 2
              logicalTypeOptions: {pattern: "PO-[0-9]+"}
            - name: order_date
              logicalType: date
              required: true
              primaryKey: true
              primaryKeyPosition: 1
              partitioned: true
            - name: amount
              logicalType: number
              physicalType: DECIMAL(18,2)
              logicalTypeOptions: {minimum: 0}
            - name: account
              logicalType: string
              classification: restricted
              customProperties: [{property: protection, value: token}]
            - name: address
              logicalType: object
              properties:
                - {name: city, logicalType: string}
            - name: tags
              logicalType: array
              items: {logicalType: string}
            - name: vendor
              logicalType: string
              enum: [{value: acme}, {value: globex}]
            - name: updated_at
              logicalType: timestamp
              required: true
              transformLogic: to_timestamp(trim(updated))
          quality:
            - {type: custom, engine: rule, name: not_free, implementation: "amount > 0"}
            - {type: custom, engine: dqdl, name: rows, implementation: RowCount > 0,
               severity: error}
      customProperties:
        - property: orderingColumn
          value: updated_at
        - property: schemaPolicy
          value: {added: ignore, removed: stop, retyped: quarantine}
        - property: arrivals
          value:
            - name: files
              format: csv
              location: orders
              options: {delimiter: ";", nullValues: [""]}
              fields: {amount: "replace(amount, ',', '.')"}
      """;

  @TempDir private Path folder;

  @Test
  void aRuleMayLookAtTheArrival() throws IOException {
    String rule = "updated_at <= _arrived_at + interval 5 minutes";
    assertEquals(rule, read(changed("\"amount > 0\"", '"' + rule + '"')).rowRules().get(0).sql());
  }

  @Test
  void soundContractIsReadAsItStands() throws IOException {
    Contract contract = read(SOUND);
    assertEquals("orders", contract.id());
    assertEquals("1.0.0", contract.version());
    assertEquals("Orders", contract.title());
    assertEquals("One row per order.", contract.rowDescription());
    assertEquals(Period.ofYears(7), contract.retention());
    assertEquals(Period.ofDays(1), contract.frequency());
    assertEquals(
        List.of("order_date", "order_id"), contract.key().stream().map(Field::name).toList());
    assertEquals("order_date", contract.partition().orElseThrow().name());
    assertEquals("updated_at", contract.ordering().name());
    assertEquals(0.2, contract.quarantineLimit());
    assertEquals(
        new SchemaPolicy(
            SchemaPolicy.Added.IGNORE, SchemaPolicy.Removed.STOP, SchemaPolicy.Retyped.QUARANTINE),
        contract.schemaPolicy());
    assertEquals(List.of(new Contract.RowRule("not_free", "amount > 0")), contract.rowRules());
    assertEquals(List.of(Check.error("rows", "RowCount > 0")), contract.checks());
    assertEquals(List.of(), contract.references());
    assertTrue(contract.isProtected());
    assertEquals(
        StructType.fromDDL(
            "order_id STRING, order_date DATE, amount DECIMAL(18,2), account STRING,"
                + " address STRUCT<city: STRING>, tags ARRAY<STRING>, vendor STRING,"
                + " updated_at TIMESTAMP"),
        contract.fields().stream()
            .reduce(
                new StructType(),
                (schema, field) -> schema.add(field.name(), field.type()),
                (a, b) -> a));
  }

  @Test
  void fieldsSayWhatTheyAccept() throws IOException {
    Contract contract = read(SOUND);
    assertEquals("PO-[0-9]+", field(contract, "order_id").bounds().pattern());
    assertEquals("0", field(contract, "amount").bounds().minimum());
    assertEquals(List.of("acme", "globex"), field(contract, "vendor").accepted());
    assertEquals(Field.Protection.TOKEN, field(contract, "account").protection());
    assertEquals("restricted", field(contract, "account").classification());
    assertEquals("internal", field(contract, "vendor").classification());
    assertEquals(Field.Presence.OPTIONAL, field(contract, "vendor").presence());
  }

  @Test
  void arrivalIsReadWithItsOptionsAndExpressions() throws IOException {
    Contract contract = read(SOUND);
    Arrival files = contract.arrival("files");
    assertEquals(
        new Arrival(
            "files",
            Arrival.Format.CSV,
            "orders/",
            ';',
            '"',
            List.of(""),
            16 << 20,
            64L << 30,
            Map.of("amount", "replace(amount, ',', '.')")),
        files);
    assertEquals("replace(amount, ',', '.')", files.expression(field(contract, "amount")));
    assertEquals("`vendor`", files.expression(field(contract, "vendor")));
    assertEquals(
        List.of(
            "account", "address", "amount", "order_date", "order_id", "tags", "updated", "vendor"),
        contract.rawColumns(files));
  }

  @Test
  void whatIsNotStatedHasItsDefault() throws IOException {
    String shorter =
        changed("format: csv", "format: json")
            .replace("{added: ignore, removed: stop, retyped: quarantine}", "{}")
            .replaceFirst("\n +options: .*", "")
            .replaceFirst("slaProperties:\n.*\n", "")
            .replaceFirst(",\\s+severity: error", "");
    for (String gone : List.of("added", "options:", "slaProperties", "severity")) {
      assertFalse(shorter.contains(gone), gone);
    }
    Contract contract = read(shorter);
    assertEquals(SchemaPolicy.DEFAULT, contract.schemaPolicy());
    assertEquals(List.of(), contract.arrival("files").nullValues());
    assertEquals(Period.ofYears(100), contract.retention());
    assertEquals(Check.Severity.ERROR, contract.checks().get(0).severity());
  }

  @Test
  void rawColumnsInsideOfLambdaAreRead() throws IOException {
    Contract contract =
        read(
            SOUND.replace(
                "to_timestamp(trim(updated))",
                "element_at(filter(split(times, ','), t -> t != never), 1)"));
    List<String> columns = contract.rawColumns(contract.arrival("files"));
    assertTrue(columns.contains("times"), columns.toString());
    assertTrue(columns.contains("never"), columns.toString());
    assertFalse(columns.contains("t"), columns.toString());
  }

  /** One change to the valid contract, and all errors it is to have. */
  static Stream<Arguments> errors() {
    String date = "schema[0].properties[1] (order_date)";
    String amount = "schema[0].properties[2] (amount)";
    String rowCounts = "schema[0].properties[3] (account)";
    String address = "schema[0].properties[4] (address)";
    String updated = "schema[0].properties[7] (updated_at)";
    String arrival = "customProperties.arrivals[0]";
    String duration = "slaProperties[0]: must be a whole number of days, months or years";
    String types =
        "must be one of string, integer, number, boolean, date, timestamp, object, array";
    String together = ".classification: restricted and a protection (token, encrypt) go together";
    String properties = "known are [arrivals, orderingColumn, quarantineLimit, schemaPolicy]";
    String folders =
        arrival + ".location: must be a folder below the landing root, such as orders/";
    String name = "must be in snake case, unique, and no built-in rule's";
    return Stream.of(
        change(
            "id: orders",
            "id: order",
            "id: is order, so the file must be order.yaml",
            "schema[0].name: must be the contract's id, order"),
        change(
            "id: orders",
            "id: Orders",
            "id: is Orders, so the file must be Orders.yaml",
            "id: must be in snake case: it names the tables",
            "schema[0].name: must be the contract's id, Orders"),
        change(
            "  - name: orders\n",
            "  - name: order\n",
            "schema[0].name: must be the contract's id, orders"),
        change(
            "customProperties:\n  - p",
            "  - {name: more}\ncustomProperties:\n  - p",
            "schema: must hold exactly one object, the silver table"),
        change("value: 7, unit: y", "value: 7, unit: w", duration),
        change("value: 7, unit: y", "value: 7", duration),
        change("value: 7, unit: y", "value: 0, unit: y", duration),
        change("value: 7, unit: y", "value: -7, unit: y", duration),
        change("value: 7, unit: y", "value: long, unit: y", duration),
        change("value: 7, unit: y", "value: 2.5, unit: y", duration),
        change(
            "primaryKeyPosition: 2",
            "primaryKeyPosition: 1",
            "schema[0].properties: primaryKeyPosition must differ from field to field"),
        change(
            "physicalType: DECIMAL(18,2)",
            "physicalType: DECIMAL(18,2)\n        partitioned: true",
            "schema[0].properties[2] (amount).partitioned: the partition field must be a date and"
                + " part of the key",
            "schema[0].properties: at most one field may be partitioned"),
        change(
            "name: order_date",
            "name: ORDER_ID",
            "schema[0].properties[1].name: ORDER_ID is stated twice"),
        change(
            "name: order_date",
            "name: _order_date",
            "schema[0].properties[1].name: _order_date must be letters, digits and _, and begin"
                + " with a letter"),
        change(
            "name: order_date",
            "name: order-date",
            "schema[0].properties[1].name: order-date must be letters, digits and _, and begin"
                + " with a letter"),
        change(
            "partitioned: true",
            "unique: true",
            date + ".unique: is not carried out here; leave it out"),
        change(
            "partitioned: true",
            "encryptedName: x",
            date + ".encryptedName: is not carried out here; leave it out"),
        change(
            "partitioned: true",
            "quality: [{type: custom, engine: rule, name: new, implementation: order_date >"
                + " '2020'}]",
            date + ".quality: is not carried out here; leave it out"),
        change(
            "    quality:\n",
            "    relationships: [{from: orders.vendor, to: vendors.id}]\n    quality:\n",
            "schema[0].relationships: must be stated on the field that refers"),
        change(
            "logicalType: date\n        required: true",
            "logicalType: date",
            date + ".required: a key field must be required"),
        change(
            "logicalType: date",
            "logicalType: timestamp",
            date + ".partitioned: the partition field must be a date and part of the key"),
        change(
            "items: {logicalType: string}",
            "items: {logicalType: string}\n        required: true\n        primaryKey: true\n"
                + "        primaryKeyPosition: 3",
            "schema[0].properties[5] (tags).logicalType: a key field must have a plain type"),
        change("logicalType: timestamp", "logicalType: time", updated + ".logicalType: " + types),
        change("        logicalType: timestamp\n", "", updated + ".logicalType: " + types),
        change(
            "        physicalType: DECIMAL(18,2)\n",
            "",
            amount + ".physicalType: a number must state one, such as DECIMAL(18,2) or DOUBLE"),
        change(
            "DECIMAL(18,2)",
            "BIGINT",
            amount
                + ".physicalType: BIGINT does not fit its logicalType; it takes [decimal, double,"
                + " float]"),
        change(
            "logicalType: timestamp",
            "logicalType: timestamp\n        physicalType: DATETIME64",
            updated + ".physicalType: DATETIME64 is no Spark SQL type"),
        change(
            "\"PO-[0-9]+\"",
            "\"PO-[\"",
            "schema[0].properties[0] (order_id).logicalTypeOptions.pattern: is no regular"
                + " expression: Unclosed character class"),
        change(
            "\"PO-[0-9]+\"",
            "\"PO-[0-9]+\", format: uuid",
            "schema[0].properties[0] (order_id).logicalTypeOptions.format: unknown for this type;"
                + " known are [maxLength, minLength, pattern]"),
        change("classification: restricted", "classification: internal", rowCounts + together),
        change(
            "classification: restricted",
            "classification: secret",
            rowCounts + ".classification: must be public, internal, confidential or restricted",
            rowCounts + together),
        change(
            "        customProperties: [{property: protection, value: token}]\n",
            "",
            rowCounts + together),
        change(
            "value: token",
            "value: hash",
            rowCounts + ".customProperties.protection: must be one of [none, token, encrypt]",
            rowCounts + together),
        change(
            "property: protection",
            "property: masking",
            rowCounts + ".customProperties.masking: unknown; known is protection",
            rowCounts + together),
        change(
            "{property: protection, value: token}",
            "{property: protection, value: token}, {property: protection, value: encrypt}",
            rowCounts + ".customProperties.protection: stated twice"),
        change(
            "- name: account\n        logicalType: string",
            "- name: account\n        logicalType: integer",
            rowCounts + ".logicalType: a protected field must be a string"),
        change(
            "        properties:\n          - {name: city, logicalType: string}\n",
            "",
            address + ".properties: an object must state its properties"),
        change(
            "{name: city, logicalType: string}",
            "{name: city, logicalType: number}",
            address
                + ".properties[0].physicalType: a number must state one, such as DECIMAL(18,2) or"
                + " DOUBLE"),
        change(
            "trim(updated))",
            "trim(updated)",
            updated
                + ".transformLogic: not a Spark SQL expression: [PARSE_SYNTAX_ERROR] Syntax error"
                + " at or near end of input.(line 1, pos 26)"),
        change(
            "to_timestamp(trim(updated))",
            "coalesce(updated, NOW())",
            updated + ".transformLogic: NOW() gives another value each time and cannot stand here"),
        change(
            "to_timestamp(trim(updated))",
            "current_timestamp()",
            updated
                + ".transformLogic: current_timestamp() gives another value each time and cannot"
                + " stand here"),
        change(
            "to_timestamp(trim(updated))",
            "(select max(x) from y)",
            updated + ".transformLogic: a subquery cannot stand here"),
        change(
            "to_timestamp(trim(updated))",
            "if(updated in (select x from y), 1, 2)",
            updated + ".transformLogic: a subquery cannot stand here"),
        change(
            "\"replace(amount, ',', '.')\"",
            "\"amount * rand()\"",
            arrival + ".fields.amount: rand() gives another value each time and cannot stand here"),
        change(
            "fields: {amount:",
            "fields: {amont:",
            arrival + ".fields.amont: there is no such field"),
        change(
            "\"amount > 0\"",
            "\"amont > 0\"",
            "schema[0].quality[0].implementation: there is no field amont"),
        change(
            "\"amount > 0\"",
            "\"amount > random()\"",
            "schema[0].quality[0].implementation: random() gives another value each time and"
                + " cannot stand here"),
        change(
            "\"amount > 0\"",
            "\"amount >\"",
            "schema[0].quality[0].implementation: not a Spark SQL expression: [PARSE_SYNTAX_ERROR]"
                + " Syntax error at or near end of input.(line 1, pos 8)"),
        change(
            "engine: rule",
            "engine: soda",
            "schema[0].quality[0].engine: must be rule (judges a row) or dqdl (judges a batch)"),
        change("name: not_free", "name: Not-free", "schema[0].quality[0].name: " + name),
        change("name: not_free", "name: range", "schema[0].quality[0].name: " + name),
        change("name: not_free", "name: rows", "schema[0].quality[1].name: " + name),
        change("name: not_free, ", "", "schema[0].quality[0].name: " + name),
        change(
            "severity: error",
            "severity: fatal",
            "schema[0].quality[1].severity: must be one of [error, warning]"),
        change(
            "RowCount > 0",
            "RowCount >",
            "schema[0].quality[1].implementation: not a DQDL rule: Parsing Error: No rules or"
                + " analyzers provided., line 1:21 no viable alternative at input"
                + " 'Rules=[RowCount>]'"),
        change(
            "RowCount > 0",
            "'RowCount > 0, RowCount < 9'",
            "schema[0].quality[1].implementation: must be one DQDL rule; there are 2"),
        change(
            "RowCount > 0",
            "'Mean \"price\" > 0'",
            "schema[0].quality[1].implementation: there is no column price"),
        change(
            "RowCount > 0",
            "'DetectAnomalies \"RowCount\"'",
            "schema[0].quality[1].implementation: Deequ cannot run it: No converter found for rule"
                + " type: DetectAnomalies"),
        change(
            "RowCount > 0",
            "'DataFreshness \"order_date\" < 2 days'",
            "schema[0].quality[1].implementation: DataFreshness looks at more than the rows of a"
                + " commit (another table, the clock); use relationships, a rule, or the table's"
                + " freshness"),
        change(
            "  - property: orderingColumn\n    value: updated_at\n",
            "",
            "customProperties.orderingColumn: must name the field whose greatest value wins"),
        change(
            "value: updated_at",
            "value: updated",
            "customProperties.orderingColumn: must name the field whose greatest value wins"),
        change(
            "value: updated_at",
            "value: amount",
            "customProperties.orderingColumn: amount must be required and not protected"),
        change(
            "property: orderingColumn",
            "property: orderColumn",
            "customProperties.orderColumn: unknown; " + properties,
            "customProperties.orderingColumn: must name the field whose greatest value wins"),
        change(
            "customProperties:\n  - p",
            "customProperties:\n  - {property: orderingColumn, value: updated_at}\n  - p",
            "customProperties.orderingColumn: stated twice"),
        change(
            "customProperties:\n  - p",
            "customProperties:\n  - {property: quarantineLimit, value: 2}\n  - p",
            "customProperties.quarantineLimit: must be a share from 0 to 1"),
        change(
            "customProperties:\n  - p",
            "customProperties:\n  - {property: quarantineLimit, value: '0.1'}\n  - p",
            "customProperties.quarantineLimit: must be a share from 0 to 1"),
        change(
            "added: ignore",
            "add: ignore",
            "customProperties.schemaPolicy.add: unknown; known are [added, removed, retyped]"),
        change(
            "added: ignore",
            "added: drop",
            "customProperties.schemaPolicy.added: must be one of [keep, ignore, stop]"),
        change(
            "removed: stop",
            "removed: ignore",
            "customProperties.schemaPolicy.removed: must be one of [stop, quarantine, null]"),
        change(
            "retyped: quarantine",
            "retyped: 'null'",
            "customProperties.schemaPolicy.retyped: must be one of [quarantine, stop]"),
        change(
            "property: arrivals",
            "property: arrival",
            "customProperties.arrival: unknown; " + properties,
            "customProperties.arrivals: must list at least one way the source arrives"),
        change(
            "        location: orders",
            "        location: orders\n        glob: x",
            arrival + ".glob: unknown; known are [fields, format, location, name, options, topic]"),
        change("name: files", "name: My Files", arrival + ".name: must be in snake case"),
        change(
            "format: csv",
            "format: xml",
            arrival + ".format: must be one of [avro, csv, json, parquet]"),
        change("location: orders", "location: /orders", folders),
        change("format: csv", "format: avro", arrival + ".format: avro arrives on a topic only"),
        change(
            "location: orders",
            "topic: 'a b'",
            arrival
                + ".options.delimiter: unknown; known are [deadLetters, maxRecordBytes, nullValues]",
            arrival + ".format: must be avro or json on a topic",
            arrival + ".topic: must be a Kafka topic's name: letters, digits, '.', '_' and '-'"),
        change(
            "      - name: files\n",
            "      - {name: one, format: json, topic: t, location: x, options: {deadLetters: t}}\n"
                + "      - {name: two, format: avro, topic: t, options: {maxFileBytes: 1}}\n"
                + "      - name: files\n",
            arrival + ".location: stands beside topic; an arrival has one of them",
            arrival + ".options.deadLetters: must be another topic",
            "customProperties.arrivals[1].options.maxFileBytes: unknown; known are [deadLetters,"
                + " maxRecordBytes, nullValues]",
            "customProperties.arrivals: one reads the topic of two",
            "customProperties.arrivals: two reads the topic of one"),
        change("location: orders", "location: ../orders", folders),
        change("location: orders", "location: ''", folders),
        change(
            "delimiter: \";\"",
            "delimeter: \";\"",
            arrival
                + ".options.delimeter: unknown; known are [delimiter, maxFileBytes, maxRecordBytes,"
                + " nullValues, quote]"),
        change(
            "delimiter: \";\"",
            "delimiter: \";;\"",
            arrival + ".options.delimiter: must be one ASCII character"),
        change(
            "delimiter: \";\"",
            "quote: \"§\"",
            arrival + ".options.quote: must be one ASCII character"),
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
  void changeHasItsFaults(String from, String to, List<String> expected) throws IOException {
    assertEquals(expected, faultsOf(changed(from, to)));
  }

  /** One change to the valid contract that ODCS itself forbids, and the error that names it. */
  static Stream<Arguments> odcsFaults() {
    return Stream.of(
        change(
            "kind: DataContract",
            "kind: Contract",
            "kind: does not have a value in the enumeration [\"DataContract\"] (ODCS 3.2)"),
        change("version: 1.0.0\n", "", "required property 'version' not found (ODCS 3.2)"),
        change("name: Orders", "name: 7", "name: integer found, string expected (ODCS 3.2)"),
        change(
            "status: active",
            "owner: me",
            "property 'owner' is not defined in the schema and the schema does not allow additional"
                + " properties (ODCS 3.2)"),
        change(
            "unit: y",
            "units: y",
            "slaProperties[0]: property 'units' is not defined in the schema and the schema does"
                + " not allow additional properties (ODCS 3.2)"),
        change(
            "description: One row per order.",
            "descripton: One row per order.",
            "schema[0]: property 'descripton' is not evaluated and the schema does not allow"
                + " unevaluated properties (ODCS 3.2)"),
        change(
            "partitioned: true",
            "nullable: false",
            "schema[0].properties[1]: property 'nullable' is not evaluated and the schema does not"
                + " allow unevaluated properties (ODCS 3.2)"),
        change(
            "{name: city, logicalType: string}",
            "{name: city, logicalType: string, nullable: false}",
            "schema[0].properties[4].properties[0]: property 'nullable' is not evaluated and the"
                + " schema does not allow unevaluated properties (ODCS 3.2)"),
        change(
            "items: {logicalType: string}",
            "items: {logicalType: string, nullable: false}",
            "schema[0].properties[5].items: property 'nullable' is not evaluated and the schema"
                + " does not allow unevaluated properties (ODCS 3.2)"),
        change(
            "minimum: 0",
            "maximun: 0",
            "schema[0].properties[2].logicalTypeOptions: property 'maximun' is not defined in the"
                + " schema and the schema does not allow additional properties (ODCS 3.2)"),
        change(
            "minimum: 0",
            "minimum: low",
            "schema[0].properties[2].logicalTypeOptions.minimum: string found, number expected"
                + " (ODCS 3.2)"),
        change(
            "enum: [{value: acme}, {value: globex}]",
            "enum: [acme, globex]",
            "schema[0].properties[6].enum[0]: string found, object expected (ODCS 3.2)"),
        change(
            "name: not_free",
            "name: not_free, mustBe: 1",
            "schema[0].quality[0]: property 'mustBe' is not evaluated and the schema does not allow"
                + " unevaluated properties (ODCS 3.2)"),
        change(
            "engine: rule, ",
            "",
            "schema[0].quality[0]: required property 'engine' not found (ODCS 3.2)"),
        change(
            "    value: updated_at",
            "    values: updated_at",
            "customProperties[0]: required property 'value' not found (ODCS 3.2)"),
        change(
            "logicalType: date",
            "logicalType: map",
            "schema[0].properties[1]: required property 'map' not found (ODCS 3.2)"),
        change(
            "enum: [{value: acme}, {value: globex}]",
            "relationships: [{to: vendors}]",
            "schema[0].properties[6].relationships[0].to: must be valid to one and only one schema,"
                + " but 0 are valid (ODCS 3.2)"));
  }

  @ParameterizedTest
  @MethodSource("odcsFaults")
  void changeIsNoOdcs(String from, String to, List<String> expected) throws IOException {
    List<String> errors = faultsOf(changed(from, to));
    assertTrue(errors.containsAll(expected), () -> String.join("\n", errors));
  }

  /** Who mistypes one key is to be told of that key, and not of those that are right. */
  @Test
  void keyThatOdcsDoesNotKnowIsTheOnlyFault() throws IOException {
    for (String mistyped : List.of("nullable: false", "logicalTypeOption: {}")) {
      List<String> errors = faultsOf(changed("partitioned: true", mistyped));
      String key = mistyped.replaceFirst(":.*", "");
      assertEquals(
          List.of(
              "schema[0].properties[1]: property '"
                  + key
                  + "' is not evaluated and the schema does not allow unevaluated properties (ODCS"
                  + " 3.2)"),
          errors);
    }
  }

  /**
   * One change to the valid contract that cannot be meant, and the place at which it is refused.
   */
  static Stream<Arguments> refusals() {
    String updated = "schema[0].properties[7] (updated_at)";
    String arrival = "customProperties.arrivals[0]";
    String check = "schema[0].quality[1].implementation";
    return Stream.of(
        change(
            "{name: city, logicalType: string}",
            "{name: city, logicalType: string, classification: restricted}",
            "schema[0].properties[4] (address).properties[0]"),
        change(
            "items: {logicalType: string}",
            "items: {logicalType: string, classification: restricted}",
            "schema[0].properties[5] (tags).items"),
        change(
            "to_timestamp(trim(updated))",
            "row_number() over (order by updated)",
            updated + ".transformLogic"),
        change(
            "to_timestamp(trim(updated))",
            "explode(split(updated, ','))",
            updated + ".transformLogic"),
        change(
            "to_timestamp(trim(updated))",
            "base64(aes_encrypt(updated, '0000111122223333'))",
            updated + ".transformLogic"),
        change(
            "to_timestamp(trim(updated))",
            "coalesce(updated, current_date)",
            updated + ".transformLogic"),
        change(
            "transformLogic: to_timestamp(trim(updated))",
            "enum: [{value: soon}]",
            updated + ".enum"),
        change(
            "transformLogic: to_timestamp(trim(updated))",
            "logicalTypeOptions: {minimum: soon}",
            updated + ".logicalTypeOptions.minimum"),
        change("RowCount > 0", "'Completeness \"amount\" > 0.5 where \"price > 1\"'", check),
        change("RowCount > 0", "'RowCount > avg(last(5))'", check),
        change("RowCount > 0", "'ColumnValues \"order_date\" > (now() - 3 days)'", check),
        change(
            "{added: ignore, removed: stop, retyped: quarantine}",
            "stop",
            "customProperties.schemaPolicy"),
        change(
            "{added: ignore, removed: stop, retyped: quarantine}",
            "[stop]",
            "customProperties.schemaPolicy"),
        change("location: orders", "location: .", arrival + ".location"),
        change("delimiter: \";\"", "delimiter: '\"'", arrival + ".options"),
        change("delimiter: \";\"", "delimiter: \"\\n\"", arrival + ".options.delimiter"),
        change("delimiter: \";\"", "maxRecordBytes: 0", arrival + ".options.maxRecordBytes"),
        change("delimiter: \";\"", "maxRecordBytes: -1", arrival + ".options.maxRecordBytes"),
        change("delimiter: \";\"", "maxRecordBytes: 1.5", arrival + ".options.maxRecordBytes"),
        change("delimiter: \";\"", "maxRecordBytes: lots", arrival + ".options.maxRecordBytes"),
        change(
            "delimiter: \";\"", "maxRecordBytes: 3000000000", arrival + ".options.maxRecordBytes"),
        change("delimiter: \";\"", "maxFileBytes: -1", arrival + ".options.maxFileBytes"),
        change("delimiter: \";\"", "maxFileBytes: lots", arrival + ".options.maxFileBytes"),
        change("nullValues: [\"\"]", "nullValues: '-'", arrival + ".options.nullValues"),
        change("nullValues: [\"\"]", "nullValues: [null]", arrival + ".options.nullValues"),
        change("{delimiter: \";\", nullValues: [\"\"]}", "';'", arrival + ".options"),
        change("{amount: \"replace(amount, ',', '.')\"}", "[amount]", arrival + ".fields"));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void changeIsRefused(String from, String to, List<String> place) throws IOException {
    List<String> errors = faultsOf(changed(from, to));
    assertFalse(errors.isEmpty(), "nobody objects to " + to);
    for (String error : errors) {
      assertTrue(error.startsWith(place.get(0)), error);
    }
  }

  @Test
  void allFaultsOfFileAreToldAtOnce() throws IOException {
    assertEquals(
        List.of(
            "schema[0].properties[1] (order_date).required: a key field must be required",
            "schema[0].properties[2] (amount).physicalType: BIGINT does not fit its logicalType; it"
                + " takes [decimal, double, float]",
            "customProperties.orderColumn: unknown; known are [arrivals, orderingColumn,"
                + " quarantineLimit, schemaPolicy]",
            "schema[0].quality[0].implementation: there is no field amont",
            "schema[0].quality[1].implementation: there is no column price",
            "customProperties.orderingColumn: must name the field whose greatest value wins",
            "customProperties.schemaPolicy.added: must be one of [keep, ignore, stop]",
            "customProperties.arrivals[0].format: must be one of [avro, csv, json, parquet]"),
        faultsOf(
            SOUND
                .replace("logicalType: date\n        required: true", "logicalType: date")
                .replace("DECIMAL(18,2)", "BIGINT")
                .replace("property: orderingColumn", "property: orderColumn")
                .replace("amount > 0", "amont > 0")
                .replace("RowCount > 0", "'Mean \"price\" > 0'")
                .replace("added: ignore", "added: drop")
                .replace("format: csv", "format: xml")));
  }

  @Test
  void contractWithoutFieldsIsRefused() throws IOException {
    List<String> errors =
        faultsOf(
            """
            apiVersion: v3.2.0
            kind: DataContract
            id: orders
            version: 1.0.0
            status: active
            """);
    assertEquals(
        List.of(
            "schema: must hold exactly one object, the silver table",
            "schema[0].name: must be the contract's id, orders",
            "schema[0].properties: at least one field must be primaryKey",
            "customProperties.orderingColumn: must name the field whose greatest value wins",
            "customProperties.arrivals: must list at least one way the source arrives"),
        errors);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "- a\n", "text", "null", "# only a comment\n"})
  void fileThatHoldsNoContractIsRefused(String yaml) throws IOException {
    assertEquals(List.of("orders.yaml: empty; a data contract is expected"), linesOf(yaml));
  }

  @Test
  void fileThatIsNoYamlIsRefused() throws IOException {
    for (String yaml : List.of("a: [", "a: b: c\n", SOUND + "id: orders\n")) {
      List<String> lines = linesOf(yaml);
      assertEquals(1, lines.size());
      assertTrue(lines.get(0).startsWith("orders.yaml: not readable as YAML: "), lines.get(0));
      assertFalse(lines.get(0).contains("\n"), lines.get(0));
    }
  }

  @Test
  void secondDocumentOfFileIsRefused() throws IOException {
    assertFalse(linesOf(SOUND + "---\n" + SOUND.replace("1.0.0", "2.0.0")).isEmpty());
  }

  @Test
  void allFaultsOfAllFilesAreToldAtOnce() throws IOException {
    write("orders", changed("value: 7, unit: y", "value: 7, unit: w"));
    write("vendors", "kind: DataContract\n");
    write("broken", "a: [");
    String told = refusal();
    assertTrue(told.startsWith("5 errors:\n"), told);
    assertTrue(told.contains("\n  broken.yaml: not readable as YAML: "), told);
    assertTrue(
        told.contains("\n  orders.yaml: slaProperties[0]: must be a whole number of days,"), told);
    for (String key : List.of("apiVersion", "id", "version")) {
      assertTrue(
          told.contains("\n  vendors.yaml: required property '" + key + "' not found (ODCS 3.2)"),
          told);
    }
  }

  @Test
  void severalContractsAreReadInTheOrderOfTheirReferences() throws IOException {
    write("orders", referring("zones.order_id"));
    write("zones", named("zones"));
    write("areas", named("areas"));
    write("notes", "not a contract", ".txt");
    Contracts contracts = Contracts.read(folder);
    assertEquals(
        List.of("areas", "zones", "orders"),
        contracts.inOrder().stream().map(Contract::id).toList());
    assertEquals(List.of("zones"), contracts.get("orders").references());
    assertEquals(
        Optional.of(new Field.Reference("zones", "order_id")),
        field(contracts.get("orders"), "vendor").reference());
    assertTrue(contracts.contains("areas"));
    assertFalse(contracts.contains("notes"));
    var e = assertThrows(ValidationErrors.ValidationException.class, () -> contracts.get("order"));
    assertEquals(
        "1 error:\n  source order: no such contract; there are [areas, orders, zones]",
        e.getMessage());
  }

  @Test
  void referenceMustLeadToField() throws IOException {
    String place = "1 error:\n  orders.yaml: vendor.relationships: ";
    write("orders", referring("zones.order_id"));
    assertEquals(place + "no contract zones; there are [orders]", refusal());
    write("zones", named("zones"));
    write("orders", referring("zones.name"));
    assertEquals(place + "zones has no field name", refusal());
    write("orders", referring("zones.account"));
    assertEquals(place + "zones.account is a protected field", refusal());
  }

  @Test
  void severalReferencesOfFieldAreRefused() throws IOException {
    assertEquals(
        List.of(
            "schema[0].properties[6] (vendor).relationships: must be one entry with to:"
                + " <source>.<field>"),
        faultsOf(referring("zones.order_id}, {to: areas.order_id")));
    assertEquals(
        List.of(
            "schema[0].properties[6] (vendor).relationships: must be one entry with to:"
                + " <source>.<field>"),
        faultsOf(referring("zones.address.city")));
  }

  @Test
  void referencesMustNotLeadBack() throws IOException {
    write("orders", referring("zones.order_id"));
    write("zones", referring("areas.order_id").replace("orders", "zones"));
    write("areas", referring("orders.order_id").replaceAll("orders\\b(?!\\.)", "areas"));
    write("spare", referring("orders.order_id").replaceAll("orders\\b(?!\\.)", "spare"));
    assertEquals(
        """
        3 errors:
          areas.yaml: relationships: must not lead back to areas
          orders.yaml: relationships: must not lead back to orders
          zones.yaml: relationships: must not lead back to zones\
        """,
        refusal());
  }

  @Test
  void referenceToItselfIsRefused() throws IOException {
    write("orders", referring("orders.order_id"));
    assertEquals("1 error:\n  orders.yaml: relationships: must not lead back to orders", refusal());
  }

  @Test
  void folderWithoutContractsIsRefused() {
    assertEquals("1 error:\n  " + folder + ": no contract (*.yaml) in it", refusal());
    Path missing = folder.resolve("missing");
    var e = assertThrows(ValidationErrors.ValidationException.class, () -> Contracts.read(missing));
    assertEquals(
        "1 error:\n  " + missing + ": no such folder; it holds one contract a source",
        e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"conf/contracts", "src/demo/real/contracts"})
  void contractsOfProjectAreSound(String project) throws IOException {
    Contracts contracts = Contracts.read(Path.of(project));
    try (Stream<Path> files = Files.list(Path.of(project))) {
      assertEquals(
          files.map(file -> file.getFileName().toString()).sorted().toList(),
          contracts.inOrder().stream().map(contract -> contract.id() + ".yaml").sorted().toList());
    }
    for (Contract contract : contracts.inOrder()) {
      for (String reference : contract.references()) {
        assertTrue(contracts.inOrder().indexOf(contracts.get(reference)) >= 0);
        assertTrue(
            contracts.inOrder().indexOf(contracts.get(reference))
                < contracts.inOrder().indexOf(contract),
            contract.id() + " after " + reference);
      }
    }
  }

  private static Arguments change(String from, String to, String... errors) {
    return arguments(from, to, List.of(errors));
  }

  private static String changed(String from, String to) {
    int at = SOUND.indexOf(from);
    assertTrue(at >= 0 && at == SOUND.lastIndexOf(from), from + " stands there once");
    return SOUND.replace(from, to);
  }

  private static String referring(String to) {
    return changed("enum: [{value: acme}, {value: globex}]", "relationships: [{to: " + to + "}]");
  }

  private static String named(String id) {
    return SOUND.replace("orders", id);
  }

  private static Field field(Contract contract, String name) {
    return contract.field(name).orElseThrow();
  }

  private void write(String id, String yaml) throws IOException {
    write(id, yaml, ".yaml");
  }

  private void write(String id, String text, String ending) throws IOException {
    Files.writeString(folder.resolve(id + ending), text);
  }

  private Contract read(String yaml) throws IOException {
    write("orders", yaml);
    return Contracts.read(folder).get("orders");
  }

  /** Why the folder's contracts are refused. */
  private String refusal() {
    return assertThrows(ValidationErrors.ValidationException.class, () -> Contracts.read(folder))
        .getMessage();
  }

  /** The errors of {@code orders.yaml}, its name left out. */
  private List<String> faultsOf(String yaml) throws IOException {
    return linesOf(yaml).stream()
        .map(
            line -> {
              assertTrue(line.startsWith("orders.yaml: "), line);
              return line.substring("orders.yaml: ".length());
            })
        .toList();
  }

  private List<String> linesOf(String yaml) throws IOException {
    write("orders", yaml);
    ValidationErrors errors = new ValidationErrors();
    Optional<Contract> contract = new ContractReader(errors).read(folder.resolve("orders.yaml"));
    assertEquals(errors.isEmpty(), contract.isPresent());
    return errors.all();
  }
}
