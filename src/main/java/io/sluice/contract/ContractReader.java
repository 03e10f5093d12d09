package io.sluice.contract;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import io.sluice.contract.Field.Bounds;
import io.sluice.contract.Field.Presence;
import io.sluice.contract.Field.Protection;
import io.sluice.contract.Field.Reference;
import io.sluice.contract.Field.Role;
import io.sluice.engine.Expressions;
import io.sluice.quality.Check;
import io.sluice.quality.Dqdl;
import io.sluice.settings.ValidationErrors;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Period;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Cast;
import org.apache.spark.sql.catalyst.expressions.EvalMode$;
import org.apache.spark.sql.catalyst.expressions.Literal;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;
import scala.Option;

/**
 * Reads ODCS 3.2 files into contracts: first against the ODCS schema, then against what Sluice can
 * carry out.
 *
 * <p>Every error is noted with its path inside the file; nothing that is written there is silently
 * ignored.
 */
final class ContractReader {
  private static final ObjectMapper YAML =
      new ObjectMapper(new YAMLFactory()).enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
  private static final JsonSchema ODCS = odcs();
  private static final Set<String> KEYS = keys(ODCS.getSchemaNode());
  private static final Set<String> PROPERTIES =
      Set.of("orderingColumn", "schemaPolicy", "arrivals", "quarantineLimit");
  private static final Set<String> BOUNDS_OF_VALUES =
      Set.of("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum");
  private static final Set<String> BOUNDS_OF_TEXT = Set.of("minLength", "maxLength", "pattern");
  private static final Set<String> OPTIONS_OF_FILES =
      Set.of("delimiter", "quote", "nullValues", "maxRecordBytes", "maxFileBytes");
  private static final Set<String> OPTIONS_OF_TOPICS =
      Set.of("nullValues", "maxRecordBytes", "deadLetters");
  private static final Set<String> UNUSED_KEYS = Set.of("unique", "encryptedName", "quality");

  private final ValidationErrors errors;
  private String file;

  ContractReader(ValidationErrors errors) {
    this.errors = errors;
  }

  private static Set<String> keys(JsonNode schema) {
    Set<String> keys = new HashSet<>();
    for (JsonNode properties : schema.findValues("properties")) {
      properties.fieldNames().forEachRemaining(keys::add);
    }
    return keys;
  }

