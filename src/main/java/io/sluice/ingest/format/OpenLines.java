package io.sluice.ingest.format;

/**
 * Tells a file whose objects go on over the ends of their lines from lines of which some are cut
 * off. Read line by line, the first gives objects inside of others for records; it is refused. In
 * the second each line stands by itself.
 *
 * <p>A line that leaves a bracket open is suspect once the next one may go on with it. The
 * suspicion is lifted by what JSON does not have next: the line was cut off. It is confirmed if the
 * file ends before that; and at any time, since a fault inside of one long object looks like a
 * lifted suspicion, by a line that can only be a part of something.
 *
 * <p>Holds what the last line left open, however many there are. Not for several threads at once.
 */
final class OpenLines {
  private JsonLine.Open open = JsonLine.Open.NOTHING;
  private byte last;
  private long openLine;
  private boolean isGoingOn;

  /** The first line that another may have gone on with; 0 for none. */
  private long suspect;

  /** Whether lines that are one whole object each are to be added, too. */
  boolean isWatching() {
    return open != JsonLine.Open.NOTHING || suspect != 0;
  }

  /**
   * Adds the file's next line that is not blank, or the next object of a line with what stands
   * behind it.
   *
   * @param number the line's number, from 1
   * @param isLineEnd whether the line ends behind it
   */
  void add(JsonLine line, long number, boolean isLineEnd) throws UnreadableFileException {
    isGoingOn = JsonLine.goesOn(open, last, line.first());
    if (isGoingOn && suspect == 0) {
      suspect = openLine;
    }
    if (suspect != 0 && isPart(line, isLineEnd)) {
      throw refusal();
    }
    if (!isGoingOn) {
      boolean begins = line.first() == '{' || line.first() == '[';
      open = begins ? line.leaves() : JsonLine.Open.NOTHING;
      openLine = number;
    } else if (line.leaves() != JsonLine.Open.NOTHING) {
      open = line.leaves();
    }
    last = line.last();
  }

  /** Ends the file. */
  void end() throws UnreadableFileException {
    if (isGoingOn) {
      throw refusal();
    }
  }

  private static boolean isPart(JsonLine line, boolean isLineEnd) {
    boolean isBeforeComma =
        isLineEnd && line.leaves() == JsonLine.Open.NOTHING && line.last() == ',';
    return line.closesOther() || line.first() == ',' || isBeforeComma;
  }

  private UnreadableFileException refusal() {
    return new UnreadableFileException(
        "line "
            + suspect
            + ": its JSON goes on over the end of the line; with layout: lines each object stands"
            + " on one line, with layout: array the file is one array");
  }
}
