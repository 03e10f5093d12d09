package io.sluice.refine;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.filter;
import static org.apache.spark.sql.functions.hash;
import static org.apache.spark.sql.functions.length;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.when;
import static scala.collection.JavaConverters.asScalaBuffer;

import io.sluice.contract.Arrival;
import io.sluice.contract.Contract;
import io.sluice.contract.Field;
import io.sluice.contract.Field.Bounds;
import io.sluice.contract.Field.Reference;
import io.sluice.contract.SchemaPolicy;
import io.sluice.ingest.Bronze;
import io.sluice.ingest.format.AvroRecords;
import io.sluice.ingest.format.Digits;
import io.sluice.ingest.format.RecordParser;
import io.sluice.privacy.Cipher;
import io.sluice.settings.ValidationErrors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.Literal;
import org.apache.spark.sql.catalyst.expressions.objects.Invoke;
import org.apache.spark.sql.catalyst.expressions.objects.StaticInvoke;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.expressions.UserDefinedFunction;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.MetadataBuilder;
import org.apache.spark.sql.types.ObjectType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Turns a source's bronze rows into typed rows, each with the rules it breaks: a pure function of
 * rows, contract and references.
 *
 * <p>Reads bronze's columns (see {@link Bronze}). Gives the contract's fields as silver holds them,
 * {@code _extra} (the columns that the contract does not know), where the row came from ({@code
 * _arrival}, {@code _file}, {@code _position}, {@code _arrived_at}), {@code _reasons} (null for a
 * valid row, else an array of {@code {field, rule, message}}); and, null for a valid row, {@code
 * _header}, {@code _unread} (why it could not be read whole) and {@code _raw} (the stored record).
 * Every row in comes out once.
 *
 * <p>Cost: one pass; a broadcast join for each reference.
 */
public final class Refiner {
  /** Why a row is broken: {@code field} is empty for a rule over the whole row. */
  public static final DataType REASONS =
      DataTypes.createArrayType(
          new StructType()
              .add("field", DataTypes.StringType)
              .add("rule", DataTypes.StringType)
              .add("message", DataTypes.StringType));

  private static final DataType EXTRA =
      DataTypes.createMapType(DataTypes.StringType, DataTypes.StringType);
  private static final List<String> ORIGIN =
      List.of("_arrival", "_file", "_position", "_arrived_at", "_header", "_unread", "_raw");

  /** What only quarantine keeps: the shuffle carries it for broken rows alone. */
  private static final Set<String> QUARANTINED = Set.of("_header", "_unread", "_raw");

  private final Contract contract;
  private final Optional<byte[]> secret;
  private final Map<Integer, String> schemas;

  /**
   * A refinement of records that are not Avro.
   *
   * @param secret what protected fields and records are keyed with; needed if the contract has any
   */
  public Refiner(Contract contract, Optional<byte[]> secret) {
    this(contract, secret, Map.of());
  }

  /**
   * @param secret what protected fields and records are keyed with; needed if the contract has any
   * @param schemas the Avro schemas that records may be written by, by number
   */
  public Refiner(Contract contract, Optional<byte[]> secret, Map<Integer, String> schemas) {
    this.schemas = schemas;
    this.contract = contract;
    this.secret = secret;
    if (contract.isProtected() && secret.isEmpty()) {
      throw new IllegalArgumentException(
          contract.id() + " has protected fields, so privacy.key must be set");
    }
  }

  /** Silver's columns with their descriptions. */
  public StructType silverSchema() {
    List<StructField> fields = new ArrayList<>();
    for (Field field : contract.fields()) {
      fields.add(described(field.name(), field.type(), field.description()));
    }
    if (contract.schemaPolicy().added() == SchemaPolicy.Added.KEEP) {
      fields.add(described("_extra", EXTRA, "Columns that the contract does not know, as text."));
    }
    fields.add(described("_file", DataTypes.StringType, "The file this version came from."));
    fields.add(
        described("_position", DataTypes.LongType, "Where its record begins in the file: a line."));
    fields.add(described("_arrived_at", DataTypes.TimestampType, "When the file arrived."));
    return new StructType(fields.toArray(StructField[]::new));
  }

