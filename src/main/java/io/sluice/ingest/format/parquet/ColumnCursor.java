package io.sluice.ingest.format.parquet;

import io.sluice.ingest.format.UnreadableFileException;
import java.io.IOException;

/**
 * Goes through the values and nulls of a column chunk. It stands on one of them, with its levels,
 * until it has passed the last.
 */
final class ColumnCursor {
  private final Schema.Leaf leaf;
  private final Pages pages;
  private final Cell cell = new Cell();
  private Pages.Page page;
  private int leftInPage;
  private long left;
  private int repetition;
  private int definition;
  private boolean isAtEnd;

  /** Stands on the first value, if there is one. */
  static ColumnCursor open(Schema.Leaf leaf, Pages pages, long values) throws IOException {
    ColumnCursor cursor = new ColumnCursor(leaf, pages, values);
    cursor.advance();
    if (cursor.repetition != 0) {
      throw cursor.damaged();
    }
    return cursor;
  }

  private ColumnCursor(Schema.Leaf leaf, Pages pages, long values) {
    this.leaf = leaf;
    this.pages = pages;
    this.left = values;
  }

  Schema.Leaf leaf() {
    return leaf;
  }

  /** Whether all has been passed. */
  boolean isAtEnd() {
    return isAtEnd;
  }

  /**
   * How deep the repetition is that this value continues; 0 begins a row, and stands at the end.
   */
  int repetition() {
    return repetition;
  }

  /** How much of the value's path is there; all of it if the value is. */
  int definition() {
    return definition;
  }

  Cell value() {
    return cell;
  }

  /** Goes on by one. */
  void advance() throws IOException {
    try {
      if (left == 0) {
        isAtEnd = true;
        repetition = 0;
        definition = 0;
        return;
      }
      while (leftInPage == 0) {
        open();
      }
      left--;
      leftInPage--;
      repetition = page.repetitions() == null ? 0 : page.repetitions().next();
      definition = page.definitions() == null ? 0 : page.definitions().next();
      if (repetition > leaf.mostRepetition() || definition > leaf.mostDefinition()) {
        throw Bytes.damaged();
      }
      if (definition == leaf.mostDefinition()) {
        page.content().next(cell);
      }
    } catch (UnreadableFileException e) {
      throw new UnreadableFileException("column " + leaf.path() + ": " + e.getMessage());
    }
  }

  private void open() throws IOException {
    page = pages.next();
    leftInPage = page.values();
    if (leftInPage < 0 || leftInPage > left) {
      throw Bytes.damaged();
    }
  }

  /** The value is damaged in a way that shows only beside others. */
  UnreadableFileException damaged() {
    return new UnreadableFileException(
        "column " + leaf.path() + ": its values do not fit those of the others");
  }

  void close() {
    pages.close();
  }
}
