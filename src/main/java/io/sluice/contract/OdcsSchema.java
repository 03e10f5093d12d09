package io.sluice.contract;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Validates documents against the JSON schema of ODCS 3.2, a resource beside this class. */
final class OdcsSchema {
  private final JsonSchema schema;
  private final Set<String> keys;

  private OdcsSchema(JsonSchema schema) {
    this.schema = schema;
    this.keys = keys(schema.getSchemaNode());
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
   * beside it as well; those reports are left out.
   */
  void validate(JsonNode document, FileErrors errors) {
    Set<ValidationMessage> messages = schema.validate(document);
    boolean onlyKnown =
        messages.stream().allMatch(message -> isUnevaluated(message) && isKnown(message));
    messages.stream()
        .filter(message -> onlyKnown || !isUnevaluated(message) || !isKnown(message))
        .map(message -> Map.entry(message.getInstanceLocation().toString(), message.getMessage()))
        .distinct()
        .forEach(
            message ->
                errors.add(
                    message.getKey().replaceFirst("^\\$\\.?", ""),
                    message.getValue().replaceFirst("^\\$[^ ]*: ", "") + " (ODCS 3.2)"));
  }

  private static boolean isUnevaluated(ValidationMessage message) {
    return message.getType().equals("unevaluatedProperties");
  }

  private boolean isKnown(ValidationMessage message) {
    return keys.contains(message.getProperty());
  }
}
