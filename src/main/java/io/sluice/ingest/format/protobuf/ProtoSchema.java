package io.sluice.ingest.format.protobuf;

import io.sluice.ingest.format.protobuf.MessageType.Field;
import io.sluice.ingest.format.protobuf.MessageType.Presence;
import io.sluice.ingest.format.protobuf.ProtoFile.Enumeration;
import io.sluice.ingest.format.protobuf.ProtoFile.Label;
import io.sluice.ingest.format.protobuf.ProtoFile.Member;
import io.sluice.ingest.format.protobuf.ProtoFile.Message;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A schema with all that it refers to: finds its messages, and the types of their fields, when they
 * are asked for. A file that is imported and not there matters only if a type of it is needed. Not
 * for several threads at once.
 */
final class ProtoSchema {
  private final ProtoFile main;
  private final Map<String, Declared> declared = new HashMap<>();
  private final Map<String, MessageType> linked = new HashMap<>();
  private final TreeSet<String> absent = new TreeSet<>();

  /** A message that waits for its fields. */
  private record Unlinked(MessageType type, Declared declared) {}

  /**
   * A type as it is declared: a message or an enumeration, the other is null.
   *
   * @param name with its package and all that it is declared in
   */
  private record Declared(
      String name, Message message, Enumeration enumeration, WellKnown meaning) {}

  /**
   * @param references the files that it refers to, by the path they are imported by
   * @throws UnusableSchemaException if one of them cannot be read, or two declare the same
   */
  static ProtoSchema of(String text, Map<String, String> references)
      throws UnusableSchemaException {
    ProtoSchema schema = new ProtoSchema(DescriptorFile.read(text));
    List<ProtoFile> files = new ArrayList<>(List.of(schema.main));
    for (Map.Entry<String, String> reference : new TreeMap<>(references).entrySet()) {
      if (!WellKnown.FILES.contains(reference.getKey())) {
        try {
          files.add(DescriptorFile.read(reference.getValue()));
        } catch (UnusableSchemaException e) {
          throw new UnusableSchemaException(reference.getKey() + ": " + e.getMessage());
        }
      }
    }
    for (ProtoFile file : files) {
      schema.declare(file);
      schema.absent.addAll(file.imports());
    }
    schema.absent.removeAll(WellKnown.FILES);
    schema.absent.removeAll(references.keySet());
    schema.declareWellKnown();
    return schema;
  }

  /** A file that refers to no other. */
  static ProtoSchema of(ProtoFile file) throws UnusableSchemaException {
    ProtoSchema schema = new ProtoSchema(file);
    schema.declare(file);
    return schema;
  }

  private ProtoSchema(ProtoFile main) {
    this.main = main;
  }

  private void declare(ProtoFile file) throws UnusableSchemaException {
    for (Enumeration one : file.enumerations()) {
      declare(new Declared(inside(file.scope(), one.name()), null, one, WellKnown.NONE));
    }
    for (Message one : file.messages()) {
      declare(file.scope(), one);
    }
  }

  private void declare(String scope, Message message) throws UnusableSchemaException {
    String name = inside(scope, message.name());
    declare(new Declared(name, message, null, WellKnown.NONE));
    for (Enumeration one : message.enumerations()) {
      declare(new Declared(inside(name, one.name()), null, one, WellKnown.NONE));
    }
    for (Message one : message.nested()) {
      declare(name, one);
    }
    for (Message one : message.uncounted()) {
      declare(name, one);
    }
  }

  private void declare(Declared one) throws UnusableSchemaException {
    if (declared.put(one.name(), one) != null) {
      throw new UnusableSchemaException("it declares " + one.name() + " twice");
    }
  }

  /** Declares what every schema can import, unless it declares the same itself. */
  private void declareWellKnown() throws UnusableSchemaException {
    of(WellKnown.DECLARED)
        .declared
        .forEach(
            (name, one) ->
                declared.putIfAbsent(
                    name,
                    one.message() == null || one.message().isMapEntry()
                        ? one
                        : new Declared(name, one.message(), null, WellKnown.of(one.message()))));
  }