  private static StructField described(String name, DataType type, String comment) {
    MetadataBuilder metadata = new MetadataBuilder();
    return DataTypes.createStructField(
        name,
        type,
        true,
        comment.isEmpty() ? metadata.build() : metadata.putString("comment", comment).build());
  }

  /**
   * Types and judges bronze rows.
   *
   * @param references for each reference of the contract its accepted values, one column
   */
  public Dataset<Row> apply(Dataset<Row> bronze, Map<Reference, Dataset<Row>> references) {
    return contract.arrivals().stream()
        .map(arrival -> typed(arrival, bronze))
        .reduce(Dataset::union)
        .map(typed -> judged(typed, references))
        .orElseThrow();
  }

  /** The same for rows of one arrival, of a contract without references: each row by itself. */
  public Dataset<Row> apply(Arrival arrival, Dataset<Row> bronze) {
    return judged(typed(arrival, bronze), Map.of());
  }

  /** Analyzes every expression of the contract by itself, so that an error names its place. */
  public void check(SparkSession spark, ValidationErrors errors) {
    for (Arrival arrival : contract.arrivals()) {
      StructType raw = new StructType();
      for (String column : contract.rawColumns(arrival)) {
        raw = raw.add(column, DataTypes.StringType);
      }
      Dataset<Row> none = spark.createDataFrame(List.of(), raw);
      for (Field field : contract.fields()) {
        String place = contract.id() + ".yaml: " + arrival.name() + ": " + field.name();
        analyze(
            errors,
            place,
            () -> {
              Dataset<Row> value = none.select(expr(arrival.expression(field)));
              if (!(value.queryExecution().analyzed() instanceof Project)) {
                errors.add(place, "must be computed from one row: no aggregate, no window");
              }
            });
      }
    }
    StructType typed = new StructType();
    for (Field field : contract.fields()) {
      typed = typed.add(field.name(), field.type());
    }
    typed = typed.add("_arrived_at", DataTypes.TimestampType);
    Dataset<Row> rows = spark.createDataFrame(List.of(), typed);
    for (Contract.RowRule rule : contract.rowRules()) {
      String place = contract.id() + ".yaml: rule " + rule.name();
      analyze(
          errors,
          place,
          () -> {
            if (!rows.select(expr(rule.sql()))
                .schema()
                .apply(0)
                .dataType()
                .equals(DataTypes.BooleanType)) {
              errors.add(place, "must be true or false");
            }
          });
    }
  }

  private static void analyze(ValidationErrors errors, String place, Runnable analysis) {
    try {
      analysis.run();
    } catch (Exception e) {
      if (!(e instanceof AnalysisException)) {
        throw e;
      }
      errors.add(place, e.getMessage().lines().findFirst().orElse(""));
    }
  }

