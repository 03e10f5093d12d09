package io.sluice.contract;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.settings.ValidationErrors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Reads a contract's file in three steps: {@link OdcsSchema} validates the document, {@link
 * ContractMapper} makes the typed contract of it, {@link ContractRules} judges that contract.
 *
 * <p>Guarantee: each error is added with its file and its place in the file, and nothing that the
 * file states is silently ignored. A document that is no ODCS is not mapped; otherwise all errors
 * of a file are added at once.
 */
final class ContractReader {
  private static final OdcsSchema ODCS = OdcsSchema.load();

  private final ValidationErrors errors;

  /**
   * @param errors gets the errors of every file that is read
   */
  ContractReader(ValidationErrors errors) {
    this.errors = errors;
  }

  /** The contract in a file; empty if the file has errors. */
  Optional<Contract> read(Path path) {
    String file = path.getFileName().toString();
    try {
      return read(file, Files.readString(path));
    } catch (IOException e) {
      new FileErrors(errors, file).add("", unreadable(e));
      return Optional.empty();
    }
  }

  /** The same of a file's content. */
  Optional<Contract> read(String file, String text) {
    FileErrors found = new FileErrors(errors, file);
    Optional<JsonNode> document = document(text, found);
    document.ifPresent(root -> ODCS.validate(root, found));
    if (!found.isEmpty()) {
      return Optional.empty();
    }
    Contract contract = new ContractMapper(found).contract(document.orElseThrow());
    new ContractRules(found).judge(contract);
    return found.isEmpty() ? Optional.of(contract) : Optional.empty();
  }

  /** Which source a text says it is the contract of; empty if it does not say. */
  static Optional<String> id(String text) {
    return document(text, new FileErrors(new ValidationErrors(), ""))
        .map(root -> NodeReader.text(root, "id"));
  }

  private static String unreadable(IOException e) {
    return "not readable as YAML: " + e.getMessage().strip().replace("\n", " ");
  }

  private static Optional<JsonNode> document(String text, FileErrors found) {
    try {
      JsonNode root = YamlDocument.read(text);
      if (root != null && root.isObject()) {
        return Optional.of(root);
      }
      found.add("", "empty; a data contract is expected");
    } catch (IOException e) {
      found.add("", unreadable(e));
    }
    return Optional.empty();
  }
}