  private static String inside(String scope, String name) {
    return scope.isEmpty() ? name : scope + "." + name;
  }

  /**
   * The message that indexes lead to: the first of them counts the file's messages, each further
   * one those that are declared in the message before.
   *
   * @return empty if there is none
   * @throws UnusableSchemaException if the type of one of its fields is not known
   */
  Optional<MessageType> message(List<Integer> indexes) throws UnusableSchemaException {
    List<Message> among = main.messages();
    String name = main.scope();
    for (int index : indexes) {
      if (index < 0 || index >= among.size()) {
        return Optional.empty();
      }
      name = inside(name, among.get(index).name());
      among = among.get(index).nested();
    }
    return Optional.of(linked(name));
  }

  /** Completes a message and all that its fields lead to. */
  private MessageType linked(String name) throws UnusableSchemaException {
    // Types that an earlier call may have left half-way.
    linked.clear();
    Deque<Unlinked> waiting = new ArrayDeque<>();
    MessageType type = type(declared.get(name), waiting);
    while (!waiting.isEmpty()) {
      Unlinked next = waiting.remove();
      List<Field> fields = new ArrayList<>();
      for (Member member : next.declared().message().members()) {
        fields.add(field(next.declared(), member, fields.size(), waiting));
      }
      next.type().complete(fields);
    }
    return type;
  }

  private MessageType type(Declared one, Deque<Unlinked> waiting) {
    MessageType known = linked.get(one.name());
    if (known == null) {
      known = new MessageType(one.name(), isMapEntry(one.message()), one.meaning());
      linked.put(one.name(), known);
      waiting.add(new Unlinked(known, one));
    }
    return known;
  }

  private static boolean isMapEntry(Message message) {
    List<Member> members = message.members();
    return message.isMapEntry()
        && members.size() == 2
        && members.get(0).number() == 1
        && members.get(0).kind() != null
        && members.get(0).kind().isKey()
        && members.get(1).number() == 2
        && members.stream().noneMatch(member -> member.label() == Label.REPEATED);
  }

  private Field field(Declared of, Member member, int place, Deque<Unlinked> waiting)
      throws UnusableSchemaException {
    Declared named = member.type().isEmpty() ? null : lookUp(of.name(), member);
    Kind kind = member.kind();
    if (named != null && kind == null) {
      kind = named.message() == null ? Kind.ENUM : Kind.MESSAGE;
    }
    boolean isMessage = kind.isMessage();
    if (named != null && isMessage == (named.message() == null)) {
      throw new UnusableSchemaException(
          "field "
              + member.name()
              + " of message "
              + of.name()
              + " takes "
              + named.name()
              + " for what it is not");
    }
    boolean isImplicit = member.label() == Label.NONE && member.oneof() == null && !isMessage;
    return new Field(
        member.name(),
        member.number(),
        place,
        kind,
        member.label() == Label.REPEATED,
        member.label() == Label.REQUIRED
            ? Presence.REQUIRED
            : isImplicit ? Presence.IMPLICIT : Presence.EXPLICIT,
        isMessage ? type(named, waiting) : null,
        isMessage || named == null ? null : named.enumeration().names(),
        member.oneof());
  }

  /** The type of a name: what the message itself declares goes before what surrounds it. */
  private Declared lookUp(String message, Member member) throws UnusableSchemaException {
    String name = member.type();
    if (name.startsWith(".")) {
      Declared found = declared.get(name.substring(1));
      if (found != null) {
        return found;
      }
    } else {
      for (String scope = message; ; scope = scope.substring(0, scope.lastIndexOf('.'))) {
        Declared found = declared.get(inside(scope, name));
        if (found != null) {
          return found;
        }
        if (scope.indexOf('.') < 0) {
          break;
        }
      }
      Declared found = declared.get(name);
      if (found != null) {
        return found;
      }
    }
    throw new UnusableSchemaException(
        "it does not say what "
            + name
            + " is, the type of field "
            + member.name()
            + " of message "
            + message
            + (absent.isEmpty()
                ? ""
                : "; it imports "
                    + String.join(", ", absent)
                    + ", which the registry does not have among its references"));
  }
}
