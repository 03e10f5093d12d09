package io.sluice.settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Resolves references to secrets: {@code env:NAME} is an environment variable, {@code file:/path} a
 * file. Settings hold the reference, never the secret.
 */
final class Secret {
  private Secret() {}

  /**
   * The secret that a reference names, without white space around a file's; empty for an empty
   * reference.
   *
   * @throws IllegalArgumentException if the text is no reference, or names a variable or file that
   *     is missing or empty. The message of the former does not repeat the text, which may be a
   *     secret
   */
  static String resolve(String reference) {
    if (reference.isEmpty()) {
      return "";
    }
    if (reference.startsWith("env:")) {
      String name = reference.substring("env:".length());
      String value = System.getenv(name);
      if (value == null || value.isEmpty()) {
        throw new IllegalArgumentException("the environment variable " + name + " is not set");
      }
      return value;
    }
    if (reference.startsWith("file:")) {
      Path path = Path.of(reference.substring("file:".length()));
      try {
        String value = Files.readString(path).strip();
        if (value.isEmpty()) {
          throw new IllegalArgumentException("the file " + path + " is empty");
        }
        return value;
      } catch (IOException e) {
        throw new IllegalArgumentException("the file " + path + " cannot be read", e);
      }
    }
    throw new IllegalArgumentException(
        "must be a reference, env:NAME or file:/path; secrets are not written into settings");
  }
}
