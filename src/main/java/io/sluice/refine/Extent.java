package io.sluice.refine;

import static io.sluice.engine.Columns.named;
import static org.apache.spark.sql.functions.lit;

import io.sluice.contract.Contract;
import io.sluice.table.LakeTable;
import io.sluice.table.Reshaping;
import io.sluice.table.TableSpec;
import io.sluice.table.TableTransaction;
import java.sql.Date;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Column;

/**
 * Which rows of silver are made anew, and in which parts.
 *
 * @param name tells it from others of the same source; part of the names of notes and checkpoints
 * @param options what else decides how its rows are made
 * @param parts are built one by one; they hold each of its rows once
 * @param rows holds for its rows, as refinement gives valid ones
 * @param days the days that it is of; empty if it is all of the table, whose columns are made those
 *     of the contract then
 * @param arrivedFrom bronze rows that arrived before are not read; null to read all
 * @param parallel how many parts are built side by side
 */
record Extent(
    String name,
    String options,
    List<Part> parts,
    Column rows,
    Optional<Days> days,
    LocalDate arrivedFrom,
    int parallel) {

  /**
   * @param name tells it from the others
   * @param rows holds for its rows
   */
  record Part(String name, Column rows) {}

  /** A range of days, both within, and the column that holds a row's. */
  record Days(LocalDate from, LocalDate to, String column) {
    /** Each of them. */
    List<Date> all() {
      return from.datesUntil(to.plusDays(1)).map(Date::valueOf).toList();
    }

    /** What the log can tell of the files that hold them. */
    Column[] conditions() {
      Column day = named(column);
      return new Column[] {day.geq(lit(Date.valueOf(from))), day.leq(lit(Date.valueOf(to)))};
    }
  }

  /** All of a source's rows, in one part: bronze is read once. */
  static Extent all(Contract contract) {
    // A truncation, and a record that says nothing, has no key and is no row.
    Column isRow = named(contract.keyColumns().get(0)).isNotNull();
    return new Extent("all", "", List.of(new Part("all", isRow)), isRow, Optional.empty(), null, 1);
  }

  boolean isAll() {
    return days.isEmpty();
  }

  /** Opens a transaction on the source's silver table, or on one beside it. */
  TableTransaction begin(LakeTable table, TableSpec spec) {
    return isAll() ? Reshaping.begin(table, spec) : TableTransaction.begin(table, spec);
  }

  /** The files of a table that may hold its rows. */
  TableTransaction.Files files(TableTransaction table) {
    return days.map(range -> table.files(range.conditions())).orElseGet(table::files);
  }
}
