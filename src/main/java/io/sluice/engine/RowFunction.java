package io.sluice.engine;

import java.io.Serializable;
import org.apache.spark.sql.catalyst.InternalRow;

/** A function from a row to a row that Spark's generated code calls; for one thread. */
public interface RowFunction extends Serializable {
  /** The row that is made of a row; it must not throw whatever the row holds. */
  NativeRow apply(LocalRows.LocalRow row);

  /** What Spark calls. */
  default NativeRow call(InternalRow row) {
    return apply(new LocalRows.LocalRow(row));
  }
}