  private static JsonSchema odcs() {
    try (InputStream in = ContractReader.class.getResourceAsStream("odcs-v3.2.0.schema.json")) {
      return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V201909).getSchema(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The contract in a file; empty if it has errors. */
  Optional<Contract> read(Path path) {
    file = path.getFileName().toString();
    int before = errors.all().size();
    JsonNode root;
    try {
      // A second document of the file would be passed over in silence.
      root =
          YAML.reader()
              .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
              .readTree(Files.readString(path));
    } catch (IOException e) {
      errors.add(file, "not readable as YAML: " + e.getMessage().strip().replace("\n", " "));
      return Optional.empty();
    }
    if (root == null || !root.isObject()) {
      errors.add(file, "empty; a data contract is expected");
      return Optional.empty();
    }
    Set<ValidationMessage> messages = ODCS.validate(root);
    // Once a key is not known, the validator calls its right neighbours unevaluated, too.
    boolean onlyKnown =
        messages.stream().allMatch(message -> isUnevaluated(message) && isKnown(message));
    messages.stream()
        .filter(message -> onlyKnown || !isUnevaluated(message) || !isKnown(message))
        .map(message -> Map.entry(message.getInstanceLocation().toString(), message.getMessage()))
        .distinct()
        .forEach(
            message ->
                error(
                    message.getKey().replaceFirst("^\\$\\.?", ""),
                    message.getValue().replaceFirst("^\\$[^ ]*: ", "") + " (ODCS 3.2)"));
    if (errors.all().size() > before) {
      return Optional.empty();
    }
    Contract contract = contract(root);
    return errors.all().size() > before ? Optional.empty() : Optional.of(contract);
  }

  private static boolean isUnevaluated(ValidationMessage message) {
    return message.getType().equals("unevaluatedProperties");
  }

  private static boolean isKnown(ValidationMessage message) {
    return KEYS.contains(message.getProperty());
  }

  private void error(String place, String expected) {
    errors.add(place.isEmpty() ? file : file + ": " + place, expected);
  }

  private Contract contract(JsonNode root) {
    String id = root.path("id").asText();
    if (!file.equals(id + ".yaml")) {
      error("id", "is " + id + ", so the file must be " + id + ".yaml");
    }
    if (!id.matches("[a-z][a-z0-9_]*")) {
      error("id", "must be in snake case: it names the tables");
    }
    JsonNode objects = root.path("schema");
    if (objects.size() != 1) {
      error("schema", "must hold exactly one object, the silver table");
    }
    JsonNode table = objects.path(0);
    if (!table.path("name").asText().equals(id)) {
      error("schema[0].name", "must be the contract's id, " + id);
    }
    if (table.has("relationships")) {
      error("schema[0].relationships", "must be stated on the field that refers");
    }
    List<Field> fields = fields(table.path("properties"));
    Map<String, JsonNode> custom = custom(root.path("customProperties"), "customProperties");
    for (String name : new TreeSet<>(custom.keySet())) {
      if (!PROPERTIES.contains(name)) {
        error("customProperties." + name, "unknown; known are " + new TreeSet<>(PROPERTIES));
      }
    }
    List<Contract.RowRule> rules = new ArrayList<>();
    List<Check> checks = new ArrayList<>();
    quality(table.path("quality"), fields, rules, checks);
    return new Contract(
        id,
        root.path("version").asText(),
        root.path("name").asText(id),
        root.path("description").path("purpose").asText(""),
        table.path("description").asText(""),
        root.path("domain").asText(""),
        root.path("team").path("name").asText(""),
        period(root, "retention", Period.ofYears(100)),
        period(root, "frequency", Period.ofDays(1)),
        fields,
        rules,
        checks,
        ordering(custom.get("orderingColumn"), fields),
        limit(custom.get("quarantineLimit")),
        policy(custom.get("schemaPolicy")),
        arrivals(custom.get("arrivals"), fields));
  }

  private Map<String, JsonNode> custom(JsonNode list, String place) {
    Map<String, JsonNode> values = new LinkedHashMap<>();
    for (JsonNode entry : list) {
      if (values.put(entry.path("property").asText(), entry.path("value")) != null) {
        error(place + "." + entry.path("property").asText(), "stated twice");
      }
    }
    return values;
  }

  private List<Field> fields(JsonNode properties) {
    List<Field> fields = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (int i = 0; i < properties.size(); i++) {
      String place = "schema[0].properties[" + i + "]";
      JsonNode property = properties.get(i);
      String name = property.path("name").asText();
      // Spark's column names do not tell case apart.
      if (!names.add(name.toLowerCase(Locale.ROOT))) {
        error(place + ".name", name + " is stated twice");
      }
      if (name.startsWith("_") || !name.matches("[A-Za-z][A-Za-z0-9_]*")) {
        error(place + ".name", name + " must be letters, digits and _, and begin with a letter");
      }
      fields.add(field(property, place + " (" + name + ")"));
    }
    long partitions = fields.stream().filter(field -> field.role() == Role.PARTITION).count();
    if (partitions > 1) {
      error("schema[0].properties", "at most one field may be partitioned");
    }
    List<Integer> positions =
        fields.stream().filter(Field::isKey).map(Field::keyPosition).sorted().toList();
    if (positions.isEmpty()) {
      error("schema[0].properties", "at least one field must be primaryKey");
    } else if (new HashSet<>(positions).size() != positions.size()) {
      error("schema[0].properties", "primaryKeyPosition must differ from field to field");
    }
    return fields;
  }

  private Field field(JsonNode property, String place) {
    String name = property.path("name").asText();
    for (String unused : UNUSED_KEYS) {
      if (property.has(unused)) {
        error(place + "." + unused, "is not carried out here; leave it out");
      }
    }
    DataType type = type(property, place);
    Presence presence =
        property.path("required").asBoolean() ? Presence.REQUIRED : Presence.OPTIONAL;
    int keyPosition =
        property.path("primaryKey").asBoolean()
            ? Math.max(1, property.path("primaryKeyPosition").asInt(1))
            : 0;
    Role role = property.path("partitioned").asBoolean() ? Role.PARTITION : Role.COLUMN;
    Protection protection = protection(property, type, place);
    if (keyPosition > 0 && presence != Presence.REQUIRED) {
      error(place + ".required", "a key field must be required");
    }
    if (keyPosition > 0 && (type instanceof StructType || type instanceof ArrayType)) {
      error(place + ".logicalType", "a key field must have a plain type");
    }
    if (role == Role.PARTITION && !(type.equals(DataTypes.DateType) && keyPosition > 0)) {
      error(place + ".partitioned", "the partition field must be a date and part of the key");
    }
    if (role == Role.PARTITION && protection != Protection.NONE) {
      error(place + ".classification", "the partition field cannot be protected");
    }
    String expression = property.path("transformLogic").asText("`" + name + "`");
    checkExpression(expression, place + ".transformLogic");
    return new Field(
        name,
        property.path("description").asText(""),
        type,
        expression,
        presence,
        keyPosition,
        role,
        accepted(property.path("enum"), type, place + ".enum"),
        bounds(property.path("logicalTypeOptions"), type, place + ".logicalTypeOptions"),
        reference(property.path("relationships"), place + ".relationships"),
        property.path("classification").asText("internal"),
        protection);
  }

  private void checkExpression(String sql, String place) {
    try {
      Expressions.columns(sql);
    } catch (IllegalArgumentException e) {
      error(place, e.getMessage());
    }
  }

  private static List<String> texts(JsonNode list, String key) {
    return StreamSupport.stream(list.spliterator(), false)
        .map(entry -> key.isEmpty() ? entry.asText() : entry.path(key).asText())
        .toList();
  }

  private DataType type(JsonNode property, String place) {
    String logical = property.path("logicalType").asText("");
    JsonNode physical = property.path("physicalType");
    switch (logical) {
      case "object":
        List<StructField> members = new ArrayList<>();
        JsonNode inner = property.path("properties");
        if (inner.isEmpty()) {
          error(place + ".properties", "an object must state its properties");
        }
        for (int i = 0; i < inner.size(); i++) {
          if (inner.get(i).path("classification").asText().equals("restricted")) {
            error(
                place + ".properties[" + i + "].classification", "only a whole field is protected");
          }
          members.add(
              DataTypes.createStructField(
                  inner.get(i).path("name").asText(),
                  type(inner.get(i), place + ".properties[" + i + "]"),
                  true));
        }
        return DataTypes.createStructType(members);
      case "array":
        if (!property.has("items")) {
          error(place + ".items", "an array must state its items");
        }
        if (property.path("items").path("classification").asText().equals("restricted")) {
          error(place + ".items.classification", "only a whole field is protected");
        }
        return DataTypes.createArrayType(type(property.path("items"), place + ".items"));
      case "string":
        return physical(physical, place, DataTypes.StringType, Set.of("string"));
      case "integer":
        return physical(
            physical, place, DataTypes.LongType, Set.of("byte", "short", "integer", "long"));
      case "number":
        return physical(physical, place, null, Set.of("decimal", "double", "float"));
      case "boolean":
        return physical(physical, place, DataTypes.BooleanType, Set.of("boolean"));
      case "date":
        return physical(physical, place, DataTypes.DateType, Set.of("date"));
      case "timestamp":
        return physical(physical, place, DataTypes.TimestampType, Set.of("timestamp"));
      default:
        error(
            place + ".logicalType",
            "must be one of string, integer, number, boolean, date, timestamp, object, array");
        return DataTypes.StringType;
    }
  }

  private DataType physical(
      JsonNode physical, String place, DataType byDefault, Set<String> families) {
    if (physical.isMissingNode()) {
      if (byDefault == null) {
        error(place + ".physicalType", "a number must state one, such as DECIMAL(18,2) or DOUBLE");
        return DataTypes.DoubleType;
      }
      return byDefault;
    }
    try {
      DataType type = DataType.fromDDL(physical.asText());
      String family = type.typeName().replaceFirst("\\(.*", "");
      if (!families.contains(family)) {
        error(
            place + ".physicalType",
            physical.asText()
                + " does not fit its logicalType; it takes "
                + new TreeSet<>(families));
      }
      return type;
    } catch (Exception e) {
      error(place + ".physicalType", physical.asText() + " is no Spark SQL type");
      return DataTypes.StringType;
    }
  }

  private Protection protection(JsonNode property, DataType type, String place) {
    String classification = property.path("classification").asText("internal");
    if (!Set.of("public", "internal", "confidential", "restricted").contains(classification)) {
      error(place + ".classification", "must be public, internal, confidential or restricted");
    }
    Map<String, JsonNode> custom =
        custom(property.path("customProperties"), place + ".customProperties");
    for (String name : custom.keySet()) {
      if (!name.equals("protection")) {
        error(place + ".customProperties." + name, "unknown; known is protection");
      }
    }
    String how = custom.containsKey("protection") ? custom.get("protection").asText() : "none";
    Protection protection =
        choice(Protection.class, how, place + ".customProperties.protection", Protection.NONE);
    if (classification.equals("restricted") != (protection != Protection.NONE)) {
      error(place + ".classification", "restricted and a protection (token, encrypt) go together");
    }
    if (protection != Protection.NONE && !type.equals(DataTypes.StringType)) {
      error(place + ".logicalType", "a protected field must be a string");
    }
    return protection;
  }

  private List<String> accepted(JsonNode values, DataType type, String place) {
    List<String> accepted = texts(values, "value");
    for (String value : accepted) {
      checkLiteral(value, type, place);
    }
    return accepted;
  }

  private void checkLiteral(String text, DataType type, String place) {
    if (type instanceof StructType || type instanceof ArrayType) {
      return;
    }
    Object value =
        new Cast(
                Literal.create(UTF8String.fromString(text), DataTypes.StringType),
                type,
                Option.apply("UTC"),
                EvalMode$.MODULE$.TRY())
            .eval(InternalRow.empty());
    if (value == null) {
      error(place, text + " is no " + type.sql().toLowerCase(Locale.ROOT));
    }
  }

  private Bounds bounds(JsonNode options, DataType type, String place) {
    BOUNDS_OF_VALUES.stream()
        .filter(options::has)
        .forEach(name -> checkLiteral(options.path(name).asText(), type, place + "." + name));
    boolean text = type.equals(DataTypes.StringType);
    boolean nested = type instanceof StructType || type instanceof ArrayType;
    Set<String> known = nested ? Set.of() : text ? BOUNDS_OF_TEXT : BOUNDS_OF_VALUES;
    options
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (!known.contains(name)) {
                error(
                    place + "." + name, "unknown for this type; known are " + new TreeSet<>(known));
              }
            });
    if (options.has("pattern")) {
      try {
        Pattern.compile(options.path("pattern").asText());
      } catch (PatternSyntaxException e) {
        error(place + ".pattern", "is no regular expression: " + e.getDescription());
      }
    }
    return options.isEmpty()
        ? Bounds.NONE
        : new Bounds(
            text(options, "minimum"),
            text(options, "maximum"),
            text(options, "exclusiveMinimum"),
            text(options, "exclusiveMaximum"),
            options.has("minLength") ? (Integer) options.path("minLength").asInt() : null,
            options.has("maxLength") ? (Integer) options.path("maxLength").asInt() : null,
            text(options, "pattern"));
  }

