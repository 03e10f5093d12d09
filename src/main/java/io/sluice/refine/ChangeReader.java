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

/** Tells what the records of an arrival do to rows: set or delete that of their key, or all. */
final class ChangeReader implements Serializable {
  private static final long serialVersionUID = 1L;

  private static final Set<String> SETTING =
      Set.of("c", "r", "u", "i", "insert", "update", "upsert", "create", "read", "replace");

  private static final Set<String> DELETING = Set.of("d", "delete", "remove");

  private static final Set<String> ENDING_ALL = Set.of("t", "truncate");

  /** What a record does. */
  enum Effect {
    /** Sets the row of its key. */
    SET,
    /** Ends the row of its key. */
    DELETE,
    /** Ends all rows that stand before it. */
    TRUNCATE
  }

  private final RowExpressions expression;
  private final String sql;
  private final Telling telling;
  private final String keeps;

  /**
   * @param keeps the contract's property because of which rows cannot be ended all at once; null
   *     for none
   */
  private ChangeReader(RowExpressions expression, String sql, Telling telling, String keeps) {
    this.expression = expression;
    this.sql = sql;
    this.telling = telling;
    this.keeps = keeps;
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
            contract.isProtected() ? Telling.KIND : Telling.MESSAGE,
            changes.keepsDeleted()
                ? "deletes: keep"
                : contract.keepsHistory() ? "history: true" : null));
  }

  /** Whether a record that could not be read only repeats that its key's row is gone. */
  static boolean saysNothing(UTF8String problem) {
    return problem != null && problem.toString().equals(Bronze.NO_VALUE);
  }

  /**
   * What a record does. One that does not say sets its row, as those of a first delivery do.
   *
   * @param input the raw columns
   */
  Effect effect(NativeRow input, Findings findings) {
    Object told;
    try {
      told = expression.eval(0, input);
    } catch (RowExpressions.FailedException e) {
      findings.addReason("", "operation", sql + " fails: " + e.told(telling));
      return Effect.SET;
    }
    if (told == null || told instanceof Boolean) {
      return Boolean.TRUE.equals(told) ? Effect.DELETE : Effect.SET;
    }
    String operation = told.toString().trim().toLowerCase(Locale.ROOT);
    if (DELETING.contains(operation)) {
      return Effect.DELETE;
    }
    if (ENDING_ALL.contains(operation)) {
      if (keeps != null) {
        findings.addReason(
            "",
            "operation",
            sql
                + " gives a truncation, which ends all rows: with "
                + keeps
                + " it is not carried out; delete the rows at the source, one by one");
      }
      return Effect.TRUNCATE;
    }
    if (!SETTING.contains(operation)) {
      findings.addReason(
          "",
          "operation",
          sql + " gives what is no operation: none of insert, update, delete, truncate");
    }
    return Effect.SET;
  }
}
