package io.sluice.refine;

import io.sluice.contract.Contract;
import io.sluice.contract.Field;
import io.sluice.contract.Field.Reference;
import io.sluice.engine.LocalRows;
import io.sluice.lineage.LineageRecorder;
import io.sluice.run.RunContext;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;

/**
 * Finds for typed rows at hand whether what their fields refer to is accepted, in this JVM: what
 * {@link References} judges them by. Cost: that of {@link AcceptedValues} for each reference.
 */
final class LocalReferences {
  private final List<Field> fields;
  private final StructType marks;
  private final List<AcceptedValues> accepted = new ArrayList<>();

  /**
   * @param bytes the most memory that may be taken
   */
  LocalReferences(RunContext context, Contract contract, long bytes) {
    this.fields = References.of(contract);
    this.marks = References.marks(contract);
    for (Field field : fields) {
      Reference to = field.reference().orElseThrow();
      DataType there = context.contracts().get(to.source()).field(to.field()).orElseThrow().type();
      if (field.type().equals(there) && AcceptedValues.isTold(there)) {
        accepted.add(new AcceptedValues(context, to, there, bytes / fields.size()));
      }
    }
  }

  /**
   * The rows with the columns of {@link References#marks}.
   *
   * @return empty if this JVM cannot tell: a source referred to has no table yet, or a value is to
   *     be compared with values of another type, or is a real number, or is no simple value
   */
  Optional<LocalRows> marked(LocalRows typed) {
    if (accepted.size() < fields.size()) {
      return Optional.empty();
    }
    List<Integer> columns =
        fields.stream().map(field -> typed.schema().fieldIndex(field.name())).toList();
    List<Set<Object>> found = new ArrayList<>();
    for (int i = 0; i < fields.size(); i++) {
      Set<Object> wanted = new HashSet<>();
      for (LocalRows.LocalRow row : typed) {
        wanted.add(value(row, columns, i));
      }
      wanted.remove(null);
      Optional<Set<Object>> told = accepted.get(i).among(wanted);
      if (told.isEmpty()) {
        return Optional.empty();
      }
      found.add(told.get());
    }
    return Optional.of(
        typed.with(
            marks,
            row -> {
              Object[] isFound = new Object[fields.size()];
              for (int i = 0; i < isFound.length; i++) {
                isFound[i] = found.get(i).contains(value(row, columns, i));
              }
              return isFound;
            }));
  }

  private Object value(LocalRows.LocalRow row, List<Integer> columns, int field) {
    return row.value(columns.get(field), fields.get(field).type());
  }

  /** Tells a recorder of the tables that told last. */
  void reads(LineageRecorder recorder) {
    accepted.forEach(one -> one.reads(recorder));
  }
}
