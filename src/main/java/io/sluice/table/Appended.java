package io.sluice.table;

import io.sluice.engine.Scala;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.apache.spark.sql.delta.actions.Action;
import org.apache.spark.sql.delta.actions.AddFile;
import org.apache.spark.sql.delta.actions.CommitInfo;
import org.apache.spark.sql.delta.actions.RemoveFile;

/**
 * Which files hold the rows that a table has now and did not have at a version, for a table whose
 * rows are only added: known from its log alone, restores and compactions included. Pure.
 *
 * <p>Rows are told apart by the file that they came in. A compaction moves them and changes
 * nothing; a restore takes away those that came after the version it goes back to. What a commit of
 * another kind takes away is gone, and what it adds is new.
 */
final class Appended {
  /** The files that rows have come in, by their paths. */
  private Map<String, AddFile> present = new LinkedHashMap<>();

  private final Map<String, Compaction> compacted = new HashMap<>();

  /**
   * A commit that moved rows.
   *
   * @param of the files that its rows have come in
   * @param into the files in which they stand now
   */
  private record Compaction(Set<String> of, List<AddFile> into) {}

  private Appended() {}

  /**
   * @param after the version whose rows are known
   * @param commits all from the version behind {@link #base} on
   */
  static List<AddFile> since(long after, List<Delta.Commit> commits) {
    Set<Long> wanted = new HashSet<>();
    wanted.add(after);
    commits.stream()
        .map(Appended::restored)
        .flatMapToLong(OptionalLong::stream)
        .forEach(wanted::add);
    Map<Long, Map<String, AddFile>> at = new HashMap<>();
    Appended files = new Appended();
    at.put(commits.isEmpty() ? after : commits.get(0).version() - 1, Map.of());
    for (Delta.Commit commit : commits) {
      OptionalLong to = restored(commit);
      if (to.isPresent() && at.containsKey(to.getAsLong())) {
        files.present = new LinkedHashMap<>(at.get(to.getAsLong()));
      } else {
        files.apply(commit);
      }
      if (wanted.contains(commit.version())) {
        at.put(commit.version(), new LinkedHashMap<>(files.present));
      }
    }
    Set<String> known = at.getOrDefault(after, Map.of()).keySet();
    return files.present.values().stream().filter(file -> !known.contains(file.path())).toList();
  }

  /**
   * The version from which on the commits must be known, for the restores among some commits: the
   * earliest that one of them went back to, or {@code after}.
   */
  static long base(long after, List<Delta.Commit> commits) {
    return commits.stream()
        .map(Appended::restored)
        .flatMapToLong(OptionalLong::stream)
        .reduce(after, Math::min);
  }

  private static OptionalLong restored(Delta.Commit commit) {
    for (Action action : commit.actions()) {
      if (action instanceof CommitInfo info && "RESTORE".equals(info.operation())) {
        Optional<String> version =
            Optional.ofNullable(Scala.javaMap(info.operationParameters()).get("version"))
                .map(text -> text.replace("\"", ""))
                .filter(text -> text.matches("\\d+"));
        return version.isPresent()
            ? OptionalLong.of(Long.parseLong(version.get()))
            : OptionalLong.empty();
      }
    }
    return OptionalLong.empty();
  }

  private void apply(Delta.Commit commit) {
    List<AddFile> moved = new ArrayList<>();
    Set<String> movedOf = new TreeSet<>();
    List<AddFile> added = new ArrayList<>();
    for (Action action : commit.actions()) {
      if (action instanceof AddFile file) {
        (file.dataChange() ? added : moved).add(file);
      } else if (action instanceof RemoveFile file && file.dataChange()) {
        withdraw(file.path());
      } else if (action instanceof RemoveFile file) {
        movedOf.addAll(
            present.containsKey(file.path())
                ? Set.of(file.path())
                : compacted.getOrDefault(file.path(), new Compaction(Set.of(), List.of())).of);
      }
    }
    moved.forEach(file -> compacted.put(file.path(), new Compaction(movedOf, moved)));
    added.forEach(file -> present.put(file.path(), file));
  }

  private void withdraw(String path) {
    if (present.remove(path) == null && compacted.containsKey(path)) {
      Compaction compaction = compacted.get(path);
      present.keySet().removeAll(compaction.of);
      // Nobody knows which of the rows stood in it: the others are read where they are now.
      Set<String> others = new HashSet<>();
      compaction.into.stream()
          .filter(file -> !file.path().equals(path) && others.add(file.path()))
          .forEach(file -> present.put(file.path(), file));
    }
  }
}
