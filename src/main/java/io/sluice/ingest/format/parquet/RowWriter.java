package io.sluice.ingest.format.parquet;

import io.sluice.ingest.format.UnreadableFileException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Puts the columns of a row together into one JSON object: structures and maps with plain keys as
 * objects, lists as arrays, maps with other keys as arrays of their entries, what is not there as
 * null.
 *
 * <p>Whether the columns fit one another is checked all the way: a damaged file ends, and gives no
 * rows whose values belong to others.
 */
final class RowWriter {
  /**
   * A row of more values, and more than a record may have bytes, makes its file unreadable: passing
   * over them takes a second.
   */
  private static final int MOST_VALUES = 20_000_000;

  private final List<Member> members;
  private final List<ColumnCursor> columns;
  private final RecordText record;
  private final RecordText key;
  private final int mostValues;
  private long values;

  /** A node with its name as it is written. */
  private record Member(Schema.Node node, byte[] name, List<Member> members) {
    static Member of(Schema.Node node) {
      return new Member(
          node, RecordText.member(node.name()), node.members().stream().map(Member::of).toList());
    }
  }

  /**
   * @param columns stand on the first row's values
   * @param record takes the rows, one at a time
   * @param key takes the keys of maps
   */
  RowWriter(Schema schema, List<ColumnCursor> columns, RecordText record, RecordText key) {
    this.members = schema.members().stream().map(Member::of).toList();
    this.columns = columns;
    this.record = record;
    this.key = key;
    this.mostValues = Math.max(MOST_VALUES, record.most());
  }

  /** Writes the next row. */
  void row() throws IOException {
    values = 0;
    structure(members);
    for (ColumnCursor column : columns) {
      if (column.repetition() != 0) {
        throw column.damaged();
      }
    }
  }

  private void structure(List<Member> all) throws IOException {
    char separator = '{';
    for (Member member : all) {
      record.write(separator);
      record.write(member.name);
      value(member);
      separator = ',';
    }
    record.write('}');
  }

  private void value(Member member) throws IOException {
    Schema.Node node = member.node;
    ColumnCursor first = columns.get(node.firstLeaf());
    if (first.isAtEnd() || first.definition() < node.parentLevel()) {
      throw first.damaged();
    }
    if (first.definition() < node.level()) {
      pass(node);
      record.write("null");
      return;
    }
    switch (node.kind()) {
      case PLAIN -> {
        first.leaf().scalar().write(first.value(), record);
        advance(first);
      }
      case STRUCTURE -> structure(member.members);
      case LIST -> list(member);
      case MAP -> map(member);
    }
  }

  /** Goes on by one in all columns of a value that is not there. */
  private void pass(Schema.Node node) throws IOException {
    int definition = columns.get(node.firstLeaf()).definition();
    for (ColumnCursor column : columns.subList(node.firstLeaf(), node.lastLeaf())) {
      if (column.isAtEnd() || column.definition() != definition) {
        throw column.damaged();
      }
      advance(column);
    }
  }

  private void advance(ColumnCursor column) throws IOException {
    if (++values > mostValues) {
      throw new UnreadableFileException("a row has more than " + mostValues + " values");
    }
    column.advance();
  }

  private boolean isEmpty(Schema.Node node) {
    return columns.get(node.firstLeaf()).definition() < node.itemLevel();
  }

  /** Whether a list or map has an item more, on which all its columns agree. */
  private boolean hasMore(Schema.Node node) throws IOException {
    int repetition = columns.get(node.firstLeaf()).repetition();
    for (ColumnCursor column : columns.subList(node.firstLeaf(), node.lastLeaf())) {
      if (column.repetition() != repetition || repetition > node.itemRepetition()) {
        throw column.damaged();
      }
    }
    return repetition == node.itemRepetition();
  }

  private void list(Member list) throws IOException {
    record.write('[');
    if (isEmpty(list.node)) {
      pass(list.node);
    } else {
      value(list.members.get(0));
      while (hasMore(list.node)) {
        record.write(',');
        value(list.members.get(0));
      }
    }
    record.write(']');
  }

  private void map(Member map) throws IOException {
    boolean isObject = map.members.get(0).node.kind() == Schema.Kind.PLAIN;
    record.write(isObject ? '{' : '[');
    if (isEmpty(map.node)) {
      pass(map.node);
    } else {
      Set<ByteBuffer> keys = new HashSet<>();
      entry(map, isObject, keys);
      while (hasMore(map.node)) {
        record.write(',');
        entry(map, isObject, keys);
      }
    }
    record.write(isObject ? '}' : ']');
  }

  private void entry(Member map, boolean isObject, Set<ByteBuffer> keys) throws IOException {
    if (!isObject) {
      structure(map.members);
      return;
    }
    key(map.members.get(0).node, keys);
    record.write(':');
    if (map.members.size() == 1) {
      record.write("null");
    } else {
      value(map.members.get(1));
    }
  }

  /** Writes a map's key as the name of a member. */
  private void key(Schema.Node node, Set<ByteBuffer> keys) throws IOException {
    ColumnCursor column = columns.get(node.firstLeaf());
    if (column.isAtEnd() || column.definition() < node.parentLevel()) {
      throw column.damaged();
    }
    key.begin();
    if (column.definition() < node.level()) {
      record.broken("column " + node.path() + ": a map's key is null");
      key.write("\"\"");
    } else {
      column.leaf().scalar().write(column.value(), key);
    }
    advance(column);
    if (key.problem() != null) {
      record.broken(key.problem());
    }
    byte[] text = key.bytes();
    boolean isQuoted = text[0] == '"';
    if (!isQuoted) {
      record.write('"');
    }
    record.write(text);
    if (!isQuoted) {
      record.write('"');
    }
    if (!record.isFull() && !keys.add(ByteBuffer.wrap(text))) {
      record.broken("column " + node.path() + ": a map has a key twice");
    }
  }
}
