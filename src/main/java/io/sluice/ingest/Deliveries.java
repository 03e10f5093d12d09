package io.sluice.ingest;

import io.sluice.contract.Arrival;
import io.sluice.contract.Delivery;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The landed files of an arrival by the deliveries that they make up.
 *
 * <p>What a manifest names is a delivery, once all of it is there. What lies below a marker's
 * folder, and no manifest names, is one, once nothing in it is newer than the marker. What is left
 * is a delivery folder by folder, once nothing in a folder has changed for its quiet time. A
 * delivery is as old as the newest of its files, its manifest or its marker; one whose files change
 * is delivered again, whole.
 *
 * @param complete the files of whole deliveries
 * @param waiting the deliveries that are not whole yet
 */
record Deliveries(List<LandedFile> complete, List<Waiting> waiting) {

  /**
   * A delivery that is not whole.
   *
   * @param why what it waits for
   */
  record Waiting(String name, String why) {}

  /** Gives the names of the parts that a manifest lists. */
  interface Manifests {
    /**
     * @throws IOException if it cannot be read, or does not hold what the contract says
     */
    List<String> parts(LandedFile manifest, String path) throws IOException;
  }

  /**
   * Sorts an arrival's files into deliveries.
   *
   * @param listed all files that lie there, those included that hold no records
   */
  static Deliveries of(Arrival arrival, List<LandedFile> listed, Instant now, Manifests manifests) {
    return new Sorting(arrival.delivery(), listed, now).sorted(manifests);
  }

  /** The work on one listing. */
  private static final class Sorting {
    private final Delivery delivery;
    private final Instant now;
    private final List<LandedFile> manifests = new ArrayList<>();
    private final List<LandedFile> markers = new ArrayList<>();
    private final Map<String, LandedFile> left = new TreeMap<>();
    private final List<LandedFile> complete = new ArrayList<>();
    private final List<Waiting> waiting = new ArrayList<>();

    private Sorting(Delivery delivery, List<LandedFile> listed, Instant now) {
      this.delivery = delivery;
      this.now = now;
      Pattern manifest = delivery.manifest() == null ? null : glob(delivery.manifest());
      for (LandedFile file : listed) {
        String name = file.path().substring(file.path().lastIndexOf('/') + 1);
        if (manifest != null && manifest.matcher(name).matches()) {
          manifests.add(file);
        } else if (name.equals(delivery.marker())) {
          markers.add(file);
        } else if (!LandingFolder.isHidden(file.path())) {
          left.put(file.path(), file);
        }
      }
    }

    private Deliveries sorted(Manifests reader) {
      if (!delivery.isFolder()) {
        left.values().forEach(file -> complete.add(file.of(file.path(), file.modifiedAt())));
        return new Deliveries(complete, waiting);
      }
      byManifest(reader);
      // The innermost folder first: what lies below two markers belongs to the nearer one.
      markers.stream()
          .sorted(Comparator.comparing((LandedFile marker) -> -folder(marker).length()))
          .forEach(this::byMarker);
      byFolder();
      return new Deliveries(complete, waiting);
    }

    private void byManifest(Manifests reader) {
      Map<Set<String>, LandedFile> named = new LinkedHashMap<>();
      Set<String> taken = new HashSet<>();
      Map<LandedFile, List<LandedFile>> parts = new HashMap<>();
      manifests.sort(Comparator.comparing(LandedFile::modifiedAt).thenComparing(LandedFile::path));
      for (LandedFile manifest : manifests) {
        List<LandedFile> found = new ArrayList<>();
        try {
          List<String> names = reader.parts(manifest, delivery.parts());
          List<String> missing = new ArrayList<>();
          for (String name : names) {
            LandedFile part = find(manifest, name);
            if (part == null) {
              missing.add(name);
            } else {
              found.add(part);
              taken.add(part.path());
            }
          }
          if (missing.isEmpty()) {
            parts.put(manifest, found);
            // Of a manifest and its copies the first is the delivery.
            named.putIfAbsent(
                found.stream().map(LandedFile::unit).collect(Collectors.toSet()), manifest);
          } else {
            waiting.add(
                new Waiting(
                    manifest.path(),
                    missing.size()
                        + " of the "
                        + names.size()
                        + " parts that it names are missing, first "
                        + missing.get(0)));
          }
        } catch (IOException e) {
          waiting.add(new Waiting(manifest.path(), "cannot be read: " + e.getMessage()));
        }
      }
      named.values().forEach(manifest -> add(manifest.path(), manifest, parts.get(manifest)));
      left.keySet().removeAll(taken);
    }

