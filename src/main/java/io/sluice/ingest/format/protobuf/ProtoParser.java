package io.sluice.ingest.format.protobuf;

import io.sluice.ingest.format.protobuf.ProtoFile.Enumeration;
import io.sluice.ingest.format.protobuf.ProtoFile.Label;
import io.sluice.ingest.format.protobuf.ProtoFile.Member;
import io.sluice.ingest.format.protobuf.ProtoFile.Message;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Reads the text of a .proto file, of proto2 or proto3, as far as records need it: messages, fields
 * and enumerations. Options, services, extensions and reserved numbers change nothing of how a
 * record is read and are passed over. What the language does not have is refused, and so are
 * editions.
 */
final class ProtoParser {
  /** A field's number has 29 bits. */
  static final int MOST_NUMBER = (1 << 29) - 1;

  private static final int DEPTH = 100;

  private final ProtoTokens tokens;
  private final List<String> imports = new ArrayList<>();
  private String scope = "";
  private boolean isProto3;

  private ProtoParser(ProtoTokens tokens) {
    this.tokens = tokens;
  }

  /**
   * Reads a file.
   *
   * @throws UnusableSchemaException with the line and what is wrong with it
   */
  static ProtoFile parse(String text) throws UnusableSchemaException {
    return new ProtoParser(ProtoTokens.of(text)).file();
  }

  /** What is declared in a file or in a message, while it is read. */
  private static final class Body {
    final List<Member> members = new ArrayList<>();
    final List<Message> nested = new ArrayList<>();
    final List<Message> uncounted = new ArrayList<>();
    final List<Enumeration> enumerations = new ArrayList<>();
    boolean isMapEntry;
  }

  private ProtoFile file() throws UnusableSchemaException {
    Body body = new Body();
    if (tokens.take("syntax")) {
      tokens.expect("=");
      String syntax = tokens.string();
      isProto3 = syntax.equals("proto3");
      if (!isProto3 && !syntax.equals("proto2")) {
        throw tokens.error("syntax " + syntax + " is not read; proto2 and proto3 are");
      }
      tokens.expect(";");
    }
    while (!tokens.isAtEnd()) {
      statement(body);
    }
    return new ProtoFile(scope, imports, body.nested, body.enumerations);
  }

  private void statement(Body body) throws UnusableSchemaException {
    if (tokens.is("edition")) {
      throw tokens.error("editions are not read; proto2 and proto3 are");
    }
    if (tokens.take("message")) {
      body.nested.add(message(tokens.word(), 1));
    } else if (tokens.take("enum")) {
      body.enumerations.add(enumeration());
    } else if (tokens.take("package")) {
      scope = name();
      tokens.expect(";");
    } else if (tokens.take("import")) {
      if (!tokens.take("public")) {
        tokens.take("weak");
      }
      imports.add(tokens.string());
      tokens.expect(";");
    } else if (tokens.is("option") || tokens.is("service") || tokens.is("extend")) {
      tokens.skipStatement();
    } else {
      tokens.expect(";");
    }
  }

  /** A name with its dots. */
  private String name() throws UnusableSchemaException {
    StringBuilder name = new StringBuilder(tokens.take(".") ? "." : "").append(tokens.word());
    while (tokens.take(".")) {
      name.append('.').append(tokens.word());
    }
    return name.toString();
  }

  private Message message(String name, int depth) throws UnusableSchemaException {
    if (depth > DEPTH) {
      throw tokens.error("messages nest deeper than " + DEPTH);
    }
    Body body = new Body();
    tokens.expect("{");
    while (!tokens.take("}")) {
      member(body, depth);
    }
    requireDistinct(name, body.members);
    return new Message(
        name, body.members, body.nested, body.uncounted, body.enumerations, body.isMapEntry);
  }

  /** Refuses a message of which it is not sure what its data means. */
  static void requireDistinct(String message, List<Member> members) throws UnusableSchemaException {
    Set<Object> known = new HashSet<>();
    for (Member member : members) {
      if (!known.add(member.name()) || !known.add(member.number())) {
        throw new UnusableSchemaException(
            "message "
                + message
                + " has the name or the number of field "
                + member.name()
                + " twice");
      }
      if (member.number() < 1 || member.number() > MOST_NUMBER) {
        throw new UnusableSchemaException(
            "message "
                + message
                + " has a field "
                + member.name()
                + " of number "
                + member.number());
      }
    }
  }

