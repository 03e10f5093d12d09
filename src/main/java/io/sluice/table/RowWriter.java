package io.sluice.table;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.CatalystTypeConverters;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.delta.actions.AddFile;
import org.apache.spark.sql.types.StructType;

/**
 * Writes rows that are in this JVM into files of one table without a job; {@link
 * TableTransaction#append(RowWriter, io.sluice.engine.LocalRows)} takes it.
 *
 * <p>To be kept from transaction to transaction: what does not change between them is made once,
 * and anew when the table's columns have changed. Not for several tables, nor for several threads
 * at once.
 */
public final class RowWriter {
  private LocalFiles files;

  /** Writes rows of all the table's columns, in its order. */
  List<AddFile> write(LakeTable table, Delta.Transaction txn, List<InternalRow> rows) {
    if (files == null || !files.fits(txn)) {
      files = new LocalFiles(table.spark(), table, txn);
    }
    return files.write(rows);
  }

  /**
   * Rows in Spark's internal form, with the columns of a table in its order.
   *
   * @param schema the rows' columns; those of the table that they lack are null
   * @param columns the table's
   */
  static List<InternalRow> converted(StructType schema, List<Row> rows, StructType columns) {
    var converter = CatalystTypeConverters.createToCatalystConverter(schema);
    Set<String> have = Set.of(schema.fieldNames());
    int[] places =
        Arrays.stream(columns.fieldNames())
            .mapToInt(name -> have.contains(name) ? schema.fieldIndex(name) : -1)
            .toArray();
    List<InternalRow> converted = new ArrayList<>(rows.size());
    for (Row row : rows) {
      InternalRow values = (InternalRow) converter.apply(row);
      Object[] placed =
          Arrays.stream(places)
              .mapToObj(at -> at < 0 ? null : values.get(at, schema.apply(at).dataType()))
              .toArray();
      converted.add(new GenericInternalRow(placed));
    }
    return converted;
  }
}
