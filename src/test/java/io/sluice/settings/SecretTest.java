package io.sluice.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds what {@link Secret} resolves, and that it never repeats what may be a secret. */
class SecretTest {
  @TempDir private Path folder;

  @Test
  void secretIsReadWithoutTheWhiteSpaceAroundIt() throws IOException {
    Path file = Files.writeString(folder.resolve("key"), " s3cret\n");
    assertEquals("s3cret", Secret.resolve("file:" + file));
    assertEquals("", Secret.resolve(""));
  }

  @Test
  void secretItselfIsNoReferenceAndIsNotRepeated() {
    String message = refusal("s3cret");
    assertFalse(message.contains("s3cret"), message);
  }

  @Test
  void missingOrEmptySecretIsNamedByItsReference() throws IOException {
    Path empty = Files.writeString(folder.resolve("empty"), "\n");
    Path missing = folder.resolve("missing");
    assertEquals("the file " + empty + " is empty", refusal("file:" + empty));
    assertEquals("the file " + missing + " cannot be read", refusal("file:" + missing));
    assertEquals(
        "the environment variable NO_SUCH_VARIABLE is not set", refusal("env:NO_SUCH_VARIABLE"));
  }

  private static String refusal(String reference) {
    return assertThrows(IllegalArgumentException.class, () -> Secret.resolve(reference))
        .getMessage();
  }
}