  /** The fields as text or nested text ({@code v_}…) and by their types. */
  private Dataset<Row> typed(Arrival arrival, Dataset<Row> bronze) {
    List<String> columns = contract.rawColumns(arrival);
    Dataset<Row> parsed =
        bronze
            .where(col("arrival").equalTo(arrival.name()))
            .select(
                parse(bronze, arrival, columns).as("_parsed"),
                col("arrival").as("_arrival"),
                col("file").as("_file"),
                col("position").as("_position"),
                col("arrived_at").as("_arrived_at"),
                col("header").as("_header"),
                col("problem").as("_unread"),
                col("raw").as("_raw"));
    List<Column> raw = new ArrayList<>();
    ORIGIN.forEach(name -> raw.add(col(name)));
    raw.add(col("_parsed.extra").as("_extra"));
    raw.add(col("_parsed.problem").as("_problem"));
    for (int i = 0; i < columns.size(); i++) {
      raw.add(col("_parsed.values").getItem(i).as(columns.get(i)));
    }
    List<Column> values = origin();
    for (Field field : contract.fields()) {
      String sql = arrival.expression(field);
      Column value = isNested(field.type()) ? expr(sql).cast(DataTypes.StringType) : expr(sql);
      values.add(value.as("v_" + field.name()));
    }
    List<Column> shaped = origin();
    for (Field field : contract.fields()) {
      Column value = quoted("v_" + field.name());
      shaped.add(
          isNested(field.type())
              ? functions.from_json(value, asText(field.type())).as("v_" + field.name())
              : value);
      if (isNested(field.type())) {
        shaped.add(value.isNotNull().as("has_" + field.name()));
      }
    }
    List<Column> typed = origin();
    for (Field field : contract.fields()) {
      typed.add(tryCast("`v_" + field.name() + "`", field.type()).as(field.name()));
    }
    for (Field field : contract.fields()) {
      Column value = quoted("v_" + field.name());
      typed.add(value.isNull().as("absent_" + field.name()));
      typed.add(mistyped(field).as("mistyped_" + field.name()));
    }
    return parsed
        .select(raw.toArray(Column[]::new))
        .select(values.toArray(Column[]::new))
        .select(shaped.toArray(Column[]::new))
        .select(typed.toArray(Column[]::new));
  }

  private List<Column> origin() {
    List<Column> columns = new ArrayList<>();
    Stream.concat(ORIGIN.stream(), Stream.of("_extra", "_problem"))
        .forEach(name -> columns.add(col(name)));
    return columns;
  }

  private static Column quoted(String name) {
    return col("`" + name + "`");
  }

  private Column parse(Dataset<Row> bronze, Arrival arrival, List<String> columns) {
    Cipher cipher = contract.isProtected() ? Cipher.of(secret.orElseThrow(), contract.id()) : null;
    RecordParser parser =
        new RecordParser(
            arrival,
            contract.schemaPolicy(),
            columns,
            cipher,
            arrival.format() == Arrival.Format.AVRO ? avro(arrival) : null);
    List<Expression> arguments =
        List.of(
            bronze.col("raw").expr(), bronze.col("header").expr(), bronze.col("problem").expr());
    return new Column(
        new Invoke(
            Literal.create(parser, new ObjectType(RecordParser.class)),
            "parse",
            RecordParser.RESULT,
            asScalaBuffer(arguments).toSeq(),
            asScalaBuffer(List.<org.apache.spark.sql.types.AbstractDataType>of()).toSeq(),
            false,
            true,
            // Said to be non-deterministic so that Spark never evaluates it once for each column
            // read from it.
            false));
  }

  private AvroRecords avro(Arrival arrival) {
    Map<String, AvroRecords.Wanted> wanted = new HashMap<>();
    for (Field field : contract.fields()) {
      String column = arrival.expression(field).strip().replace("`", "");
      if (contract.rawColumns(arrival).contains(column)) {
        boolean isNeeded =
            field.isRequired() && contract.schemaPolicy().removed() != SchemaPolicy.Removed.NULL;
        wanted.put(column, new AvroRecords.Wanted(field.type(), isNeeded));
      }
    }
    return new AvroRecords(schemas, wanted);
  }

  private static boolean isNested(DataType type) {
    return type instanceof StructType || type instanceof ArrayType;
  }

  /** A nested type with text in place of its plain types. */
  private static DataType asText(DataType type) {
    if (type instanceof StructType struct) {
      return DataTypes.createStructType(
          Arrays.stream(struct.fields())
              .map(
                  member ->
                      DataTypes.createStructField(member.name(), asText(member.dataType()), true))
              .toList());
    }
    if (type instanceof ArrayType list) {
      return DataTypes.createArrayType(asText(list.elementType()));
    }
    return DataTypes.StringType;
  }

  private static Column tryCast(String sql, DataType type) {
    return type.equals(DataTypes.StringType)
        ? expr("cast(" + sql + " as string)")
        : expr("try_cast(" + sql + " as " + type.sql() + ")");
  }

