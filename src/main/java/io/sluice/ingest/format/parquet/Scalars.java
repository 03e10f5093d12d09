package io.sluice.ingest.format.parquet;

import com.fasterxml.jackson.core.io.NumberOutput;
import io.sluice.ingest.format.UnreadableFileException;
import io.sluice.ingest.format.parquet.SchemaElement.Physical;
import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * Writes plain values by their column's type, with all that they hold.
 *
 * <p>Integers, decimals and floating-point numbers are JSON numbers, booleans JSON's own; all else
 * is a JSON string: text, dates and times in ISO 8601 with as many digits of a second as are not
 * zero, UUIDs, durations; bytes that are no text in Base64. A floating-point number of fewer bits
 * is written as the one of 64 bits that it is: 0.1 of 32 bits is 0.10000000149011612.
 */
final class Scalars {
  /** No decimal is read that may have more digits. */
  private static final int MOST_DIGITS = 500;

  /** As many bytes hold {@value #MOST_DIGITS} digits. */
  private static final int MOST_DECIMAL_BYTES = 208;

  private static final int UUID_BYTES = 16;
  private static final int INTERVAL_BYTES = 12;

  private Scalars() {}

  /**
   * What writes a column's values.
   *
   * @param path the column's name, for people
   * @throws UnreadableFileException if it is of a type that is not read
   */
  static Scalar of(SchemaElement column, String path) throws UnreadableFileException {
    boolean isFixed = column.type() == Physical.FIXED_LEN_BYTE_ARRAY;
    if (isFixed && (column.typeLength() < 1 || column.typeLength() > Pages.MOST_BYTES)) {
      throw new UnreadableFileException(
          "column " + path + " has values of " + column.typeLength() + " bytes");
    }
    Annotation annotation = column.annotation();
    Scalar scalar =
        switch (annotation.kind()) {
          case NONE, NULL -> plain(column.type(), path);
          case TEXT -> column.type().hasBytes() ? text(path) : null;
          case BYTES -> column.type().hasBytes() ? (value, record) -> record.base64(value) : null;
          case DECIMAL -> decimal(column, path);
          case DATE -> column.type() == Physical.INT32 ? Times::date : null;
          case TIME -> isTime(column) ? Times.ofDay(annotation, path) : null;
          case TIMESTAMP -> column.type() == Physical.INT64 ? Times.timestamp(annotation) : null;
          case INTEGER -> integer(column);
          case UUID -> isFixed && column.typeLength() == UUID_BYTES ? Scalars::uuid : null;
          case FLOAT16 -> isFixed && column.typeLength() == Short.BYTES ? Scalars::half : null;
          case INTERVAL ->
              isFixed && column.typeLength() == INTERVAL_BYTES ? Scalars::interval : null;
          case LIST, MAP, UNKNOWN -> null;
        };
    if (scalar == null) {
      throw new UnreadableFileException("column " + path + " is of a type that is not read");
    }
    return scalar;
  }

  private static boolean isTime(SchemaElement column) {
    return column.type()
        == (column.annotation().secondDigits() == 3 ? Physical.INT32 : Physical.INT64);
  }

  private static Scalar plain(Physical type, String path) {
    return switch (type) {
      case BOOLEAN -> (value, record) -> record.write(value.number == 0 ? "false" : "true");
      case INT32, INT64 -> (value, record) -> record.write(Long.toString(value.number));
      case INT96 -> Times.int96(path);
      case FLOAT -> (value, record) -> real(Float.intBitsToFloat((int) value.number), record);
      case DOUBLE -> (value, record) -> real(Double.longBitsToDouble(value.number), record);
      case BYTE_ARRAY, FIXED_LEN_BYTE_ARRAY -> Scalars::bytes;
    };
  }

  private static Scalar integer(SchemaElement column) {
    int bits = column.annotation().bits();
    Physical type = bits == Long.SIZE ? Physical.INT64 : Physical.INT32;
    if (column.type() != type || (bits != 8 && bits != 16 && bits != 32 && bits != 64)) {
      return null;
    }
    if (column.annotation().isSigned()) {
      return plain(type, "");
    }
    return type == Physical.INT64
        ? (value, record) -> record.write(Long.toUnsignedString(value.number))
        : (value, record) -> record.write(Integer.toUnsignedString((int) value.number));
  }

  /** A number as the shortest text that stands for no other one of 64 bits. */
  private static void real(double number, RecordText record) {
    if (Double.isFinite(number)) {
      record.write(NumberOutput.toString(number, true));
    } else {
      record.quoted(Double.toString(number));
    }
  }

  private static void half(Cell value, RecordText record) {
    real(Half.value((short) Times.littleEndian(value, 0, Short.BYTES)), record);
  }

  private static Scalar decimal(SchemaElement column, String path) throws UnreadableFileException {
    int scale = column.annotation().scale();
    int precision = column.annotation().precision();
    if (precision > MOST_DIGITS || scale > MOST_DIGITS) {
      throw new UnreadableFileException(
          "column " + path + " has decimals of more than " + MOST_DIGITS + " digits");
    }
    if (precision < 1 || scale < 0) {
      return null;
    }
    return switch (column.type()) {
      case INT32, INT64 ->
          (value, record) -> record.write(BigDecimal.valueOf(value.number, scale).toPlainString());
      case BYTE_ARRAY, FIXED_LEN_BYTE_ARRAY ->
          (value, record) -> {
            if (value.length == 0 || value.length > MOST_DECIMAL_BYTES) {
              record.broken("column " + path + ": a decimal of " + value.length + " bytes");
              record.base64(value);
            } else {
              BigInteger unscaled = new BigInteger(value.bytes, value.offset, value.length);
              record.write(new BigDecimal(unscaled, scale).toPlainString());
            }
          };
      default -> null;
    };
  }

  private static Scalar text(String path) {
    return (value, record) -> {
      if (record.isText(value)) {
        record.text(value);
      } else {
        record.broken("column " + path + ": not valid UTF-8");
        record.base64(value);
      }
    };
  }

  /** Bytes of no stated meaning: many writers leave it out for text. */
  private static void bytes(Cell value, RecordText record) {
    if (record.isText(value)) {
      record.text(value);
    } else {
      record.base64(value);
    }
  }

  private static void uuid(Cell value, RecordText record) {
    record.write('"');
    for (int i = 0; i < UUID_BYTES; i++) {
      if (i == 4 || i == 6 || i == 8 || i == 10) {
        record.write('-');
      }
      int b = value.bytes[value.offset + i] & 0xFF;
      record.write(Character.forDigit(b >> 4, 16));
      record.write(Character.forDigit(b & 0x0F, 16));
    }
    record.write('"');
  }

  /** A duration in ISO 8601: months, days and milliseconds, each for itself. */
  private static void interval(Cell value, RecordText record) {
    long months = Times.littleEndian(value, 0, Integer.BYTES);
    long days = Times.littleEndian(value, Integer.BYTES, Integer.BYTES);
    long millis = Times.littleEndian(value, 2 * Integer.BYTES, Integer.BYTES);
    record.write("\"P" + months + "M" + days + "DT" + millis / 1000);
    Times.fraction(millis % 1000, 3, record);
    record.write("S\"");
  }
}
