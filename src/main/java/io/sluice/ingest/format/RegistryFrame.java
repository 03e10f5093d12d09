package io.sluice.ingest.format;

import static org.apache.spark.sql.functions.conv;
import static org.apache.spark.sql.functions.hex;
import static org.apache.spark.sql.functions.length;
import static org.apache.spark.sql.functions.substring;
import static org.apache.spark.sql.functions.when;

import java.nio.ByteBuffer;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.types.DataTypes;

/**
 * What stands before the data of a record whose schema a registry has, as Confluent's serializers
 * write it: a zero byte, and four bytes of the number that the registry gave to the schema.
 */
public final class RegistryFrame {
  /** The bytes before the data. */
  public static final int LENGTH = 5;

  private RegistryFrame() {}

  /**
   * The number of the schema that a record says it was written by.
   *
   * @param format what the data is, for people
   * @throws BrokenRecordException if the record does not begin so
   */
  public static int schemaNumber(byte[] record, String format) throws BrokenRecordException {
    if (record.length < LENGTH) {
      throw BrokenRecordException.whole(
          "has "
              + record.length
              + " bytes; "
              + format
              + " data begins with a zero byte and a number");
    }
    if (record[0] != 0) {
      throw BrokenRecordException.whole(
          "begins with byte " + record[0] + "; " + format + " data begins with a zero byte");
    }
    return ByteBuffer.wrap(record, 1, Integer.BYTES).getInt();
  }

  /** The same of a column of records; null for one that does not begin so. */
  public static Column schemaNumber(Column record) {
    return when(
        length(record).geq(LENGTH).and(substring(record, 1, 1).equalTo(new byte[] {0})),
        conv(hex(substring(record, 2, Integer.BYTES)), 16, 10)
            .cast(DataTypes.LongType)
            .cast(DataTypes.IntegerType));
  }
}
