package io.sluice.contract;

import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** What becomes of values, and of those who read them, when a column gets another type. Pure. */
public enum TypeChange {
  /** The type is the same. */
  NONE,
  /** An object inside has got members; all that was there is as it was. */
  MEMBERS_ADDED,
  /** A number can be greater or have more digits; each value is as it was. */
  WIDER,
  /** A day has become its first moment: nothing is lost, and who compares days finds none. */
  FINER,
  /** Values may be lost or read otherwise; or a member inside is gone. */
  OTHER;

  private static final List<DataType> WHOLE =
      List.of(DataTypes.ByteType, DataTypes.ShortType, DataTypes.IntegerType, DataTypes.LongType);

  /** The digits of the greatest number of each type in {@link #WHOLE}. */
  private static final List<Integer> DIGITS = List.of(3, 5, 10, 19);

  /** What a change of type is; of a nested one, the gravest inside. */
  public static TypeChange of(DataType from, DataType to) {
    if (from.equals(to)) {
      return NONE;
    }
    if (from instanceof StructType before && to instanceof StructType now) {
      return ofMembers(before, now);
    }
    if (from instanceof ArrayType before && to instanceof ArrayType now) {
      return of(before.elementType(), now.elementType());
    }
    if (from instanceof MapType before && to instanceof MapType now) {
      return graver(of(before.keyType(), now.keyType()), of(before.valueType(), now.valueType()));
    }
    if (from.equals(DataTypes.DateType) && to.equals(DataTypes.TimestampType)) {
      return FINER;
    }
    return isWider(from, to) ? WIDER : OTHER;
  }

  private static TypeChange ofMembers(StructType from, StructType to) {
    List<String> names = Arrays.asList(to.fieldNames());
    // Members in another order are the same members, and not the same Parquet.
    TypeChange gravest = names.equals(Arrays.asList(from.fieldNames())) ? NONE : MEMBERS_ADDED;
    for (StructField member : from.fields()) {
      gravest =
          graver(
              gravest,
              names.contains(member.name())
                  ? of(member.dataType(), to.apply(member.name()).dataType())
                  : OTHER);
    }
    return gravest;
  }

  private static TypeChange graver(TypeChange one, TypeChange other) {
    return one.compareTo(other) >= 0 ? one : other;
  }

  private static boolean isWider(DataType from, DataType to) {
    int whole = WHOLE.indexOf(from);
    if (to instanceof DecimalType now) {
      int before = now.precision() - now.scale();
      return from instanceof DecimalType was
          ? was.scale() <= now.scale() && was.precision() - was.scale() <= before
          : whole >= 0 && DIGITS.get(whole) <= before;
    }
    if (to.equals(DataTypes.DoubleType)) {
      // A double holds each whole number of 32 bits, not of 64.
      return from.equals(DataTypes.FloatType) || (whole >= 0 && whole < WHOLE.size() - 1);
    }
    return whole >= 0 && whole < WHOLE.indexOf(to);
  }

  /** Whether each value of before is a value of now, and means the same. */
  public boolean isLossless() {
    return this != OTHER;
  }

  /** Whether those who read the column by its type as it was are let down. */
  public boolean breaksReaders() {
    return this == FINER || this == OTHER;
  }
}
