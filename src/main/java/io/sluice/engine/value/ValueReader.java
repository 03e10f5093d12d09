package io.sluice.engine.value;

import java.io.Serializable;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DateType;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.DoubleType;
import org.apache.spark.sql.types.FloatType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.TimestampType;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * Reads texts as values of one plain type. Blanks and tabs around a value that is no string are
 * passed over.
 *
 * <p>Guarantee: a value that is given is the one that the text states; nothing is thrown, whatever
 * the text. Cost: bounded by the text's length; a number of more than {@link Numbers#MAX_LENGTH}
 * characters is refused.
 */
public interface ValueReader extends Serializable {
  /**
   * The value in Spark's internal form (an Integer for a DATE, microseconds as a Long for a
   * TIMESTAMP); null if the text states none of the type.
   */
  Object read(UTF8String text);

  /** What a text must be, for people: "a date in ISO 8601, such as 2026-03-01". */
  String expected();

  /**
   * The reader of a type.
   *
   * @throws IllegalArgumentException if the type is not a plain one, or the format's pattern is
   *     none
   */
  static ValueReader of(DataType type, ValueFormat format) {
    if (type instanceof StringType) {
      return new Strings();
    }
    if (type instanceof BooleanType) {
      return new Booleans(format);
    }
    if (type instanceof DateType) {
      return format.pattern() == null ? new IsoDates() : FormattedTimes.dates(format);
    }
    if (type instanceof TimestampType) {
      return format.pattern() == null
          ? new IsoTimestamps(format.zone())
          : FormattedTimes.timestamps(format);
    }
    if (type instanceof DecimalType decimal) {
      return new Decimals(decimal, format);
    }
    if (type instanceof DoubleType || type instanceof FloatType) {
      return new Reals(type, format);
    }
    return new Integers(type, format);
  }
}
