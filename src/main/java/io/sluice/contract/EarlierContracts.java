package io.sluice.contract;

import io.sluice.settings.ValidationErrors;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Reads contracts as they were: from a file, from a folder, or from a revision of the git
 * repository that today's folder is in. References between them are not held to anything.
 *
 * <p>Cost: of a revision two processes of git, and one for each contract.
 */
public final class EarlierContracts {
  private static final String OPTION = "--against ";

  private final String against;
  private final Path folder;
  private final ValidationErrors errors = new ValidationErrors();

  private EarlierContracts(String against, Path folder) {
    this.against = against;
    this.folder = folder;
  }

  /**
   * The contracts by their ids.
   *
   * @param against a file or a folder if there is one of this name, else a revision such as {@code
   *     main}
   * @param folder today's contracts
   * @throws ValidationErrors.ValidationException if nothing is found, or what is found is no valid
   *     contract; it names every error
   */
  public static SortedMap<String, Contract> read(String against, Path folder) {
    EarlierContracts earlier = new EarlierContracts(against, folder);
    SortedMap<String, Contract> byId = earlier.contracts();
    earlier.errors.throwIfAny();
    return byId;
  }

  private SortedMap<String, Contract> contracts() {
    SortedMap<String, Contract> byId = new TreeMap<>();
    Map<String, String> texts = texts();
    if (texts.isEmpty() && errors.isEmpty()) {
      errors.add(OPTION + against, "no contract (*.yaml) is there");
    }
    ValidationErrors found = new ValidationErrors();
    ContractReader reader = new ContractReader(found);
    texts.forEach(
        (file, text) ->
            reader.read(file, text).ifPresent(contract -> byId.put(contract.id(), contract)));
    found.all().forEach(error -> errors.add(OPTION + against, "by today's rules: " + error));
    return byId;
  }

  /** The files' contents by their names. */
  private Map<String, String> texts() {
    Map<String, String> texts = new TreeMap<>();
    try {
      Path path = Path.of(against);
      if (Files.isDirectory(path)) {
        try (Stream<Path> files = Files.list(path)) {
          for (Path file : files.filter(one -> isContract(one.toString())).toList()) {
            texts.put(file.getFileName().toString(), Files.readString(file));
          }
        }
      } else if (Files.exists(path)) {
        String text = Files.readString(path);
        // A copy may have any name; the contract says whose form it is.
        texts.put(ContractReader.id(text).map(id -> id + ".yaml").orElse(against), text);
      } else {
        texts.putAll(ofRevision());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return texts;
  }

  private static boolean isContract(String file) {
    return file.endsWith(".yaml");
  }

  private Map<String, String> ofRevision() {
    Map<String, String> texts = new TreeMap<>();
    // What begins with - would be an option of git's.
    if (against.startsWith("-")) {
      errors.add(OPTION + against, "is no revision of git");
      return texts;
    }
    if (git("rev-parse", "--verify", against + "^{commit}").isEmpty()) {
      return texts;
    }
    String files = git("ls-tree", "--name-only", against).orElse("");
    for (String file : files.lines().filter(EarlierContracts::isContract).toList()) {
      git("show", against + ":./" + file).ifPresent(text -> texts.put(file, text));
    }
    return texts;
  }

  /** What git prints of today's folder; empty, and an error, if it refuses. */
  private Optional<String> git(String... arguments) {
    List<String> command = new ArrayList<>(List.of("git", "-C", folder.toString()));
    command.addAll(List.of(arguments));
    try {
      Process process = new ProcessBuilder(command).start();
      process.getOutputStream().close();
      String text = text(process.getInputStream());
      String complaint = text(process.getErrorStream()).strip();
      if (process.waitFor() == 0) {
        return Optional.of(text);
      }
      errors.add(
          OPTION + against,
          "is no file, no folder, and no revision that git knows in "
              + folder
              + " ("
              + complaint.lines().findFirst().orElse("git says nothing")
              + ")");
    } catch (IOException e) {
      errors.add(OPTION + against, "a revision needs git, which cannot be run: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      errors.add(OPTION + against, "reading the revision was interrupted");
    }
    return Optional.empty();
  }

  private static String text(InputStream stream) throws IOException {
    try (stream) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
