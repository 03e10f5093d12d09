package io.sluice.ingest;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;

/**
 * The landed files of a source that bronze does not have, oldest first, handed out as many at a
 * time as one commit takes; those of a delivery are not parted.
 *
 * <p>They are looked for once, and again only if another driver has committed meanwhile. Files that
 * land after that are the next run's.
 */
final class FileBacklog {
  private final LongFunction<List<LandedFile>> look;
  private final int maxFiles;
  private final long maxBytes;
  private List<LandedFile> files;
  private int handedOut;
  private long batch;

  /**
   * @param look finds the files that batches up to a number have not brought to bronze
   * @param maxFiles how many files one commit takes
   * @param maxBytes how many bytes it takes; a larger file, or delivery, goes by itself
   */
  FileBacklog(LongFunction<List<LandedFile>> look, int maxFiles, long maxBytes) {
    this.look = look;
    this.maxFiles = maxFiles;
    this.maxBytes = maxBytes;
  }

  /**
   * The files of the next commit; none if all are in bronze.
   *
   * @param ingested the number of bronze's last batch, -1 for none
   */
  List<LandedFile> next(long ingested) {
    if (files == null || ingested != batch) {
      files = look.apply(ingested);
      handedOut = 0;
      batch = ingested;
    }
    List<LandedFile> next = new ArrayList<>();
    long bytes = 0;
    for (int at = handedOut; at < files.size(); ) {
      List<LandedFile> unit = unit(at);
      long more = unit.stream().mapToLong(LandedFile::bytes).sum();
      if (!next.isEmpty() && (next.size() + unit.size() > maxFiles || bytes + more > maxBytes)) {
        break;
      }
      next.addAll(unit);
      bytes += more;
      at += unit.size();
    }
    return next;
  }

  /** The files from a place on that are read together. */
  private List<LandedFile> unit(int from) {
    String name = files.get(from).unit();
    int to = from + 1;
    while (to < files.size() && files.get(to).unit().equals(name)) {
      to++;
    }
    return files.subList(from, to);
  }

  /** Notes that the files handed out last are in bronze by a batch of this number. */
  void published(List<LandedFile> ingested, long number) {
    handedOut += ingested.size();
    batch = number;
  }
}