    /**
     * The file that a manifest names: by a path from the manifest's folder or one above it, of
     * which the name may hold more than lies there, such as a bucket and a prefix.
     */
    private LandedFile find(LandedFile manifest, String name) {
      String path = name.replaceFirst("^[A-Za-z][A-Za-z0-9+.-]*://[^/]*/", "");
      while (path.startsWith("/")) {
        path = path.substring(1);
      }
      for (String rest = path; ; rest = rest.substring(rest.indexOf('/') + 1)) {
        for (String above = folder(manifest); ; above = folder(above)) {
          LandedFile file = left.get(above.isEmpty() ? rest : above + "/" + rest);
          if (file != null) {
            return file;
          }
          if (above.isEmpty()) {
            break;
          }
        }
        if (rest.indexOf('/') < 0) {
          return null;
        }
      }
    }

    private void byMarker(LandedFile marker) {
      String folder = folder(marker);
      List<LandedFile> below =
          left.values().stream().filter(file -> file.path().startsWith(folder + "/")).toList();
      below.forEach(file -> left.remove(file.path()));
      below.stream()
          .filter(file -> file.modifiedAt().isAfter(marker.modifiedAt()))
          .findFirst()
          .ifPresentOrElse(
              newer ->
                  waiting.add(
                      new Waiting(
                          folder, newer.path() + " is newer than the marker " + delivery.marker())),
              () -> add(folder, marker, below));
    }

    private void byFolder() {
      Map<String, List<LandedFile>> folders =
          left.values().stream()
              .collect(Collectors.groupingBy(Sorting::folder, TreeMap::new, Collectors.toList()));
      folders.forEach(
          (folder, files) -> {
            Instant changed =
                files.stream().map(LandedFile::modifiedAt).max(Comparator.naturalOrder()).get();
            if (delivery.quietTime().isEmpty()) {
              waiting.add(
                  new Waiting(
                      folder,
                      delivery.manifest() != null
                          ? "no manifest names its files"
                          : "it has no marker " + delivery.marker()));
            } else if (now.isBefore(changed.plus(delivery.quiet()))) {
              waiting.add(
                  new Waiting(
                      folder,
                      "it changed "
                          + Duration.between(changed, now).toSeconds()
                          + " s ago, and its quiet time is "
                          + delivery.quiet().toSeconds()
                          + " s"));
            } else {
              add(folder, files.get(0), files);
            }
          });
    }

    private void add(String name, LandedFile completing, List<LandedFile> files) {
      Instant at = completing.modifiedAt();
      for (LandedFile file : files) {
        at = file.modifiedAt().isAfter(at) ? file.modifiedAt() : at;
      }
      for (LandedFile file : files) {
        complete.add(file.of(name, at));
      }
    }

    private static String folder(LandedFile file) {
      return folder(file.path());
    }

    private static String folder(String path) {
      return path.substring(0, Math.max(0, path.lastIndexOf('/')));
    }

    private static Pattern glob(String glob) {
      return Pattern.compile(
          List.of(glob.split("\\*", -1)).stream()
              .map(Pattern::quote)
              .collect(Collectors.joining(".*")),
          Pattern.DOTALL);
    }
  }
}
