package io.sluice.ingest.format.protobuf;

import java.util.List;
import java.util.Map;

/**
 * A .proto file as it is declared: names of types are as they are written, and not yet looked up.
 *
 * @param scope its package; empty for none
 * @param imports the paths of the files that it imports
 */
record ProtoFile(
    String scope, List<String> imports, List<Message> messages, List<Enumeration> enumerations) {

  /** What is said of how often a field's value comes, and whether it is told from none. */
  enum Label {
    /**
     * Nothing: proto3's fields whose default stands for their absence, unless they are messages.
     */
    NONE,
    OPTIONAL,
    REQUIRED,
    REPEATED
  }

  /**
   * A message.
   *
   * @param nested messages that are declared in it and counted by message indexes
   * @param uncounted those that are not: groups, and the entries of maps
   * @param isMapEntry whether repeated fields of it are maps
   */
  record Message(
      String name,
      List<Member> members,
      List<Message> nested,
      List<Message> uncounted,
      List<Enumeration> enumerations,
      boolean isMapEntry) {}

  /**
   * A field.
   *
   * @param kind null for that of a name, which may be a message or an enumeration
   * @param type the name of its message or enumeration; empty for others
   * @param oneof the group of fields of which one at most is set; null for none
   */
  record Member(String name, int number, Label label, Kind kind, String type, String oneof) {}

  /**
   * An enumeration.
   *
   * @param names by number the name declared first
   */
  record Enumeration(String name, Map<Integer, String> names) {}
}