  /** Whether a value is there but does not fit the type; over {@code v_} columns. */
  private Column mistyped(Field field) {
    String value = "`v_" + field.name() + "`";
    if (isNested(field.type())) {
      return expr(
          "`has_"
              + field.name()
              + "` and ("
              + value
              + " is null or "
              + misfit(value, field.type(), 0)
              + ")");
    }
    if (field.type().equals(DataTypes.StringType)) {
      return lit(false);
    }
    Column typed = tryCast(value, field.type());
    Column absent = expr(value).isNotNull().and(typed.isNull());
    if (field.type() instanceof DecimalType decimal) {
      // A cast to a decimal rounds silently; digits lost are a misfit too.
      return absent.or(beyond(expr(value).cast(DataTypes.StringType), decimal.scale()));
    }
    return absent;
  }

  /** Whether digits of a number are lost at a scale; false if there is none. */
  private static Column beyond(Column text, int scale) {
    List<Expression> arguments = List.of(text.expr(), lit(scale).expr());
    return coalesce(
        new Column(
            new StaticInvoke(
                Digits.class,
                DataTypes.BooleanType,
                "beyond",
                asScalaBuffer(arguments).toSeq(),
                asScalaBuffer(List.<org.apache.spark.sql.types.AbstractDataType>of()).toSeq(),
                true,
                false,
                true)),
        lit(false));
  }

  private static String misfit(String sql, DataType type, int depth) {
    if (type instanceof StructType struct) {
      return "("
          + String.join(
              " or ",
              Arrays.stream(struct.fields())
                  .map(member -> misfit(sql + ".`" + member.name() + "`", member.dataType(), depth))
                  .toList())
          + ")";
    }
    if (type instanceof ArrayType list) {
      String element = "e" + depth;
      return "coalesce(exists("
          + sql
          + ", "
          + element
          + " -> "
          + misfit(element, list.elementType(), depth + 1)
          + "), false)";
    }
    return type.equals(DataTypes.StringType)
        ? "false"
        : "(" + sql + " is not null and try_cast(" + sql + " as " + type.sql() + ") is null)";
  }

  private record Rule(Column broken, Column reason) {}

  private static Rule rule(Column broken, String field, String name, String message) {
    return new Rule(
        coalesce(broken, lit(false)),
        struct(lit(field).as("field"), lit(name).as("rule"), lit(message).as("message")));
  }

  private Dataset<Row> judged(Dataset<Row> typed, Map<Reference, Dataset<Row>> references) {
    List<Rule> rules = new ArrayList<>();
    Dataset<Row> joined = typed;
    int join = 0;
    for (Field field : contract.fields()) {
      rules.addAll(rules(field));
      if (field.reference().isPresent()) {
        Reference to = field.reference().get();
        String found = "_found_" + join++;
        Dataset<Row> accepted = references.get(to);
        Dataset<Row> values =
            accepted.select(accepted.col(accepted.columns()[0]).as(found)).distinct();
        joined = joined.join(values, quoted(field.name()).equalTo(col(found)), "left_outer");
        rules.add(
            rule(
                quoted(field.name()).isNotNull().and(col(found).isNull()),
                field.name(),
                "reference",
                "not in " + to.source() + "." + to.field()));
      }
    }
    for (Contract.RowRule rule : contract.rowRules()) {
      rules.add(rule(expr("not (" + rule.sql() + ")"), "", rule.name(), rule.sql()));
    }
    Column problem = col("_problem");
    Column broken = rules.stream().map(Rule::broken).reduce(problem.isNotNull(), Column::or);
    Column all =
        array(
            rules.stream().map(rule -> when(rule.broken(), rule.reason())).toArray(Column[]::new));
    Column reasons =
        when(problem.isNotNull(), array(problem))
            .when(broken, filter(all, reason -> reason.isNotNull()));
    List<Column> columns = new ArrayList<>();
    for (Field field : contract.fields()) {
      columns.add(kept(field).as(field.name()));
    }
    for (String name : ORIGIN) {
      columns.add(
          QUARANTINED.contains(name)
              ? when(col("_reasons").isNotNull(), col(name)).as(name)
              : col(name));
    }
    columns.add(extra().as("_extra"));
    columns.add(col("_reasons"));
    return joined
        .withColumn("_reasons", reasons.cast(REASONS))
        .select(columns.toArray(Column[]::new));
  }

