package io.sluice.settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Secrets are named in settings, never written there: {@code env:NAME} or {@code file:/path}. */
final class Secret {
  private Secret() {}

  /**
   * The secret behind a reference.
   *
   * @throws IllegalArgumentException if the text is no reference, or leads nowhere; the text itself
   *     is not repeated
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
