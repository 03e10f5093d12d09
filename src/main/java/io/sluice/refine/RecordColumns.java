package io.sluice.refine;

import static org.apache.spark.sql.functions.col;

import io.sluice.contract.Arrival;
import io.sluice.contract.Contract;
import io.sluice.engine.NativeColumns;
import io.sluice.engine.ParsedRow;
import io.sluice.ingest.Bronze;
import io.sluice.ingest.format.RecordParser;
import io.sluice.ingest.format.WantedFields;
import io.sluice.privacy.Cipher;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Takes bronze's records of one arrival apart into the raw columns that the contract reads.
 *
 * <p>Reads the columns of {@link Bronze}. Gives where each row came from ({@link #ORIGIN}), {@code
 * _extra} (the columns that the contract does not know, a map of texts), {@code _problem} (why the
 * record cannot be used: a struct of {@code field}, {@code rule} and {@code message}, else null)
 * and the raw columns as text, by their names.
 */
final class RecordColumns {
  /** Where a row came from, and its stored record. */
  static final List<String> ORIGIN =
      List.of("_arrival", "_file", "_position", "_arrived_at", "_header", "_unread", "_raw");

  private final Contract contract;
  private final Optional<byte[]> secret;
  private final Supplier<Map<Integer, String>> schemas;

  /**
   * @param secret opens the stored records, if the contract is protected
   * @param schemas the schemas that records may be written by, by number; asked for when rows are
   *     first taken apart
   */
  RecordColumns(
      Contract contract, Optional<byte[]> secret, Supplier<Map<Integer, String>> schemas) {
    this.contract = contract;
    this.secret = secret;
    this.schemas = schemas;
  }

  /** The columns that every step before the last carries along: origin, extra and problem. */
  static Stream<String> carried() {
    return Stream.concat(ORIGIN.stream(), Stream.of("_extra", "_problem"));
  }

  /** The raw columns of the records of an arrival. */
  Dataset<Row> of(Arrival arrival, Dataset<Row> bronze) {
    List<String> columns = contract.rawColumns(arrival);
    Column parsed =
        NativeColumns.ofMethod(
            parser(arrival),
            "parse",
            ParsedRow.TYPE,
            bronze.col("raw"),
            bronze.col("header"),
            bronze.col("problem"));
    List<Column> raw = new ArrayList<>();
    ORIGIN.forEach(name -> raw.add(col(name)));
    raw.add(col("_parsed.extra").as("_extra"));
    raw.add(col("_parsed.problem").as("_problem"));
    for (int i = 0; i < columns.size(); i++) {
      raw.add(col("_parsed.values").getItem(i).as(columns.get(i)));
    }
    return bronze
        .where(col("arrival").equalTo(arrival.name()))
        .select(
            parsed.as("_parsed"),
            col("arrival").as("_arrival"),
            col("file").as("_file"),
            col("position").as("_position"),
            col("arrived_at").as("_arrived_at"),
            col("header").as("_header"),
            col("problem").as("_unread"),
            col("raw").as("_raw"))
        .select(raw.toArray(Column[]::new));
  }

  private RecordParser parser(Arrival arrival) {
    return new RecordParser(
        WantedFields.of(contract, arrival, schemas.get()),
        contract.isProtected() ? Cipher.of(secret.orElseThrow(), contract.id()) : null);
  }
}
