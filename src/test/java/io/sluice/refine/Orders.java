package io.sluice.refine;

import io.sluice.contract.Contract;
import io.sluice.contract.Contracts;
import io.sluice.ingest.Bronze;
import io.sluice.testing.LocalSpark;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/** A small contract with every kind of rule, and bronze rows of it. */
final class Orders {
  static final byte[] SECRET =
      "a key of tests, 32 bytes long or more".getBytes(StandardCharsets.UTF_8);

  private static final String YAML =
      """
      apiVersion: v3.2.0
      kind: DataContract
      id: orders
      name: Orders
      version: 1.0.0
      status: active
      schema:
        - name: orders
          logicalType: object
          properties:
            - name: id
              logicalType: string
              required: true
              primaryKey: true
              logicalTypeOptions: {pattern: "PO-[0-9]+", minLength: 4, maxLength: 6}
            - name: day
              logicalType: date
              required: true
            - name: amount
              logicalType: number
              physicalType: DECIMAL(6,2)
              logicalTypeOptions: {minimum: 0, exclusiveMaximum: 1000}
            - name: address
              logicalType: object
              properties:
                - {name: city, logicalType: string}
                - {name: floor, logicalType: integer}
            - name: tags
              logicalType: array
              items: {logicalType: integer}
            - name: kind
              logicalType: string
              enum: [{value: buy}, {value: rent}]
            - name: vendor
              logicalType: string
              relationships: [{to: vendors.id}]
          quality:
            - {type: custom, engine: rule, name: rent_is_cheap,
               implementation: "kind <> 'rent' or amount < 10"}
      customProperties:
        - {property: orderingColumn, value: day}
        - property: arrivals
          value:
            - name: events
              format: json
              location: orders
              fields: {kind: "lower(trim(kind))"}
      """;

  private static final String PROTECTED_KIND =
      """
            - name: kind
              logicalType: string
              classification: restricted
              customProperties: [{property: protection, value: token}]
      """;

  private Orders() {}

  /** The contract. */
  static Contract contract(Path folder) throws IOException {
    return read(YAML, folder);
  }

  /** The same contract with a field of all columns that no expression reads. */
  static Contract withOthers(Path folder, String added) throws IOException {
    String fields = "fields: {kind: \"lower(trim(kind))\", others: _others}";
    return read(
        YAML.replace(
                    "    quality:\n", "      - {name: others, logicalType: string}\n    quality:\n")
                .replace("fields: {kind: \"lower(trim(kind))\"}", fields)
            + "  - {property: schemaPolicy, value: {added: "
            + added
            + "}}\n",
        folder);
  }

  /** The same contract, its field {@code kind} kept as a token. */
  static Contract protectedContract(Path folder) throws IOException {
    int from = YAML.indexOf("      - name: kind");
    int until = YAML.indexOf("      - name: vendor");
    return read(YAML.substring(0, from) + PROTECTED_KIND + YAML.substring(until), folder);
  }

  private static Contract read(String yaml, Path folder) throws IOException {
    Files.writeString(folder.resolve("orders.yaml"), yaml);
    Files.writeString(
        folder.resolve("vendors.yaml"),
        yaml.replace("orders", "vendors").replaceFirst("\n +relationships: .*", ""));
    return Contracts.read(folder).get("orders");
  }

  /** Bronze rows of JSON records, at positions from 1. */
  static Dataset<Row> bronze(String... records) {
    List<byte[]> stored = new ArrayList<>();
    for (String record : records) {
      stored.add(record.getBytes(StandardCharsets.UTF_8));
    }
    return bronze(stored);
  }

  /** Bronze rows of records as they are stored, at positions from 1. */
  static Dataset<Row> bronze(List<byte[]> records) {
    StructType schema = Bronze.schema();
    List<Row> rows = new ArrayList<>();
    for (byte[] record : records) {
      Object[] values = new Object[schema.size()];
      values[schema.fieldIndex("raw")] = record;
      values[schema.fieldIndex("arrival")] = "events";
      values[schema.fieldIndex("file")] = "events.jsonl";
      values[schema.fieldIndex("position")] = rows.size() + 1L;
      values[schema.fieldIndex("arrived_at")] = Timestamp.valueOf("2026-03-01 00:00:00");
      rows.add(RowFactory.create(values));
    }
    return LocalSpark.withoutS3().createDataFrame(rows, schema);
  }

  /** The reasons of judged rows as {@code field:rule}, in the order of their positions. */
  static List<List<String>> reasons(Dataset<Row> judged) {
    return judged.orderBy("_position").select("_reasons").collectAsList().stream()
        .map(
            row ->
                row.isNullAt(0)
                    ? List.<String>of()
                    : row.<Row>getList(0).stream()
                        .map(reason -> reason.getString(0) + ":" + reason.getString(1))
                        .toList())
        .toList();
  }
}
