package io.sluice.stream;

import static io.sluice.engine.Columns.named;
import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.to_json;
import static org.apache.spark.sql.functions.unix_micros;

import io.sluice.contract.Alert;
import io.sluice.contract.Arrival;
import io.sluice.contract.Contract;
import io.sluice.engine.WindowCondition;
import io.sluice.settings.ValidationErrors;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.spark.api.java.function.FlatMapGroupsFunction;
import org.apache.spark.api.java.function.FlatMapGroupsWithStateFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.streaming.GroupStateTimeout;
import org.apache.spark.sql.streaming.OutputMode;
import org.apache.spark.sql.types.StructType;

/**
 * Those alerts of a contract that follow the same key by the same time: how rows of silver become
 * their input, and what they raise, as a stream or as one batch. Both run the same {@link
 * AlertFold}.
 *
 * @param key the field by whose values rows are counted apart
 * @param time the field that says when a row happened
 */
record AlertPlan(Contract contract, String key, String time, List<AlertFold.Judge> judges) {
  /** The rules there are in Java. */
  private static final List<AlertRule> RULES =
      ServiceLoader.load(AlertRuleProvider.class).stream()
          .flatMap(provider -> provider.get().alertRules().stream())
          .toList();

  /** In silver's rows: the newest time of their partition's rows before, in microseconds. */
  static final String CLOCK = "_clock";

  /**
   * The plans of a contract's alerts.
   *
   * @throws ValidationErrors.ValidationException if Spark refuses a condition, or a rule is unknown
   */
  static List<AlertPlan> of(SparkSession spark, Contract contract) {
    ValidationErrors errors = new ValidationErrors();
    List<AlertPlan> plans = of(spark, contract, errors);
    errors.throwIfAny();
    return plans;
  }

  /** The same; adds an error for each condition that Spark refuses and each unknown rule. */
  static List<AlertPlan> of(SparkSession spark, Contract contract, ValidationErrors errors) {
    Map<List<String>, List<AlertFold.Judge>> grouped = new LinkedHashMap<>();
    Map<List<String>, Integer> inputs = new LinkedHashMap<>();
    for (Alert alert : contract.alerts()) {
      String place = contract.id() + ".yaml: alert " + alert.name();
      List<String> group = List.of(alert.key(), alert.time());
      try {
        AlertFold.Judge judge = judge(spark, contract, alert, inputs.getOrDefault(group, 0));
        grouped.computeIfAbsent(group, one -> new ArrayList<>()).add(judge);
        if (judge instanceof AlertFold.Rule rule) {
          inputs.merge(group, rule.rule().inputs().size(), Integer::sum);
        }
      } catch (IllegalArgumentException e) {
        errors.add(place, e.getMessage());
      }
    }
    List<AlertPlan> plans = new ArrayList<>();
    grouped.forEach(
        (group, judges) -> plans.add(new AlertPlan(contract, group.get(0), group.get(1), judges)));
    return plans;
  }

