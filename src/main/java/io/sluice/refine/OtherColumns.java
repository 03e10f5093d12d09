package io.sluice.refine;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.contract.GivenColumns;
import io.sluice.contract.SchemaPolicy;
import io.sluice.ingest.format.RawRecord;
import io.sluice.ingest.format.WantedFields;
import java.io.Serializable;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * What becomes of a record's columns that no expression reads: they are {@code _extra} if the
 * policy keeps them, and expressions may read all of them at once as {@link GivenColumns#OTHERS}. A
 * record's own column of that name comes first.
 *
 * <p>Cost: of records whose expressions do not ask for them, nothing.
 */
final class OtherColumns implements Serializable {
  private static final long serialVersionUID = 1L;

  private final int place;
  private final boolean isKept;

  OtherColumns(WantedFields wanted) {
    this.place = wanted.columns().indexOf(GivenColumns.OTHERS);
    this.isKept = wanted.policy().added() != SchemaPolicy.Added.IGNORE;
  }

  /** Fills in the JSON object of the record's other columns, in their order; null for none. */
  void fill(UTF8String[] columns, RawRecord record) {
    if (place < 0 || columns[place] != null || record.names().isEmpty()) {
      return;
    }
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    for (int i = 0; i < record.names().size(); i++) {
      object.put(record.names().get(i).toString(), record.extras().get(i).toString());
    }
    columns[place] = UTF8String.fromString(object.toString());
  }

  /** Adds them to what the contract does not know of the row. */
  void keep(RawRecord record, Findings findings) {
    if (isKept) {
      findings.addExtras(record.names(), record.extras());
    }
  }
}
