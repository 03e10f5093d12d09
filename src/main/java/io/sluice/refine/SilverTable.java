package io.sluice.refine;

import static org.apache.spark.sql.functions.col;

import io.sluice.contract.Contract;
import io.sluice.contract.Field;
import io.sluice.contract.SchemaPolicy;
import io.sluice.engine.ColumnOrigin;
import io.sluice.ingest.Bronze;
import io.sluice.run.RunContext;
import io.sluice.table.LakeTable;
import io.sluice.table.TableSpec;
import io.sluice.table.TableTransaction;
import java.sql.Date;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.types.StructType;

/**
 * A source's silver table as its contract declares it, with the two tables beside it: bronze, which
 * its rows come from, and quarantine. Reads and writes nothing by itself.
 */
public final class SilverTable {
  private final RunContext context;
  private final Contract contract;
  private final StructType schema;

  public SilverTable(RunContext context, Contract contract) {
    this.context = context;
    this.contract = contract;
    this.schema = new Refiner(contract, context.settings().privacyKey()).silverSchema();
  }

  Contract contract() {
    return contract;
  }

  public LakeTable table() {
    return context.lake().silver(contract.id());
  }

  public LakeTable bronze() {
    return context.lake().bronze(contract.id());
  }

  public LakeTable quarantine() {
    return context.lake().quarantine(contract.id());
  }

  /** The keys of deleted rows. */
  public LakeTable deletions() {
    return context.lake().silver(contract.id() + "_deleted");
  }

  /** How they are declared. */
  TableSpec deletionsSpec() {
    return Deletions.spec(contract, schema);
  }

  /**
   * The deletions that a batch goes on from; empty if the source remembers none.
   *
   * @param handled the bronze version that silver has handled
   */
  Optional<Deletions> deletions(long handled) {
    return contract.changes().remembersDeleted()
        ? Optional.of(
            new Deletions(this, TableTransaction.begin(deletions(), deletionsSpec()), handled))
        : Optional.empty();
  }

  /** The contract's fields in their order, then the columns that say where a row came from. */
  public StructType schema() {
    return schema;
  }

  public TableSpec spec() {
    TableSpec spec =
        new TableSpec(
            contract.rowDescription(),
            schema,
            contract.partition().map(field -> List.of(field.name())).orElse(List.of()),
            contract.statsColumns(),
            Map.of(TableSpec.CONTRACT_VERSION, contract.version()),
            SilverTable.origin(contract));
    return contract.topics().isEmpty() ? spec : spec.oftenCommitted();
  }

  /** What brings the tables of a source to its contract, and what their columns were called. */
  static TableSpec.Origin origin(Contract contract) {
    Map<String, List<String>> earlierNames = new HashMap<>();
    for (Field field : contract.fields()) {
      earlierNames.put(field.name(), field.earlierNames());
    }
    return new TableSpec.Origin("sluice migrate --source " + contract.id(), earlierNames);
  }

  /** The files that may hold rows of some days, of silver or of another table kept by its days. */
  TableTransaction.Files present(TableTransaction table, List<Date> days) {
    return contract
        .partition()
        .map(field -> table.files(col(field.name()).isin(days.toArray())))
        .orElseGet(table::files);
  }

  /**
   * Each field comes from the raw record, by its expression; so do the columns that say where the
   * record stood.
   */
  List<ColumnOrigin> origins() {
    String bronze = bronze().path();
    List<ColumnOrigin> origins = new ArrayList<>();
    for (Field field : contract.fields()) {
      String how =
          contract.arrivals().stream()
              .map(arrival -> arrival.expression(field))
              .distinct()
              .collect(Collectors.joining(" | "));
      origins.add(new ColumnOrigin(field.name(), bronze, "raw", how, field.isProtected()));
    }
    if (contract.schemaPolicy().added() == SchemaPolicy.Added.KEEP) {
      String how = "columns unknown to the contract";
      origins.add(new ColumnOrigin("_extra", bronze, "raw", how, contract.isProtected()));
    }
    Stream.of(
            List.of("file", "position", "arrived_at"),
            contract.changes().isReplace() ? List.of(Bronze.DELIVERY) : List.<String>of())
        .flatMap(List::stream)
        .forEach(column -> origins.add(new ColumnOrigin("_" + column, bronze, column, "", false)));
    return origins;
  }
}
