package io.sluice.refine;

import io.sluice.contract.Arrival;
import io.sluice.contract.ChangePolicy;
import io.sluice.contract.Contract;
import io.sluice.engine.NativeRow;
import io.sluice.engine.RowExpressions;
import io.sluice.engine.RowExpressions.Telling;
import io.sluice.ingest.Bronze;
import java.io.Serializable;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.unsafe.types.UTF8String;

/** Tells what the records of an arrival do to the rows of their keys: set or delete them. */
final class ChangeReader implements Serializable {
  private static final long serialVersionUID = 1L;

  private static final Set<String> SETTING =
      Set.of("c", "r", "u", "i", "insert", "update", "upsert", "create", "read", "replace");

  private static final Set<String> DELETING = Set.of("d", "delete", "remove");

  private final RowExpressions expression;
  private final String sql;
  private final Telling telling;

  private ChangeReader(RowExpressions expression, String sql, Telling telling) {
    this.expression = expression;
    this.sql = sql;
    this.telling = telling;
  }

  /**
   * A reader of an arrival's records; empty if none of the contract's records deletes.
   *
   * @param columns the raw columns, in their order
   */
  static Optional<ChangeReader> of(
      SparkSession spark, Contract contract, Arrival arrival, List<String> columns) {
    ChangePolicy changes = contract.changes();
    if (!changes.hasDeletes()) {
      return Optional.empty();
    }
    String sql = changes.telling(arrival).orElse("null");
    DataType type = changes.deleteWhen() == null ? DataTypes.StringType : DataTypes.BooleanType;
    return Optional.of(
        new ChangeReader(
            FieldExpressions.single(spark, columns, sql, type),
            sql,
            contract.isProtected() ? Telling.KIND : Telling.MESSAGE));
  }

  /** Whether a record that could not be read only repeats that its key's row is gone. */
  static boolean saysNothing(UTF8String problem) {
    return problem != null && problem.toString().equals(Bronze.NO_VALUE);
  }

  /**
   * Whether a record deletes. One that does not say sets its row, as those of a first delivery do.
   *
   * @param input the raw columns
   */
  boolean deletes(NativeRow input, Findings findings) {
    Object told;
    try {
      told = expression.eval(0, input);
    } catch (RowExpressions.FailedException e) {
      findings.addReason("", "operation", sql + " fails: " + e.told(telling));
      return false;
    }
    if (told == null || told instanceof Boolean) {
      return Boolean.TRUE.equals(told);
    }
    String operation = told.toString().trim().toLowerCase(Locale.ROOT);
    if (!SETTING.contains(operation) && !DELETING.contains(operation)) {
      findings.addReason(
          "", "operation", sql + " gives what is no operation: none of insert, update, delete");
    }
    return DELETING.contains(operation);
  }
}
