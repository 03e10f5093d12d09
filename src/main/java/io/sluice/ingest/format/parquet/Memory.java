package io.sluice.ingest.format.parquet;

import io.sluice.ingest.format.UnreadableFileException;

/** Bounds what one file's open pages take of memory together. */
final class Memory {
  /** 1 GiB: 500 columns whose pages and dictionaries are of a megabyte each. */
  static final long MOST_BYTES = 1L << 30;

  private long taken;

  /** Notes that bytes are about to be allocated. */
  void take(long bytes) throws UnreadableFileException {
    if (taken + bytes > MOST_BYTES) {
      throw new UnreadableFileException(
          "its columns' pages need more than "
              + MOST_BYTES
              + " bytes at the same time; smaller pages or row groups can be read");
    }
    taken += bytes;
  }

  /** Notes that bytes are no longer held. */
  void give(long bytes) {
    taken -= bytes;
  }
}
