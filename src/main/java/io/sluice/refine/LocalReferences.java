package io.sluice.refine;

import io.sluice.contract.Contract;
import io.sluice.contract.Field;
import io.sluice.contract.Reference;
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
 * Finds for typed rows at hand whether what they refer to is accepted, in this JVM: what {@link
 * References} judges them by. Cost: that of {@link AcceptedValues} for each reference.
 */
final class LocalReferences {
  private final List<Reference> references;
  private final StructType marks;
  private final List<AcceptedValues> accepted = new ArrayList<>();

  /**
   * @param bytes the most memory that may be taken
   */
  LocalReferences(RunContext context, Contract contract, long bytes) {
    this.references = contract.references();
    this.marks = References.marks(contract);
    for (Reference reference : references) {
      List<DataType> here = types(contract, reference.fields());
      Contract parent = context.contracts().get(reference.source());
      if (here.equals(types(parent, reference.to()))
          && here.stream().allMatch(AcceptedValues::isTold)) {
        accepted.add(new AcceptedValues(context, reference, here, bytes / references.size()));
      }
    }
  }

  private static List<DataType> types(Contract contract, List<String> fields) {
    return fields.stream()
        .map(name -> contract.field(name).map(Field::type).orElseThrow())
        .toList();
  }

  /**
   * The rows with the columns of {@link References#marks}.
   *
   * @return empty if this JVM cannot tell: a source referred to has no table yet, or a value is to
   *     be compared with values of another type, or is a real number, or is no simple value
   */
  Optional<LocalRows> marked(LocalRows typed) {
    if (accepted.size() < references.size()) {
      return Optional.empty();
    }
    List<List<Integer>> columns =
        references.stream()
            .map(reference -> reference.fields().stream().map(typed.schema()::fieldIndex).toList())
            .toList();
    List<Set<Object>> found = new ArrayList<>();
    for (int i = 0; i < accepted.size(); i++) {
      Set<Object> wanted = new HashSet<>();
      for (LocalRows.LocalRow row : typed) {
        wanted.add(accepted.get(i).value(row, columns.get(i)));
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
              Object[] isFound = new Object[accepted.size()];
              for (int i = 0; i < isFound.length; i++) {
                isFound[i] = found.get(i).contains(accepted.get(i).value(row, columns.get(i)));
              }
              return isFound;
            }));
  }

  /** Tells a recorder of the tables that told last. */
  void reads(LineageRecorder recorder) {
    accepted.forEach(one -> one.reads(recorder));
  }
}