  private static String text(JsonNode node, String key) {
    return node.has(key) ? node.path(key).asText() : null;
  }

  private Optional<Reference> reference(JsonNode relationships, String place) {
    if (relationships.isEmpty()) {
      return Optional.empty();
    }
    String to = relationships.path(0).path("to").asText("");
    String[] parts = to.split("\\.");
    if (relationships.size() > 1 || parts.length != 2) {
      error(place, "must be one entry with to: <source>.<field>");
      return Optional.empty();
    }
    return Optional.of(new Reference(parts[0], parts[1]));
  }

  private void quality(
      JsonNode entries, List<Field> fields, List<Contract.RowRule> rules, List<Check> checks) {
    Set<String> columns = new TreeSet<>();
    fields.forEach(field -> columns.add(field.name()));
    Set<String> names =
        new HashSet<>(
            Set.of(
                "type",
                "required",
                "enum",
                "range",
                "length",
                "pattern",
                "reference",
                "record",
                "missing"));
    for (int i = 0; i < entries.size(); i++) {
      String place = "schema[0].quality[" + i + "]";
      JsonNode entry = entries.get(i);
      String name = entry.path("name").asText("");
      String engine = entry.path("engine").asText("");
      String text = entry.path("implementation").asText("");
      if (!name.matches("[a-z][a-z0-9_]*") || !names.add(name)) {
        error(place + ".name", "must be in snake case, unique, and no built-in rule's");
      }
      if (engine.equals("rule")) {
        try {
          for (String column : Expressions.columns(text)) {
            if (!columns.contains(column) && !column.equals("_arrived_at")) {
              error(place + ".implementation", "there is no field " + column);
            }
          }
        } catch (IllegalArgumentException e) {
          error(place + ".implementation", e.getMessage());
        }
        rules.add(new Contract.RowRule(name, text));
      } else if (engine.equals("dqdl")) {
        Check.Severity severity =
            choice(
                Check.Severity.class,
                entry.path("severity").asText("error"),
                place + ".severity",
                Check.Severity.ERROR);
        Dqdl.error(text, columns).ifPresent(why -> error(place + ".implementation", why));
        checks.add(new Check(name, severity, text));
      } else {
        error(place + ".engine", "must be rule (judges a row) or dqdl (judges a batch)");
      }
    }
  }

