package io.sluice.ingest;

import io.sluice.contract.Contract;
import io.sluice.privacy.Cipher;
import io.sluice.table.TableSpec;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** The columns of every bronze table: a record as it was received, and where it came from. */
public final class Bronze {
  /** What names a delivery. */
  private static final String NAMED =
      "the path of its file, its folder or its manifest below the landing root.";

  /** The problem of a record of a topic that has no value: a tombstone. */
  public static final String NO_VALUE = "has no value (a tombstone)";

  private static final StructType SCHEMA =
      new StructType()
          .add(
              "raw",
              DataTypes.BinaryType,
              true,
              "The record's bytes; encrypted if the source has protected fields.")
          .add("arrival", DataTypes.StringType, true, "The arrival of the contract it came by.")
          .add(
              "file",
              DataTypes.StringType,
              true,
              "The file it stood in; of a Kafka record, topic/partition.")
          .add(
              "position",
              DataTypes.LongType,
              true,
              "The line it begins on, from 1 (Parquet: its row, from 0; Kafka: its offset).")
          .add(
              "header",
              DataTypes.StringType,
              true,
              "The header line of a CSV file; of a Kafka record its timestamp, key and headers as JSON.")
          .add(
              "problem",
              DataTypes.StringType,
              true,
              "Why the record could not be read whole; null if it could.")
          .add(
              "arrived_at",
              DataTypes.TimestampType,
              true,
              "When the file arrived; of a Kafka record, when it was ingested.")
          .add("run_id", DataTypes.StringType, true, "The run that ingested it.")
          .add(
              "batch",
              DataTypes.LongType,
              true,
              "The ingest commit it belongs to, counted from 0, files and topics by themselves.")
          .add("arrived_on", DataTypes.DateType, true, "The day of arrived_at.");

  /** The column of which delivery a record is part of, of a source whose deliveries replace. */
  public static final String DELIVERY = "delivery";

  private Bronze() {}

  /** The columns of any source's records. */
  public static StructType schema() {
    return SCHEMA;
  }

  /** The columns of a source's records. */
  public static StructType schema(Contract contract) {
    return contract.changes().isReplace()
        ? SCHEMA.add(DELIVERY, DataTypes.StringType, true, "The delivery it is part of: " + NAMED)
        : SCHEMA;
  }

  /**
   * What a source's records are encrypted with; empty for a source without protected fields.
   *
   * @throws IllegalArgumentException if it has protected fields, and there is no secret
   */
  static Optional<Cipher> cipher(Contract contract, Optional<byte[]> secret) {
    if (!contract.isProtected()) {
      return Optional.empty();
    }
    return Optional.of(
        Cipher.of(
            secret.orElseThrow(
                () ->
                    new IllegalArgumentException(
                        contract.id() + " has protected fields, so privacy.key must be set")),
            contract.id()));
  }

  /** How a bronze table is declared. */
  public static TableSpec spec(Contract contract) {
    TableSpec spec =
        new TableSpec(
            "Records of " + contract.id() + " as they were received.",
            schema(contract),
            List.of("arrived_on", "arrival"),
            List.of("arrived_at", "batch"));
    return contract.topics().isEmpty() ? spec : spec.oftenCommitted();
  }
}