  private static List<Rule> rules(Field field) {
    List<Rule> rules = new ArrayList<>();
    String name = field.name();
    Column value = quoted(name);
    Bounds bounds = field.bounds();
    rules.add(rule(quoted("mistyped_" + name), name, "type", "not a " + field.type().sql()));
    if (field.isRequired()) {
      rules.add(rule(quoted("absent_" + name), name, "required", "must not be null"));
    }
    if (!field.accepted().isEmpty()) {
      rules.add(
          rule(
              value.cast(DataTypes.StringType).isin(field.accepted().toArray()).equalTo(false),
              name,
              "enum",
              "must be one of " + field.accepted()));
    }
    Stream.of(
            limit(field, bounds.minimum(), ">="),
            limit(field, bounds.maximum(), "<="),
            limit(field, bounds.above(), ">"),
            limit(field, bounds.below(), "<"))
        .flatMap(Optional::stream)
        .forEach(rules::add);
    if (bounds.minLength() != null) {
      rules.add(
          rule(
              length(value).lt(bounds.minLength()),
              name,
              "length",
              "must have at least " + bounds.minLength() + " characters"));
    }
    if (bounds.maxLength() != null) {
      rules.add(
          rule(
              length(value).gt(bounds.maxLength()),
              name,
              "length",
              "must have at most " + bounds.maxLength() + " characters"));
    }
    if (bounds.pattern() != null) {
      rules.add(
          rule(
              functions.not(value.rlike("\\A(?:" + bounds.pattern() + ")\\z")),
              name,
              "pattern",
              "must match " + bounds.pattern()));
    }
    return rules;
  }

  private static Optional<Rule> limit(Field field, String bound, String operator) {
    if (bound == null) {
      return Optional.empty();
    }
    Column limit = lit(bound).cast(field.type());
    Column value = quoted(field.name());
    Column kept =
        switch (operator) {
          case ">=" -> value.geq(limit);
          case "<=" -> value.leq(limit);
          case ">" -> value.gt(limit);
          default -> value.lt(limit);
        };
    return Optional.of(
        rule(functions.not(kept), field.name(), "range", "must be " + operator + " " + bound));
  }

  /**
   * The unknown columns; nobody has said yet that they are not protected, so they are if any field
   * is.
   */
  private Column extra() {
    if (!contract.isProtected()) {
      return col("_extra");
    }
    Cipher cipher = Cipher.of(secret.orElseThrow(), contract.id() + "._extra");
    UDF1<String, String> encrypt = value -> value == null ? null : cipher.encrypt(value);
    UserDefinedFunction protect = functions.udf(encrypt, DataTypes.StringType);
    return functions.transform_values(col("_extra"), (name, value) -> protect.apply(value));
  }

  /** A field's value as silver holds it. */
  private Column kept(Field field) {
    if (!field.isProtected()) {
      return quoted(field.name());
    }
    Cipher cipher = Cipher.of(secret.orElseThrow(), contract.id() + "." + field.name());
    UDF1<String, String> protect =
        field.protection() == Field.Protection.TOKEN
            ? value -> value == null ? null : cipher.token(value)
            : value -> value == null ? null : cipher.encrypt(value);
    Column protectedValue =
        functions.udf(protect, DataTypes.StringType).apply(quoted(field.name()));
    return when(col("_reasons").isNull(), protectedValue);
  }

  /** A row's bucket among {@code count}: rows of one key share it. */
  public static Column bucket(Contract contract, int count) {
    Column[] key =
        contract.key().stream().map(field -> quoted(field.name())).toArray(Column[]::new);
    return pmod(
        when(col("_reasons").isNull(), hash(key)).otherwise(hash(col("_file"), col("_position"))),
        lit(count));
  }
}