  private Field ordering(JsonNode value, List<Field> fields) {
    String name = value == null ? "" : value.asText();
    Optional<Field> ordering =
        fields.stream().filter(field -> field.name().equals(name)).findFirst();
    if (ordering.isEmpty()) {
      error("customProperties.orderingColumn", "must name the field whose greatest value wins");
      return null;
    }
    if (!ordering.get().isRequired() || ordering.get().isProtected()) {
      error("customProperties.orderingColumn", name + " must be required and not protected");
    }
    return ordering.get();
  }

  private double limit(JsonNode value) {
    if (value == null) {
      return 0.2;
    }
    if (!value.isNumber() || value.asDouble() < 0 || value.asDouble() > 1) {
      error("customProperties.quarantineLimit", "must be a share from 0 to 1");
    }
    return value.asDouble();
  }

  private SchemaPolicy policy(JsonNode value) {
    if (value == null) {
      return SchemaPolicy.DEFAULT;
    }
    String place = "customProperties.schemaPolicy";
    if (!value.isObject()) {
      error(place, "must be a map of added, removed and retyped");
      return SchemaPolicy.DEFAULT;
    }
    unknownKeys(value, Set.of("added", "removed", "retyped"), place);
    SchemaPolicy usual = SchemaPolicy.DEFAULT;
    return new SchemaPolicy(
        choice(
            SchemaPolicy.Added.class,
            value.path("added").asText("keep"),
            place + ".added",
            usual.added()),
        choice(
            SchemaPolicy.Removed.class,
            value.path("removed").asText("quarantine"),
            place + ".removed",
            usual.removed()),
        choice(
            SchemaPolicy.Retyped.class,
            value.path("retyped").asText("quarantine"),
            place + ".retyped",
            usual.retyped()));
  }

