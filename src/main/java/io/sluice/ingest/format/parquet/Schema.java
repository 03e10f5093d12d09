package io.sluice.ingest.format.parquet;

import io.sluice.ingest.format.UnreadableFileException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The columns of a Parquet file as a tree of values: plain ones, structures, lists and maps, with
 * the levels by which Parquet tells nulls and repetitions.
 *
 * @param members the file's columns
 * @param leaves the plain values in the order in which the file has them
 */
record Schema(List<Node> members, List<Leaf> leaves) {
  /** More columns and groups are not read. */
  static final int MOST_ELEMENTS = 100_000;

  /** Groups nested deeper are not read. */
  static final int MOST_DEPTH = 100;

  /** What a node of the tree is. */
  enum Kind {
    PLAIN,
    STRUCTURE,
    LIST,
    MAP
  }

  /**
   * A value in the tree.
   *
   * @param name its name, as it stands in the file
   * @param path the names to it from the outermost on, for people
   * @param parentLevel the definition level at which its parent is there
   * @param level the definition level at which it is there
   * @param itemLevel of a list or map: the definition level at which it has an item
   * @param itemRepetition of a list or map: the repetition level of its second item and later ones
   * @param firstLeaf the number of its first plain value
   * @param lastLeaf the number behind that of its last one
   * @param members of a structure, its members; of a list, its item; of a map, its key and value,
   *     or its key alone
   */
  record Node(
      Kind kind,
      String name,
      String path,
      int parentLevel,
      int level,
      int itemLevel,
      int itemRepetition,
      int firstLeaf,
      int lastLeaf,
      List<Node> members) {}

  /**
   * A plain value.
   *
   * @param path its names from the outermost on, for people
   * @param names the same, one by one
   * @param mostDefinition its highest definition level, at which it is there
   * @param mostRepetition its highest repetition level
   */
  record Leaf(
      String path,
      List<String> names,
      SchemaElement element,
      int mostDefinition,
      int mostRepetition,
      Scalar scalar) {}

  /**
   * Makes the tree of a footer's list.
   *
   * @throws UnreadableFileException if it is no tree, or a column is of a type that is not read
   */
  static Schema of(List<SchemaElement> elements) throws UnreadableFileException {
    Builder builder = new Builder(elements);
    List<Node> members = builder.root();
    return new Schema(members, builder.leaves);
  }

  private static final class Builder {
    private final List<SchemaElement> elements;
    private final List<Leaf> leaves = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private int next;

    Builder(List<SchemaElement> elements) {
      this.elements = elements;
    }

    List<Node> root() throws UnreadableFileException {
      List<Node> members = elements.isEmpty() ? List.of() : members(take(), 0, 0);
      if (next != elements.size()) {
        throw refused("its schema is no tree of columns");
      }
      return members;
    }

    private SchemaElement take() throws UnreadableFileException {
      if (next == elements.size()) {
        throw refused("its schema is no tree of columns");
      }
      return elements.get(next++);
    }

    private List<Node> members(SchemaElement group, int level, int repetition)
        throws UnreadableFileException {
      List<Node> members = new ArrayList<>();
      Set<String> seen = new HashSet<>();
      for (int i = 0; i < group.members(); i++) {
        Node member = field(level, repetition);
        if (!seen.add(member.name)) {
          throw refused("column " + member.path + " stands twice");
        }
        members.add(member);
      }
      return members;
    }

    /** The next value of a parent that is there at a level. */
    private Node field(int parentLevel, int repetition) throws UnreadableFileException {
      SchemaElement element = take();
      enter(element);
      Node node =
          switch (element.repetition()) {
            case REQUIRED -> value(element, parentLevel, parentLevel, repetition);
            case OPTIONAL -> value(element, parentLevel, parentLevel + 1, repetition);
            case REPEATED -> {
              int first = leaves.size();
              int itemLevel = parentLevel + 1;
              Node item = value(element, itemLevel, itemLevel, repetition + 1);
              yield new Node(
                  Kind.LIST,
                  element.name(),
                  path(),
                  parentLevel,
                  parentLevel,
                  itemLevel,
                  repetition + 1,
                  first,
                  leaves.size(),
                  List.of(item));
            }
          };
      leave();
      return node;
    }

