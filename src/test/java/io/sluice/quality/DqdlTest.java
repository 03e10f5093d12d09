package io.sluice.quality;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.amazon.deequ.dqdl.model.CompositeExecutableRule;
import com.amazon.deequ.dqdl.model.DeequExecutableRule;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds which DQDL texts {@link Dqdl} lets through to Deequ. */
class DqdlTest {
  private static final List<String> COLUMNS = List.of("id", "region", "price", "name", "day");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "RowCount > 0",
        "RowCount between 1 and 9",
        "IsComplete \"id\"",
        "Completeness \"region\" > 0.5",
        "Completeness \"region\" > 0.5 where \"price > 1\"",
        "Mean \"price\" between 1 and 2",
        "Sum \"price\" > 1",
        "StandardDeviation \"price\" > 1",
        "IsUnique \"id\"",
        "Uniqueness \"id\" > 0.9",
        "UniqueValueRatio \"id\" > 0.9",
        "DistinctValuesCount \"region\" > 1",
        "Entropy \"region\" > 0.1",
        "IsPrimaryKey \"id\" \"region\"",
        "ColumnCorrelation \"id\" \"price\" > 0.1",
        "ColumnLength \"name\" > 1",
        "ColumnValues \"price\" between 1 and 10",
        "ColumnValues \"region\" in [\"a\",\"b\"] with threshold > 0.9",
        "ColumnValues \"name\" matches \"[a-z]+\"",
        "ColumnValues \"day\" > \"2026-01-01\"",
        "ColumnExists \"id\"",
        "ColumnDataType \"id\" = \"Integer\"",
        "ColumnCount = 5",
        "ColumnNamesMatchPattern \"[a-z]+\"",
        "(RowCount > 0) and (IsComplete \"id\")",
        "((RowCount > 0) or (IsComplete \"id\")) and (Mean \"price\" > 1)"
      })
  void ruleThatDeequRunsIsSound(String dqdl) {
    assertEquals(Optional.empty(), Dqdl.error(dqdl, COLUMNS));
  }

  static Stream<Arguments> errors() {
    String elsewhere =
        " looks at more than the rows of a commit (another table, the clock); use relationships, a"
            + " rule, or the table's freshness";
    String noRule = "not a DQDL rule: Parsing Error: ";
    return Stream.of(
        arguments("", noRule + "No rules or analyzers provided."),
        arguments(
            "RowCount >",
            noRule
                + "No rules or analyzers provided., line 1:21 no viable alternative at input"
                + " 'Rules=[RowCount>]'"),
        arguments("Foo \"x\" > 1", noRule + "Rule Type: Foo is not valid"),
        arguments("rows are fine", noRule + "Rule Type: rows is not valid"),
        arguments(
            "Mean \"price\" = 5 with threshold > 0.5",
            noRule + "Threshold condition not supported for rule type: Mean"),
        arguments("RowCount > 0, RowCount < 5", "must be one DQDL rule; there are 2"),
        arguments("Completeness \"nope\" > 0.5", "there is no column nope"),
        arguments("IsPrimaryKey \"id\" \"nope\"", "there is no column nope"),
        arguments("ColumnCorrelation \"id\" \"nope\" > 0.1", "there is no column nope"),
        arguments("(RowCount > 0) or (IsComplete \"nope\")", "there is no column nope"),
        arguments(
            "(RowCount > 0) and ((RowCount < 9) or (Sum \"nope\" > 1))", "there is no column nope"),
        arguments(
            "DetectAnomalies \"RowCount\"",
            "Deequ cannot run it: No converter found for rule type: DetectAnomalies"),
        arguments(
            "FileSize > 1", "Deequ cannot run it: No converter found for rule type: FileSize"),
        arguments(
            "(RowCount > 0) and (FileSize > 1)",
            "Deequ cannot run it: No converter found for rule type: FileSize"),
        arguments("CustomSql \"select count(*) from primary\" > 0", "CustomSql" + elsewhere),
        arguments("DataFreshness \"day\" <= 24 hours", "DataFreshness" + elsewhere),
        arguments(
            "ReferentialIntegrity \"id\" \"ref.id\" = 1.0", "ReferentialIntegrity" + elsewhere),
        arguments("DatasetMatch \"ref\" \"id\" = 1.0", "DatasetMatch" + elsewhere),
        arguments("RowCountMatch \"ref\" = 1.0", "RowCountMatch" + elsewhere),
        arguments("SchemaMatch \"ref\" = 1.0", "SchemaMatch" + elsewhere),
        arguments("AggregateMatch \"sum(a)\" \"sum(b)\" = 1", "AggregateMatch" + elsewhere),
        arguments(
            "(RowCount > 0) and (DataFreshness \"day\" <= 24 hours)", "DataFreshness" + elsewhere));
  }

  @ParameterizedTest
  @MethodSource("errors")
  void ruleIsRefused(String dqdl, String error) {
    assertEquals(Optional.of(error), Dqdl.error(dqdl, COLUMNS));
  }

  /** Deequ takes these, and says of any data that they failed, or of other data each day. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Completeness \"region\" > 0.5 where \"nope > 1\"",
        "Completeness \"region\" > 0.5 where \"price >\"",
        "(RowCount > 0) and (Completeness \"region\" > 0.5 where \"nope > 1\")",
        "RowCount > avg(last(5))",
        "(RowCount > 0) and (Mean \"price\" > 0.9 * avg(last(5)))",
        "ColumnValues \"day\" > (now() - 3 days)",
        "RowCount > 3 where \"rand() > 0.5\"",
        "RowCount > 3 where \"price > (select 1)\"",
        "RowCount > 3 where \"exists (select * from text.`/etc/hostname`)\"",
        "Completeness \"id\" > 0.5 where \"java_method('java.lang.System', 'lineSeparator') = ''\"",
        "(RowCount > 0) and (Mean \"price\" > 1 where \"reflect('a', 'b') = ''\")",
        "RowCount > 3 where \"current_date() > day\"",
        "RowCount > 3 where \"input_file_name() = ''\"",
        "RowCount > 3 where \"sum(price) > 1\"",
        "RowCount > 3 where \"no_function(price) > 1\"",
        "RowCount > 3 where \"IDENTIFIER('reflect')('a', 'b') = ''\"",
        "ColumnValues \"name\" in [\"\\\", \") or reflect('a','b') in (\"]",
        "ColumnValues \"name\" in [\"it's\"]",
        "ColumnValues \"name\" = \"it's\"",
        "IsComplete \"id) or reflect('a', 'b\""
      })
  void ruleThatCannotHoldIsRefused(String dqdl) {
    assertTrue(Dqdl.error(dqdl, COLUMNS).isPresent());
  }

  @Test
  void ruleIsWhatItsTextSays() {
    assertEquals(DeequExecutableRule.class, Dqdl.rule("RowCount > 0").getClass());
    assertEquals(
        CompositeExecutableRule.class, Dqdl.rule("(RowCount > 0) and (RowCount < 9)").getClass());
  }
}