  private List<Arrival> arrivals(JsonNode list, List<Field> fields) {
    List<Arrival> arrivals = new ArrayList<>();
    if (list == null || !list.isArray() || list.isEmpty()) {
      error("customProperties.arrivals", "must list at least one way the source arrives");
      return arrivals;
    }
    Set<String> names = new HashSet<>();
    for (int i = 0; i < list.size(); i++) {
      Arrival arrival = arrival(list.get(i), fields, "customProperties.arrivals[" + i + "]");
      if (!names.add(arrival.name())) {
        error("customProperties.arrivals[" + i + "].name", "stated twice");
      }
      arrivals.add(arrival);
    }
    for (Arrival one : arrivals) {
      for (Arrival other : arrivals) {
        if (one == other || one.isTopic() != other.isTopic()) {
          continue;
        }
        if (!one.isTopic() && one.location().startsWith(other.location())) {
          error("customProperties.arrivals", one.name() + " lies inside " + other.name());
        }
        if (one.isTopic() && one.topic().name().equals(other.topic().name())) {
          error("customProperties.arrivals", one.name() + " reads the topic of " + other.name());
        }
      }
    }
    return arrivals;
  }

  private Arrival arrival(JsonNode node, List<Field> fields, String place) {
    unknownKeys(node, Set.of("name", "format", "location", "topic", "options", "fields"), place);
    JsonNode options = node.path("options");
    unknownKeys(
        options, node.has("topic") ? OPTIONS_OF_TOPICS : OPTIONS_OF_FILES, place + ".options");
    String name = node.path("name").asText("");
    if (!name.matches("[a-z][a-z0-9_]*")) {
      error(place + ".name", "must be in snake case");
    }
    Arrival.Format format =
        choice(
            Arrival.Format.class,
            node.path("format").asText(""),
            place + ".format",
            Arrival.Format.CSV);
    Arrival.Topic topic = topic(node, format, place);
    String location = topic == null ? location(node, format, place) : "";
    if (!options.isMissingNode() && !options.isObject()) {
      error(place + ".options", "must be a map");
    }
    if (node.has("fields") && !node.path("fields").isObject()) {
      error(place + ".fields", "must be a map of fields to expressions");
    }
    if (options.has("nullValues")
        && !(options.path("nullValues").isArray()
            && StreamSupport.stream(options.path("nullValues").spliterator(), false)
                .allMatch(JsonNode::isTextual))) {
      error(place + ".options.nullValues", "must be a list of strings");
    }
    Map<String, String> expressions = new LinkedHashMap<>();
    node.path("fields")
        .fields()
        .forEachRemaining(
            entry -> {
              if (fields.stream().noneMatch(field -> field.name().equals(entry.getKey()))) {
                error(place + ".fields." + entry.getKey(), "there is no such field");
              }
              checkExpression(entry.getValue().asText(), place + ".fields." + entry.getKey());
              expressions.put(entry.getKey(), entry.getValue().asText());
            });
    if (options.path("delimiter").asText(",").equals(options.path("quote").asText("\""))) {
      error(place + ".options", "delimiter and quote must differ");
    }
    return new Arrival(
        name,
        format,
        location,
        character(options, "delimiter", ',', place),
        character(options, "quote", '"', place),
        options.has("nullValues")
            ? texts(options.path("nullValues"), "")
            : format == Arrival.Format.CSV ? List.of("") : List.of(),
        (int) size(options, "maxRecordBytes", 16 << 20, Integer.MAX_VALUE, place),
        size(options, "maxFileBytes", 64L << 30, Long.MAX_VALUE, place),
        expressions,
        topic);
  }

