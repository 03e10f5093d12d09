package io.sluice.refine;

import static io.sluice.engine.Columns.named;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.transform_values;
import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.when;

import io.sluice.contract.Contract;
import io.sluice.contract.Field;
import io.sluice.privacy.Cipher;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.expressions.UserDefinedFunction;
import org.apache.spark.sql.types.DataTypes;

/**
 * Gives judged rows the form in which tables keep them: protected fields as tokens or ciphertext,
 * the stored record for broken rows only.
 *
 * <p>Reads what {@link References} give. Gives the contract's fields, {@link Refiner#origin},
 * {@code _extra}, {@code _reasons} and {@link References#WAITS_FOR}. A protected field of a broken
 * row is null: quarantine keeps the stored record, which is encrypted.
 */
final class ProtectedColumns {
  /** What only quarantine keeps: the shuffle carries it for broken rows alone. */
  private static final Set<String> QUARANTINED = Set.of("_header", "_unread", "_raw");

  private final Contract contract;
  private final Optional<byte[]> secret;

  /**
   * @param secret what the ciphers' keys are derived from; needed if the contract is protected
   */
  ProtectedColumns(Contract contract, Optional<byte[]> secret) {
    this.contract = contract;
    this.secret = secret;
  }

  /** The rows as silver and quarantine keep them. */
  Dataset<Row> of(Dataset<Row> judged) {
    List<Column> columns = new ArrayList<>();
    for (Field field : contract.fields()) {
      columns.add(kept(field).as(field.name()));
    }
    for (String name : Refiner.origin(contract).keySet()) {
      columns.add(
          QUARANTINED.contains(name)
              ? when(col("_reasons").isNotNull(), col(name)).as(name)
              : col(name));
    }
    columns.add(extra().as("_extra"));
    columns.add(col("_reasons"));
    columns.add(col(References.WAITS_FOR));
    if (contract.changes().hasDeletes()) {
      columns.add(col(Refiner.DELETED));
    }
    return judged.select(columns.toArray(Column[]::new));
  }

  private Column kept(Field field) {
    Column value = named(field.name());
    if (!field.isProtected()) {
      return value;
    }
    Cipher cipher = cipher(field.name());
    UDF1<String, String> protect =
        field.protection() == Field.Protection.TOKEN
            ? text -> text == null ? null : cipher.token(text)
            : text -> text == null ? null : cipher.encrypt(text);
    return when(col("_reasons").isNull(), udf(protect, DataTypes.StringType).apply(value));
  }

  /**
   * The unknown columns. Nobody has classified them yet, so all are encrypted if the contract
   * protects any field.
   */
  private Column extra() {
    if (!contract.isProtected()) {
      return col("_extra");
    }
    Cipher cipher = cipher("_extra");
    UDF1<String, String> encrypt = text -> text == null ? null : cipher.encrypt(text);
    UserDefinedFunction protect = udf(encrypt, DataTypes.StringType);
    return transform_values(col("_extra"), (name, value) -> protect.apply(value));
  }

  private Cipher cipher(String column) {
    return Cipher.of(secret.orElseThrow(), contract.id() + "." + column);
  }
}
