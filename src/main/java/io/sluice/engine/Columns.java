package io.sluice.engine;

import java.util.Arrays;
import java.util.Collection;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.functions;

/** Columns by their names alone: a dot in a name is part of it. */
public final class Columns {
  private Columns() {}

  /** The column of a name. */
  public static Column named(String name) {
    return functions.col("`" + name + "`");
  }

  /** The columns of some names in their order, and others behind them. */
  public static Column[] named(Collection<String> names, Column... more) {
    return Stream.concat(names.stream().map(Columns::named), Arrays.stream(more))
        .toArray(Column[]::new);
  }

  /** Some columns, and others behind them. */
  public static Column[] and(Column[] columns, Column... more) {
    return Stream.concat(Arrays.stream(columns), Arrays.stream(more)).toArray(Column[]::new);
  }
}
