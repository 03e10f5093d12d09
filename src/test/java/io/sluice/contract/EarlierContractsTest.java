package io.sluice.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.settings.ValidationErrors.ValidationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Contracts as they were are read from files and from git. */
class EarlierContractsTest {
  @TempDir private Path folder;
  private Path contracts;

  @BeforeEach
  void today() throws IOException {
    contracts = Files.createDirectories(folder.resolve("conf/contracts"));
    ContractText.write("orders", ContractText.SOUND, contracts);
  }

  private void git(String... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(List.of("git", "-c", "user.name=t", "-c", "user.email=t@example.com"));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertEquals(0, process.waitFor(), command.toString());
  }

  private String versionIn(String against) {
    return EarlierContracts.read(against, contracts).get("orders").version();
  }

  private String refusal(String against) {
    return assertThrows(ValidationException.class, () -> EarlierContracts.read(against, contracts))
        .getMessage();
  }

  @Test
  void aRevisionOfGit() throws Exception {
    git("init", "--quiet", "--initial-branch", "main");
    git("add", ".");
    git("commit", "--quiet", "--message", "first");
    ContractText.write(
        "orders", ContractText.changed("version: 1.0.0", "version: 1.1.0"), contracts);
    ContractText.write("other", "not committed", contracts);
    assertEquals("1.0.0", versionIn("main"));
    git("commit", "--quiet", "--all", "--message", "second");
    assertEquals("1.1.0", versionIn("HEAD"));
    assertEquals("1.0.0", versionIn("HEAD~1"));
    String refused = refusal("no-such-branch");
    assertTrue(
        refused.contains("--against no-such-branch: is no file, no folder, and no revision"));
    assertTrue(refusal("--help").contains("is no revision of git"));
  }

  @Test
  void whatIsNoRepositoryIsSaid() {
    assertTrue(refusal("main").contains("no revision that git knows in " + contracts));
  }

  @Test
  void aFolderAndAFileOfAnyName() throws IOException {
    Path old = Files.createDirectory(folder.resolve("old"));
    assertTrue(refusal(old.toString()).contains("no contract (*.yaml) is there"));
    ContractText.write("orders", ContractText.changed("version: 1.0.0", "version: 0.3.0"), old);
    assertEquals("0.3.0", versionIn(old.toString()));
    Path copy = Files.copy(old.resolve("orders.yaml"), folder.resolve("orders-of-may.yml"));
    assertEquals("0.3.0", versionIn(copy.toString()));
    Files.writeString(copy, ContractText.changed("DECIMAL(18,2)", "MONEY"));
    assertTrue(refusal(copy.toString()).contains("by today's rules: orders.yaml: schema[0]"));
  }
}