    private void enter(SchemaElement element) throws UnreadableFileException {
      names.add(element.name());
      if (names.size() > MOST_DEPTH) {
        throw refused("its columns are nested more than " + MOST_DEPTH + " deep");
      }
      if (element.name().indexOf('\uFFFD') >= 0) {
        throw refused("the name of column " + path() + " is not valid UTF-8");
      }
    }

    private void leave() {
      names.remove(names.size() - 1);
    }

    private String path() {
      return String.join(".", names);
    }

    /** A value that stands once where its parent is. */
    private Node value(SchemaElement element, int parentLevel, int level, int repetition)
        throws UnreadableFileException {
      if (element.type() != null) {
        int leaf = leaves.size();
        Scalar scalar = Scalars.of(element, path());
        leaves.add(new Leaf(path(), List.copyOf(names), element, level, repetition, scalar));
        return node(Kind.PLAIN, element, parentLevel, level, leaf, List.of());
      }
      return switch (element.annotation().kind()) {
        case LIST -> list(element, parentLevel, level, repetition);
        case MAP -> map(element, parentLevel, level, repetition);
        case NONE -> {
          int first = leaves.size();
          List<Node> members = members(element, level, repetition);
          if (members.isEmpty()) {
            throw refused("group " + path() + " has no columns");
          }
          yield node(Kind.STRUCTURE, element, parentLevel, level, first, members);
        }
        default -> throw refused("group " + path() + " is of a type that is not read");
      };
    }

    private Node node(
        Kind kind,
        SchemaElement element,
        int parentLevel,
        int level,
        int firstLeaf,
        List<Node> members) {
      return new Node(
          kind,
          element.name(),
          path(),
          parentLevel,
          level,
          level + 1,
          0,
          firstLeaf,
          leaves.size(),
          members);
    }

    /** A list: a group around a repeated group around its item, or one of the older shapes. */
    private Node list(SchemaElement list, int parentLevel, int level, int repetition)
        throws UnreadableFileException {
      int first = leaves.size();
      SchemaElement repeated = repeated(list);
      enter(repeated);
      int itemLevel = level + 1;
      Node item =
          isItem(list, repeated)
              ? value(repeated, itemLevel, itemLevel, repetition + 1)
              : field(itemLevel, repetition + 1);
      leave();
      return new Node(
          Kind.LIST,
          list.name(),
          path(),
          parentLevel,
          level,
          itemLevel,
          repetition + 1,
          first,
          leaves.size(),
          List.of(item));
    }

    private SchemaElement repeated(SchemaElement group) throws UnreadableFileException {
      SchemaElement repeated = take();
      if (group.members() != 1
          || repeated.repetition() != SchemaElement.Repetition.REPEATED
          || (repeated.type() == null && repeated.members() == 0)) {
        throw refused("group " + path() + " is no list or map as Parquet has them");
      }
      return repeated;
    }

    /** Whether a list's repeated value is its item, as older writers have it, or stands around. */
    private boolean isItem(SchemaElement list, SchemaElement repeated) {
      return repeated.type() != null
          || repeated.members() != 1
          || repeated.annotation().kind() == Annotation.Kind.LIST
          || repeated.annotation().kind() == Annotation.Kind.MAP
          || repeated.name().equals("array")
          || repeated.name().equals(list.name() + "_tuple")
          || (next < elements.size()
              && elements.get(next).repetition() == SchemaElement.Repetition.REPEATED);
    }

    private Node map(SchemaElement map, int parentLevel, int level, int repetition)
        throws UnreadableFileException {
      int first = leaves.size();
      SchemaElement repeated = repeated(map);
      if (repeated.type() != null || repeated.members() > 2) {
        throw refused("group " + path() + " is no list or map as Parquet has them");
      }
      enter(repeated);
      int itemLevel = level + 1;
      List<Node> entry = members(repeated, itemLevel, repetition + 1);
      leave();
      return new Node(
          Kind.MAP,
          map.name(),
          path(),
          parentLevel,
          level,
          itemLevel,
          repetition + 1,
          first,
          leaves.size(),
          entry);
    }

    private static UnreadableFileException refused(String why) {
      return new UnreadableFileException(why);
    }
  }
}
