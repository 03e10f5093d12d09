package io.sluice.ingest.format.parquet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.sluice.ingest.format.UnreadableFileException;
import io.sluice.ingest.format.parquet.Annotation.Kind;
import io.sluice.ingest.format.parquet.SchemaElement.Physical;
import io.sluice.ingest.format.parquet.SchemaElement.Repetition;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Which values a footer's list of columns stands for, in the shapes of all writers. */
class SchemaTest {
  private static final Repetition REQUIRED = Repetition.REQUIRED;
  private static final Repetition OPTIONAL = Repetition.OPTIONAL;
  private static final Repetition REPEATED = Repetition.REPEATED;

  private static SchemaElement column(String name, Repetition repetition) {
    return new SchemaElement(name, Physical.INT32, 0, repetition, 0, Annotation.NONE);
  }

  private static SchemaElement group(String name, Repetition repetition, int members) {
    return group(name, repetition, members, Kind.NONE);
  }

  private static SchemaElement group(String name, Repetition repetition, int members, Kind kind) {
    return new SchemaElement(
        name, null, 0, repetition, members, new Annotation(kind, 0, false, false, 0, 0, 0));
  }

  /** A schema of one column or group, written shortly: its levels, its names, its kind. */
  private static String tree(SchemaElement... elements) throws UnreadableFileException {
    List<SchemaElement> all = new ArrayList<>();
    all.add(group("root", REQUIRED, 1));
    all.addAll(List.of(elements));
    Schema schema = Schema.of(all);
    return tree(schema.members().get(0));
  }

  private static String tree(Schema.Node node) {
    String members = node.members().stream().map(SchemaTest::tree).collect(Collectors.joining(" "));
    String items =
        node.kind() == Schema.Kind.LIST || node.kind() == Schema.Kind.MAP
            ? "*" + node.itemLevel() + "/" + node.itemRepetition()
            : "";
    String shape =
        switch (node.kind()) {
          case PLAIN -> "";
          case STRUCTURE -> "{" + members + "}";
          case LIST -> "[" + members + "]";
          case MAP -> "<" + members + ">";
        };
    return node.name() + ":" + node.parentLevel() + "-" + node.level() + items + shape;
  }

  @Test
  void plainColumnsAndStructures() throws Exception {
    assertEquals("a:0-0", tree(column("a", REQUIRED)));
    assertEquals("a:0-1", tree(column("a", OPTIONAL)));
    assertEquals(
        "s:0-1{a:1-1 b:1-2}",
        tree(group("s", OPTIONAL, 2), column("a", REQUIRED), column("b", OPTIONAL)));
  }

  @Test
  void listsOfAllWriters() throws Exception {
    // As the specification has it.
    assertEquals(
        "l:0-1*2/1[element:2-3]",
        tree(
            group("l", OPTIONAL, 1, Kind.LIST),
            group("list", REPEATED, 1),
            column("element", OPTIONAL)));
    // Other names for the same.
    assertEquals(
        "l:0-1*2/1[array_element:2-3]",
        tree(
            group("l", OPTIONAL, 1, Kind.LIST),
            group("bag", REPEATED, 1),
            column("array_element", OPTIONAL)));
    // Two levels: the repeated value is the item.
    assertEquals(
        "l:0-1*2/1[array:2-2]",
        tree(group("l", OPTIONAL, 1, Kind.LIST), column("array", REPEATED)));
    assertEquals(
        "l:0-0*1/1[array:1-1{a:1-1}]",
        tree(
            group("l", REQUIRED, 1, Kind.LIST),
            group("array", REPEATED, 1),
            column("a", REQUIRED)));
    assertEquals(
        "l:0-0*1/1[l_tuple:1-1{a:1-1}]",
        tree(
            group("l", REQUIRED, 1, Kind.LIST),
            group("l_tuple", REPEATED, 1),
            column("a", REQUIRED)));
    assertEquals(
        "l:0-0*1/1[x:1-1{a:1-1 b:1-1}]",
        tree(
            group("l", REQUIRED, 1, Kind.LIST),
            group("x", REPEATED, 2),
            column("a", REQUIRED),
            column("b", REQUIRED)));
    // A list of lists in two levels each.
    assertEquals(
        "l:0-0*1/1[array:1-1*2/2[array:2-2]]",
        tree(
            group("l", REQUIRED, 1, Kind.LIST),
            group("array", REPEATED, 1, Kind.LIST),
            column("array", REPEATED)));
    // No list by name.
    assertEquals("r:0-0*1/1[r:1-1]", tree(column("r", REPEATED)));
    assertEquals(
        "r:0-0*1/1[r:1-1{a:1-2 b:1-1*2/2[b:2-2]}]",
        tree(group("r", REPEATED, 2), column("a", OPTIONAL), column("b", REPEATED)));
  }

  @Test
  void maps() throws Exception {
    assertEquals(
        "m:0-1*2/1<key:2-2 value:2-3>",
        tree(
            group("m", OPTIONAL, 1, Kind.MAP),
            group("key_value", REPEATED, 2, Kind.MAP),
            column("key", REQUIRED),
            column("value", OPTIONAL)));
    assertEquals(
        "m:0-0*1/1<k:1-1>",
        tree(group("m", REQUIRED, 1, Kind.MAP), group("map", REPEATED, 1), column("k", REQUIRED)));
  }

  @Test
  void leavesKnowTheirNamesAndLevels() throws Exception {
    Schema schema =
        Schema.of(
            List.of(
                group("root", REQUIRED, 2),
                group("a.b", OPTIONAL, 1, Kind.LIST),
                group("list", REPEATED, 1),
                column("element", OPTIONAL),
                column("c", REQUIRED)));
    assertEquals(
        List.of("a.b.list.element 3 1", "c 0 0"),
        schema.leaves().stream()
            .map(leaf -> leaf.path() + " " + leaf.mostDefinition() + " " + leaf.mostRepetition())
            .toList());
    assertEquals(List.of("a.b", "list", "element"), schema.leaves().get(0).names());
  }

  @Test
  void whatIsNoListMapOrTreeIsRefused() {
    SchemaElement[][] wrong = {
      {group("l", REQUIRED, 1, Kind.LIST), column("a", REQUIRED)},
      {group("l", REQUIRED, 2, Kind.LIST), column("a", REPEATED), column("b", REPEATED)},
      {group("l", REQUIRED, 1, Kind.LIST), group("list", REPEATED, 0)},
      {group("m", REQUIRED, 1, Kind.MAP), column("a", REPEATED)},
      {
        group("m", REQUIRED, 1, Kind.MAP),
        group("kv", REPEATED, 3),
        column("a", REQUIRED),
        column("b", REQUIRED),
        column("c", REQUIRED)
      },
      {group("s", REQUIRED, 2), column("a", REQUIRED), column("a", OPTIONAL)},
      {group("s", REQUIRED, 2), column("a", REQUIRED)},
      {column("a", REQUIRED), column("b", REQUIRED)},
      {group("v", REQUIRED, 1, Kind.UNKNOWN), column("a", REQUIRED)},
      {column("\uFFFD", REQUIRED)}
    };
    for (SchemaElement[] one : wrong) {
      assertThrows(UnreadableFileException.class, () -> tree(one), List.of(one).toString());
    }
  }
}
