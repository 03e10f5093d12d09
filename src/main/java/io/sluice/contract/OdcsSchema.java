package io.sluice.contract;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Validates documents against the JSON schema of ODCS 3.2, a resource beside this class. */
final class OdcsSchema {
  /** The schema's definition of the operators of a check, of which one is to be stated. */
  private static final String OPERATORS = "DataQualityOperators";

  private final JsonSchema schema;
  private final Set<String> keys;
  private final String operators;

  private OdcsSchema(JsonSchema schema) {
    this.schema = schema;
    this.keys = keys(schema.getSchemaNode());
    List<String> names = new ArrayList<>();
    for (JsonNode one : schema.getSchemaNode().at("/$defs/" + OPERATORS + "/oneOf")) {
      names.add(one.path("required").path(0).asText());
    }
    this.operators = "must state exactly one of " + names;
  }

  /** Reads the schema from the class path. */
  static OdcsSchema load() {
    try (InputStream in = OdcsSchema.class.getResourceAsStream("odcs-v3.2.0.schema.json")) {
      return new OdcsSchema(
          JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V201909).getSchema(in));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Every key that ODCS knows anywhere. */
  private static Set<String> keys(JsonNode schema) {
    Set<String> keys = new HashSet<>();
    for (JsonNode properties : schema.findValues("properties")) {
      properties.fieldNames().forEachRemaining(keys::add);
    }
    return keys;
  }

  /**
   * Adds what the schema does not allow in a document, each error once.
   *
   * <p>If the document has a key that ODCS does not know, the validator reports the valid keys
   * beside it as well; those reports are left out. Of a check without an operator, or with several,
   * it reports each of the operators that is not there: one report stands for them.
   */
  void validate(JsonNode document, FileErrors errors) {
    Set<ValidationMessage> messages = schema.validate(document);
    boolean onlyKnown =
        messages.stream().allMatch(message -> isUnevaluated(message) && isKnown(message));
    messages.stream()
        .filter(message -> onlyKnown || !isUnevaluated(message) || !isKnown(message))
        .filter(message -> !isOfChoice(message) || !hasOwnReport(message, messages))
        .map(message -> Map.entry(message.getInstanceLocation().toString(), told(message)))
        .distinct()
        .forEach(
            message ->
                errors.add(
                    message.getKey().replaceFirst("^\\$\\.?", ""),
                    message.getValue() + " (ODCS 3.2)"));
  }

  private String told(ValidationMessage message) {
    return isOfChoice(message) ? operators : message.getMessage().replaceFirst("^\\$[^ ]*: ", "");
  }

  /** Whether a message says of an operator, or of all, that it is not there. */
  private static boolean isOfChoice(ValidationMessage message) {
    return isOfOperators(message) && Set.of("oneOf", "required").contains(message.getType());
  }

  private static boolean isOfOperators(ValidationMessage message) {
    return message.getSchemaLocation().toString().contains(OPERATORS);
  }

  /** Whether an operator is there, and it is its value that is wrong. */
  private static boolean hasOwnReport(ValidationMessage choice, Set<ValidationMessage> all) {
    String entry = choice.getInstanceLocation() + ".";
    return all.stream()
        .anyMatch(
            message ->
                isOfOperators(message)
                    && message.getInstanceLocation().toString().startsWith(entry));
  }

  private static boolean isUnevaluated(ValidationMessage message) {
    return message.getType().equals("unevaluatedProperties");
  }

  private boolean isKnown(ValidationMessage message) {
    return keys.contains(message.getProperty());
  }
}
