package io.sluice.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.demo.transactions.TransactionGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Reads the logs of one side's tables in the S3 server's folder: which commit made which events
 * visible, and when it stood there.
 */
final class SideCommits {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** A commit, when it stood there, and how far it reaches in each partition. */
  record Commit(long millis, Map<Integer, Long> until) {}

  private final Path dir;
  private final String side;
  private final boolean bare;
  private final String topic;
  private final Map<Path, JsonNode[]> read = new HashMap<>();
  private final Map<Path, Long> times = new HashMap<>();
  private final Map<Path, Map<Integer, Long>> ends = new HashMap<>();

  /**
   * @param dir the S3 server's folder
   * @param side the folder of its lake
   * @param bare whether it has one table only, written by a bare query
   * @param topic what the side reads
   */
  SideCommits(Path dir, String side, boolean bare, String topic) {
    this.dir = dir;
    this.side = side;
    this.bare = bare;
    this.topic = topic;
  }

  /** The commits by which rows become visible to readers of the side's table. */
  List<Commit> visible() throws IOException {
    return commits(bare ? "bare" : "silver");
  }

  /** The commits of silver, bronze or, of the bare side, its one table. */
  List<Commit> commits(String what) throws IOException {
    List<Commit> commits = new ArrayList<>();
    if (what.equals("bare")) {
      Path offsets = dir.resolve("data/lake").resolve(side).resolve("checkpoint/offsets");
      for (Path file : log("table").values()) {
        for (JsonNode action : actions(file)) {
          if (action.has("txn")) {
            Map<Integer, Long> until = ends.get(file);
            if (until == null) {
              // Spark deletes these after a hundred batches.
              Path batch = offsets.resolve(action.path("txn").path("version").asText());
              Map<Integer, Long> read = new HashMap<>();
              JSON.readTree(Files.readAllLines(batch).get(2))
                  .path(topic)
                  .fields()
                  .forEachRemaining(
                      one -> read.put(Integer.valueOf(one.getKey()), one.getValue().asLong()));
              ends.put(file, read);
              until = read;
            }
            commits.add(new Commit(times.get(file), until));
          }
        }
      }
      return commits;
    }
    Map<Long, Map<Integer, Long>> bronze = new HashMap<>();
    Map<Integer, Long> reached = new HashMap<>();
    for (var version : log("bronze/transactions").entrySet()) {
      for (JsonNode action : actions(version.getValue())) {
        String app = action.path("txn").path("appId").asText();
        if (app.startsWith("ingest:" + topic + "/")) {
          reached.put(
              Integer.valueOf(app.substring(app.lastIndexOf('/') + 1)),
              action.path("txn").path("version").asLong());
        }
      }
      bronze.put(version.getKey(), new HashMap<>(reached));
      if (what.equals("bronze")) {
        commits.add(new Commit(times.get(version.getValue()), new HashMap<>(reached)));
      }
    }
    if (what.equals("silver")) {
      for (Path file : log("silver/transactions").values()) {
        for (JsonNode action : actions(file)) {
          if (action.path("txn").path("appId").asText().equals("refine")) {
            commits.add(
                new Commit(
                    times.get(file), bronze.get(action.path("txn").path("version").asLong())));
          }
        }
      }
    }
    return commits;
  }

  /** A table's commits by version. */
  private TreeMap<Long, Path> log(String table) throws IOException {
    Path folder = dir.resolve("data/lake").resolve(side).resolve(table).resolve("_delta_log");
    TreeMap<Long, Path> files = new TreeMap<>();
    if (Files.isDirectory(folder)) {
      try (Stream<Path> list = Files.list(folder)) {
        list.filter(file -> file.getFileName().toString().matches("\\d{20}\\.json"))
            .forEach(
                file ->
                    files.put(Long.valueOf(file.getFileName().toString().substring(0, 20)), file));
      }
    }
    return files;
  }

  private JsonNode[] actions(Path file) throws IOException {
    JsonNode[] actions = read.get(file);
    if (actions == null) {
      times.put(file, Files.getLastModifiedTime(file).toMillis());
      List<JsonNode> nodes = new ArrayList<>();
      for (String one : Files.readAllLines(file)) {
        JsonNode node = JSON.readTree(one);
        if (node.has("txn") || node.has("commitInfo")) {
          nodes.add(node);
        }
      }
      actions = nodes.toArray(JsonNode[]::new);
      read.put(file, actions);
    }
    return actions;
  }

  /** Sluice's account of all events is the generator's; the bare query keeps none. */
  void check(TransactionGenerator.StreamTruth truth) throws IOException {
    if (bare) {
      return;
    }
    long accepted = 0;
    long quarantined = 0;
    long duplicates = 0;
    for (Path file : log("silver/transactions").values()) {
      for (JsonNode action : actions(file)) {
        String rowCounts = action.path("commitInfo").path("userMetadata").asText();
        if (rowCounts.startsWith("{")) {
          JsonNode node = JSON.readTree(rowCounts);
          accepted += node.path("accepted").asLong();
          quarantined += node.path("quarantined").asLong();
          duplicates += node.path("duplicate").asLong();
        }
      }
    }
    boolean same =
        accepted == truth.accepted
            && quarantined == truth.quarantined
            && duplicates == truth.duplicates;
    System.out.printf(
        Locale.ROOT,
        "%s: %,d events = %,d accepted + %,d quarantined + %,d duplicates; %s%n",
        side,
        truth.events,
        accepted,
        quarantined,
        duplicates,
        same ? "as the generator says" : "WRONG");
    if (!same) {
      throw new IllegalStateException("the account is not the generator's");
    }
  }
}