  private String location(JsonNode node, Arrival.Format format, String place) {
    if (format == Arrival.Format.AVRO) {
      error(place + ".format", "avro arrives on a topic only");
    }
    String location = node.path("location").asText("");
    if (location.isEmpty()
        || location.startsWith("/")
        || location.startsWith(".")
        || location.contains("..")) {
      error(place + ".location", "must be a folder below the landing root, such as orders/");
    }
    return location.endsWith("/") ? location : location + "/";
  }

  private Arrival.Topic topic(JsonNode node, Arrival.Format format, String place) {
    if (!node.has("topic")) {
      return null;
    }
    if (node.has("location")) {
      error(place + ".location", "stands beside topic; an arrival has one of them");
    }
    if (format != Arrival.Format.AVRO && format != Arrival.Format.JSON) {
      error(place + ".format", "must be avro or json on a topic");
    }
    String name = topicName(node.path("topic"), place + ".topic");
    JsonNode dead = node.path("options").path("deadLetters");
    String deadLetters =
        dead.isMissingNode() ? null : topicName(dead, place + ".options.deadLetters");
    if (name.equals(deadLetters)) {
      error(place + ".options.deadLetters", "must be another topic");
    }
    return new Arrival.Topic(name, deadLetters);
  }

  private String topicName(JsonNode node, String place) {
    String name = node.asText("");
    if (!name.matches("[A-Za-z0-9._-]{1,249}") || name.equals(".") || name.equals("..")) {
      error(place, "must be a Kafka topic's name: letters, digits, '.', '_' and '-'");
    }
    return name;
  }

