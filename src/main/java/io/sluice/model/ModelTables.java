package io.sluice.model;

import io.sluice.lineage.LineageRecorder;
import io.sluice.run.RunContext;
import io.sluice.settings.ValidationErrors;
import io.sluice.table.LakeTable;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * The tables that a model reads and learns from, each at one version: whatever is committed
 * meanwhile is not read, and lineage and card name what was.
 *
 * @param versions of each table, by its name
 */
record ModelTables(Map<String, LakeTable> tables, SortedMap<String, Long> versions) {

  /**
   * The tables as they stand.
   *
   * @throws ValidationErrors.ValidationException if some do not exist; it names all of them
   */
  static ModelTables now(RunContext context, Model model) {
    Map<String, LakeTable> tables = new TreeMap<>();
    ValidationErrors errors = new ValidationErrors();
    Stream.concat(model.reads().stream(), model.learnsFrom().stream())
        .distinct()
        .forEach(
            name -> {
              LakeTable table = context.lake().named(name);
              if (!table.exists()) {
                errors.add("model " + model.name(), "reads " + name + ", which does not exist yet");
              }
              tables.put(name, table);
            });
    errors.throwIfAny();
    SortedMap<String, Long> versions = new TreeMap<>();
    tables.forEach((name, table) -> versions.put(name, table.version()));
    return new ModelTables(tables, versions);
  }

  LakeTable table(String name) {
    return tables.get(name);
  }

  /** A table at its version. */
  Dataset<Row> read(String name) {
    return tables.get(name).read(versions.get(name));
  }

  /** A table at its version, which the run's lineage names. */
  Dataset<Row> read(String name, LineageRecorder recorder) {
    Dataset<Row> rows = read(name);
    recorder.reads(tables.get(name).path(), rows.schema(), versions.get(name));
    return rows;
  }
}
