package io.sluice.query;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.to_json;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Prints the rows of a query, each value as Spark casts it to text; bytes as the text they are, or
 * in hexadecimal.
 *
 * <p>Cost: a table holds at most {@value #ROWS} rows in the driver, the others one partition.
 */
public record Results(Dataset<Row> result, PrintStream out) {
  private static final int ROWS = 1000;
  private static final int WIDTH = 80;

  /** Prints rows as aligned columns. */
  public static void print(Dataset<Row> rows, PrintStream out) {
    new Results(rows, out).table();
    out.flush();
  }

  /** Prints a command's result: a text alone, as of EXPLAIN, as it stands, all else as a table. */
  void answer() {
    List<Row> rows = result.columns().length == 1 ? first() : List.of();
    if (rows.size() == 1) {
      out.println(rows.get(0).getString(0));
    } else {
      table();
    }
  }

  /** Prints aligned columns. */
  void table() {
    StructType schema = result.schema();
    List<Row> rows = first();
    List<Row> shown = rows.subList(0, Math.min(ROWS, rows.size()));
    List<List<String>> lines = new ArrayList<>();
    lines.add(Stream.of(schema.fieldNames()).map(Results::cell).toList());
    for (Row row : shown) {
      List<String> line = new ArrayList<>();
      for (int i = 0; i < row.length(); i++) {
        line.add(row.isNullAt(i) ? "NULL" : cell(row.getString(i)));
      }
      lines.add(line);
    }
    int[] widths = new int[schema.size()];
    for (List<String> line : lines) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], width(line.get(i)));
      }
    }
    List<String> rule = new ArrayList<>();
    for (int width : widths) {
      rule.add("-".repeat(width));
    }
    lines.add(1, rule);
    lines.forEach(line -> out.println(aligned(line, widths, schema)));
    out.println(
        rows.size() > ROWS
            ? "(the first 1,000 rows; csv and json give all)"
            : "(" + shown.size() + (shown.size() == 1 ? " row)" : " rows)"));
  }

  private List<Row> first() {
    return texts(result).limit(ROWS + 1).collectAsList();
  }

  private static String aligned(List<String> line, int[] widths, StructType schema) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      String padding = " ".repeat(widths[i] - width(line.get(i)));
      boolean number = schema.apply(i).dataType() instanceof NumericType;
      text.append(i == 0 ? "" : "  ")
          .append(number ? padding + line.get(i) : line.get(i) + padding);
    }
    return text.toString().stripTrailing();
  }

  private static int width(String text) {
    return text.codePointCount(0, text.length());
  }

  /** A value on one line, without characters that a terminal would obey. */
  private static String cell(String value) {
    StringBuilder text = new StringBuilder();
    value
        .codePoints()
        .limit(WIDTH + 1)
        .forEach(
            c -> {
              switch (c) {
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                default -> text.appendCodePoint(Character.isISOControl(c) ? 0xFFFD : c);
              }
            });
    return width(text.toString()) <= WIDTH
        ? text.toString()
        : text.substring(0, text.offsetByCodePoints(0, WIDTH - 1)) + "…";
  }

  /** Prints a header and every row, as RFC 4180 has it. */
  void csv() {
    out.print(
        Stream.of(result.columns()).map(Results::quotedCsv).collect(Collectors.joining(","))
            + "\r\n");
    for (Iterator<Row> rows = texts(result).toLocalIterator(); rows.hasNext(); ) {
      Row row = rows.next();
      List<String> fields = new ArrayList<>();
      for (int i = 0; i < row.length(); i++) {
        fields.add(row.isNullAt(i) ? "" : quotedCsv(row.getString(i)));
      }
      out.print(String.join(",", fields) + "\r\n");
    }
  }

  private static String quotedCsv(String text) {
    boolean plain = !text.isEmpty() && text.chars().noneMatch(c -> "\",\r\n".indexOf(c) >= 0);
    return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
  }

  /** Prints an object a line. */
  void json() {
    StructField[] fields = result.schema().fields();
    Column[] members = new Column[fields.length];
    for (int i = 0; i < members.length; i++) {
      boolean binary = fields[i].dataType().equals(DataTypes.BinaryType);
      members[i] = (binary ? text(fields[i], i) : col("c" + i)).as(fields[i].name());
    }
    Dataset<Row> lines =
        numbered(result).select(to_json(struct(members), Map.of("ignoreNullFields", "false")));
    for (Iterator<Row> rows = lines.toLocalIterator(); rows.hasNext(); ) {
      out.print(rows.next().getString(0) + "\n");
    }
  }

  /** Every value as text. */
  private static Dataset<Row> texts(Dataset<Row> result) {
    StructField[] fields = result.schema().fields();
    Column[] texts = new Column[fields.length];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = text(fields[i], i);
    }
    return numbered(result).select(texts);
  }

  /** Bytes are shown as the text they are, or in hexadecimal. */
  private static Column text(StructField field, int i) {
    String name = "c" + i;
    return field.dataType().equals(DataTypes.BinaryType)
        ? expr(
            String.format(
                Locale.ROOT,
                "if(encode(decode(%1$s, 'UTF-8'), 'UTF-8') = %1$s, decode(%1$s, 'UTF-8'), '0x' || hex(%1$s))",
                name))
        : col(name).cast(DataTypes.StringType);
  }

  /** Columns by number, since a result may have two of one name. */
  private static Dataset<Row> numbered(Dataset<Row> result) {
    String[] names = new String[result.columns().length];
    for (int i = 0; i < names.length; i++) {
      names[i] = "c" + i;
    }
    return result.toDF(names);
  }
}