  private void member(Body body, int depth) throws UnusableSchemaException {
    if (tokens.take(";")) {
      return;
    }
    if (tokens.take("message")) {
      body.nested.add(message(tokens.word(), depth + 1));
    } else if (tokens.take("enum")) {
      body.enumerations.add(enumeration());
    } else if (tokens.take("option")) {
      option(body);
    } else if (tokens.is("extend") || tokens.is("extensions") || tokens.is("reserved")) {
      tokens.skipStatement();
    } else if (tokens.take("oneof")) {
      oneof(body, depth);
    } else if (tokens.take("optional")) {
      field(body, Label.OPTIONAL, null, depth);
    } else if (tokens.take("repeated")) {
      field(body, Label.REPEATED, null, depth);
    } else if (tokens.is("required")) {
      if (isProto3) {
        throw tokens.error("proto3 has no required fields");
      }
      tokens.next();
      field(body, Label.REQUIRED, null, depth);
    } else {
      field(body, Label.NONE, null, depth);
    }
  }

  private void option(Body body) throws UnusableSchemaException {
    boolean isMapEntry = tokens.take("map_entry");
    if (isMapEntry) {
      tokens.expect("=");
      body.isMapEntry = tokens.is("true");
    }
    tokens.skipStatement();
  }

  private void oneof(Body body, int depth) throws UnusableSchemaException {
    String oneof = tokens.word();
    tokens.expect("{");
    while (!tokens.take("}")) {
      if (tokens.is("option")) {
        tokens.skipStatement();
      } else if (!tokens.take(";")) {
        field(body, Label.NONE, oneof, depth);
      }
    }
  }

  private void field(Body body, Label label, String oneof, int depth)
      throws UnusableSchemaException {
    String type = name();
    if (type.equals("map") && tokens.take("<")) {
      if (label != Label.NONE || oneof != null) {
        throw tokens.error("a map has no label and is in no oneof");
      }
      map(body);
      return;
    }
    if (label == Label.NONE && oneof == null && !isProto3) {
      throw tokens.error("a field of proto2 is optional, required or repeated");
    }
    String name = tokens.word();
    tokens.expect("=");
    int number = tokens.number();
    tokens.skipBrackets();
    if (type.equals("group")) {
      // The group is named as a message, and its field is that name in lower case.
      body.uncounted.add(message(name, depth + 1));
      tokens.take(";");
      body.members.add(
          new Member(name.toLowerCase(Locale.ROOT), number, label, Kind.GROUP, name, oneof));
      return;
    }
    tokens.expect(";");
    Kind kind = Kind.ofKeyword(type);
    body.members.add(new Member(name, number, label, kind, kind == null ? type : "", oneof));
  }

  private void map(Body body) throws UnusableSchemaException {
    Kind key = Kind.ofKeyword(name());
    if (key == null || !key.isKey()) {
      throw tokens.error("a map's key is a whole number, a bool or a string");
    }
    tokens.expect(",");
    String value = name();
    tokens.expect(">");
    String name = tokens.word();
    tokens.expect("=");
    int number = tokens.number();
    tokens.skipBrackets();
    tokens.expect(";");
    Kind kind = Kind.ofKeyword(value);
    // No type that is written down has such a name.
    String entry = "map of " + name;
    body.uncounted.add(
        new Message(
            entry,
            List.of(
                new Member("key", 1, Label.NONE, key, "", null),
                new Member("value", 2, Label.NONE, kind, kind == null ? value : "", null)),
            List.of(),
            List.of(),
            List.of(),
            true));
    body.members.add(new Member(name, number, Label.REPEATED, null, entry, null));
  }

  private Enumeration enumeration() throws UnusableSchemaException {
    String name = tokens.word();
    Map<Integer, String> names = new LinkedHashMap<>();
    tokens.expect("{");
    while (!tokens.take("}")) {
      if (tokens.is("option") || tokens.is("reserved")) {
        tokens.skipStatement();
      } else if (!tokens.take(";")) {
        String value = tokens.word();
        tokens.expect("=");
        names.putIfAbsent(tokens.number(), value);
        tokens.skipBrackets();
        tokens.expect(";");
      }
    }
    return new Enumeration(name, names);
  }
}
