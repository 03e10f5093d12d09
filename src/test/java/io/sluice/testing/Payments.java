package io.sluice.testing;

import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Card transactions in tests. */
public final class Payments {
  /** The columns of silver that alerts and features read. */
  public static final StructType SILVER =
      new StructType()
          .add("transaction_id", DataTypes.StringType)
          .add("day", DataTypes.DateType)
          .add("event_time", DataTypes.TimestampType)
          .add("user_id", DataTypes.StringType)
          .add("amount", DataTypes.createDecimalType(12, 2))
          .add("_file", DataTypes.StringType)
          .add("_position", DataTypes.LongType);

  private Payments() {}
}