  private static AlertFold.Judge judge(
      SparkSession spark, Contract contract, Alert alert, int input) {
    if (alert.judgement() instanceof Alert.Windowed windowed) {
      for (String column : WindowCondition.columns(windowed.when())) {
        if (contract.field(column).isEmpty()) {
          throw new IllegalArgumentException("when names " + column + ", which is no field");
        }
      }
      return new AlertFold.Windows(
          alert, WindowCondition.of(spark, columns(contract), windowed.when()));
    }
    String name = ((Alert.Ruled) alert.judgement()).rule();
    AlertRule rule =
        RULES.stream()
            .filter(one -> one.name().equals(name))
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "no rule "
                            + name
                            + "; there are "
                            + RULES.stream().map(AlertRule::name).toList()));
    return new AlertFold.Rule(alert, rule, input);
  }

  /** The fields that the conditions of a contract's windowed alerts read. */
  private static StructType columns(Contract contract) {
    StructType columns = new StructType();
    for (String name : conditionColumns(contract)) {
      columns = columns.add(name, contract.field(name).orElseThrow().type());
    }
    return columns;
  }

  private static List<String> conditionColumns(Contract contract) {
    TreeSet<String> names = new TreeSet<>();
    for (Alert alert : contract.alerts()) {
      if (alert.judgement() instanceof Alert.Windowed windowed) {
        names.addAll(WindowCondition.columns(windowed.when()));
      }
    }
    names.removeIf(name -> contract.field(name).isEmpty());
    // A struct has a field.
    names.add(contract.fields().get(0).name());
    return List.copyOf(names);
  }

  /**
   * How far back from a partition's newest time lies what rows to come may still be counted with.
   */
  long reachMicros() {
    long reach = 0;
    for (AlertFold.Judge judge : judges) {
      Duration window =
          judge.alert().judgement() instanceof Alert.Windowed windowed
              ? windowed.window()
              : Duration.ofMinutes(10);
      reach = Math.max(reach, AlertFold.micros(judge.alert().behind().plus(window)));
    }
    return reach;
  }

  /** Whether a row of silver came by a topic. */
  Column cameByTopic() {
    Column came = lit(false);
    for (Arrival arrival : contract.topics()) {
      came = came.or(col("_file").startsWith(arrival.topic().name() + "/"));
    }
    return came;
  }

  /** Rows of silver with {@link #CLOCK}, of each partition all from some time on. */
  Dataset<Row> clocked(Dataset<Row> silver) {
    return silver
        .where(cameByTopic())
        .withColumn(
            CLOCK,
            max(unix_micros(named(time)))
                .over(
                    Window.partitionBy("_file")
                        .orderBy("_position")
                        .rowsBetween(Window.unboundedPreceding(), -1)));
  }

  /**
   * What is judged.
   *
   * @param clocked rows of silver with {@link #CLOCK}
   */
  Dataset<Row> input(Dataset<Row> clocked) {
    List<Column> rules = new ArrayList<>();
    for (AlertFold.Judge judge : judges) {
      if (judge instanceof AlertFold.Rule rule) {
        rule.rule().inputs().forEach(sql -> rules.add(expr(sql).cast("bigint")));
      }
    }
    Column[] row = names(contract.keyColumns().stream());
    return clocked
        .where(named(key).isNotNull().and(named(time).isNotNull()))
        .select(
            named(key).cast("string").as("key"),
            unix_micros(named(time)).as("time"),
            col(CLOCK).as("clock"),
            col("_file").as("file"),
            col("_position").as("position"),
            to_json(struct(row)).as("row_key"),
            struct(names(conditionColumns(contract).stream())).as("columns"),
            array(rules.toArray(Column[]::new)).cast("array<bigint>").as("rules"));
  }

  private static Column[] names(Stream<String> names) {
    return named(names.toList());
  }

  /** What a stream of input raises; the state of each key is kept by Spark. */
  Dataset<Row> raised(Dataset<Row> input) {
    AlertFold fold = new AlertFold(judges);
    FlatMapGroupsWithStateFunction<String, Row, byte[], Row> follow =
        (key, rows, state) -> {
          List<Row> raised = new ArrayList<>();
          state.update(fold.follow(key, state.exists() ? state.get() : null, rows, raised::add));
          return raised.iterator();
        };
    return input
        .groupBy("key")
        .as(Encoders.STRING(), Encoders.row(input.schema()))
        .flatMapGroupsWithState(
            follow,
            OutputMode.Append(),
            Encoders.BINARY(),
            Encoders.row(AlertFold.RAISED),
            GroupStateTimeout.NoTimeout());
  }

  /** What a whole input raises. */
  Dataset<Row> raisedAtOnce(Dataset<Row> input) {
    AlertFold fold = new AlertFold(judges);
    FlatMapGroupsFunction<String, Row, Row> follow =
        (key, rows) -> {
          List<Row> raised = new ArrayList<>();
          fold.follow(key, null, rows, raised::add);
          return raised.iterator();
        };
    return input
        .groupBy("key")
        .as(Encoders.STRING(), Encoders.row(input.schema()))
        .flatMapGroups(follow, Encoders.row(AlertFold.RAISED));
  }

  /** The rule of an alert, if it has one. */
  Optional<AlertFold.Rule> rule(String alert) {
    return judges.stream()
        .filter(AlertFold.Rule.class::isInstance)
        .map(AlertFold.Rule.class::cast)
        .filter(rule -> rule.alert().name().equals(alert))
        .findFirst();
  }
}
