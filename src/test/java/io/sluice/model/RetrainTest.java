package io.sluice.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.sluice.run.RunContext;
import io.sluice.table.TableSpec;
import io.sluice.table.TableTransaction;
import io.sluice.testing.NeedsServers;
import io.sluice.testing.TestLake;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.junit.jupiter.api.Test;

@NeedsServers
class RetrainTest {

  /** A model whose table lacks a column: Spark refuses it by a checked exception. */
  private record Broken(NumbersModel model, List<String> tried) implements Model {
    @Override
    public String name() {
      return model.name();
    }

    @Override
    public String description() {
      return model.description();
    }

    @Override
    public String owner() {
      return model.owner();
    }

    @Override
    public Task task() {
      return model.task();
    }

    @Override
    public List<String> reads() {
      return model.reads();
    }

    @Override
    public String day() {
      return model.day();
    }

    @Override
    public List<String> key() {
      return model.key();
    }

    @Override
    public Dataset<Row> features(Map<String, Dataset<Row>> tables) {
      tried.add(name());
      return tables.get("gold.numbers").select("no_such_column");
    }

    @Override
    public List<String> inputs() {
      return model.inputs();
    }

    @Override
    public List<String> learnsFrom() {
      return model.learnsFrom();
    }

    @Override
    public Dataset<Row> labels(Map<String, Dataset<Row>> tables) {
      return model.labels(tables);
    }

    @Override
    public int matureDays() {
      return model.matureDays();
    }

    @Override
    public List<Candidate> candidates() {
      return model.candidates();
    }

    @Override
    public GatePolicy policy() {
      return model.policy();
    }
  }

  @Test
  void aCheckedFailureOfOneModelDoesNotKeepTheNextFromItsTurn() {
    RunContext context = TestLake.open("retrain", Path.of("conf/contracts"));
    Dataset<Row> rows =
        context.spark().sql("select date'2026-03-01' day, 1L id, 1D x, 1D y, 1D label");
    TableTransaction.begin(
            context.lake().gold("numbers"),
            new TableSpec("Numbers.", rows.schema(), List.of("day"), List.of()))
        .append(rows)
        .publish(SaveMode.Append, "{}");
    List<String> tried = new ArrayList<>();
    List<Model> models = new ArrayList<>();
    for (String name : List.of("first", "second")) {
      models.add(
          new Broken(
              new NumbersModel(
                  name, Model.Task.CLASSIFICATION, GatePolicy.defaults(), OptionalDouble.empty()),
              tried));
    }
    IllegalStateException thrown =
        assertThrows(IllegalStateException.class, () -> new Retrain(context).run(models));
    assertEquals(List.of("first", "second"), tried);
    assertInstanceOf(AnalysisException.class, thrown.getCause());
    assertEquals(1, thrown.getSuppressed().length);
  }
}
