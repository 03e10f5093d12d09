package io.sluice.refine;

import io.sluice.contract.Field;
import io.sluice.engine.NativeRow;
import io.sluice.engine.RowExpressions;
import io.sluice.engine.RowExpressions.Telling;
import io.sluice.engine.value.ValueFormat;
import io.sluice.engine.value.Values;
import io.sluice.ingest.format.RawRecord;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.unsafe.types.UTF8String;

/** Gives a field's value of a record: a raw column as it stands, or what an expression makes. */
final class FieldValue implements Serializable {
  private static final long serialVersionUID = 1L;

  private final String name;
  private final ShapeReader reader;
  private final DataType type;
  private final boolean isRequired;
  private final ValueFormat format;
  private final int column;
  private final Computed computed;

  /**
   * How a value is computed.
   *
   * @param index of the expression
   * @param sql for people
   * @param reads the places of the raw columns that it reads
   * @param telling how much of its failure is told
   */
  record Computed(
      RowExpressions expressions, int index, String sql, List<Integer> reads, Telling telling)
      implements Serializable {}

  private FieldValue(Field field, int column, Computed computed) {
    this.name = field.name();
    this.reader = new ShapeReader(field.shape());
    this.type = field.type();
    this.isRequired = field.isRequired();
    this.format = field.shape().format();
    this.column = column;
    this.computed = computed;
  }

  /** A field that is a raw column as it stands. */
  static FieldValue plain(Field field, int column) {
    return new FieldValue(field, column, null);
  }

  static FieldValue computed(Field field, Computed how) {
    return new FieldValue(field, -1, how);
  }

  /** The value, judged by all rules of its field; null if there is none or it does not fit. */
  Object read(RawRecord record, UTF8String[] columns, NativeRow input, Findings findings) {
    findings.begin(name);
    if (computed != null) {
      return compute(columns, input, findings);
    }
    UTF8String text = columns[column];
    if (text == null) {
      return absent("must not be null", findings);
    }
    if (record.isQuoted(column) && reader.isNested()) {
      reader.misfit(name, findings);
      return null;
    }
    return reader.read(text, name, findings);
  }

  private Object absent(String message, Findings findings) {
    if (isRequired) {
      findings.add(name, "required", message);
    }
    return null;
  }

  private Object compute(UTF8String[] columns, NativeRow input, Findings findings) {
    Object value;
    try {
      value = computed.expressions.eval(computed.index, input);
    } catch (RowExpressions.FailedException e) {
      findings.add(name, "type", computed.sql + " fails: " + e.told(computed.telling));
      return null;
    }
    if (value == null) {
      boolean isMade = computed.reads.stream().anyMatch(place -> columns[place] != null);
      return absent(
          isMade
              ? "must not be null: " + computed.sql + " gives null of what is there"
              : "must not be null",
          findings);
    }
    DataType from = computed.expressions.type(computed.index);
    if (from.equals(type) && !(type instanceof StringType)) {
      if (!Values.isHeld(value, type, format)) {
        reader.misfit(name, findings);
        return null;
      }
      reader.judge(value, name, findings);
      return value;
    }
    return reader.read(UTF8String.fromString(value.toString()), name, findings);
  }
}