  private long size(JsonNode options, String key, long byDefault, long most, String place) {
    JsonNode size = options.path(key);
    if (size.isMissingNode()) {
      return byDefault;
    }
    if (!size.isIntegralNumber() || size.asLong() < 1 || size.asLong() > most) {
      error(place + ".options." + key, "must be a whole number from 1 to " + most);
      return byDefault;
    }
    return size.asLong();
  }

  private char character(JsonNode options, String key, char byDefault, String place) {
    String text = options.path(key).asText(String.valueOf(byDefault));
    if (text.length() != 1
        || text.charAt(0) > 127
        || text.charAt(0) == '\n'
        || text.charAt(0) == '\r') {
      error(place + ".options." + key, "must be one ASCII character");
      return byDefault;
    }
    return text.charAt(0);
  }

  private void unknownKeys(JsonNode node, Set<String> known, String place) {
    node.fieldNames()
        .forEachRemaining(
            key -> {
              if (!known.contains(key)) {
                error(place + "." + key, "unknown; known are " + new TreeSet<>(known));
              }
            });
  }

  private <E extends Enum<E>> E choice(Class<E> type, String text, String place, E byDefault) {
    Stream<E> values = Arrays.stream(type.getEnumConstants());
    return values
        .filter(value -> value.name().toLowerCase(Locale.ROOT).equals(text))
        .findFirst()
        .orElseGet(
            () -> {
              error(
                  place,
                  "must be one of "
                      + Arrays.stream(type.getEnumConstants())
                          .map(value -> value.name().toLowerCase(Locale.ROOT))
                          .toList());
              return byDefault;
            });
  }

  private Period period(JsonNode root, String property, Period byDefault) {
    for (int i = 0; i < root.path("slaProperties").size(); i++) {
      JsonNode sla = root.path("slaProperties").get(i);
      if (sla.path("property").asText().equals(property)) {
        int value = sla.path("value").isIntegralNumber() ? sla.path("value").asInt() : 0;
        Period period =
            switch (sla.path("unit").asText("")) {
              case "d", "day", "days" -> Period.ofDays(value);
              case "m", "month", "months" -> Period.ofMonths(value);
              case "y", "yr", "year", "years" -> Period.ofYears(value);
              default -> Period.ZERO;
            };
        if (period.isZero() || period.isNegative()) {
          error("slaProperties[" + i + "]", "must be a whole number of days, months or years");
        }
        return period;
      }
    }
    return byDefault;
  }
}
