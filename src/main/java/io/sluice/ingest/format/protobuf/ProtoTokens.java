package io.sluice.ingest.format.protobuf;

/** Takes the text of a .proto file apart into words, numbers, texts and symbols. */
final class ProtoTokens {
  /** What a token is. */
  enum Type {
    WORD,
    NUMBER,
    TEXT,
    SYMBOL,
    END
  }

  private static final int SHOWN = 40;

  private final String text;
  private int at;
  private int line = 1;
  private Type type;
  private String token;

  /** Stands on the first token. */
  static ProtoTokens of(String text) throws UnusableSchemaException {
    ProtoTokens tokens = new ProtoTokens(text);
    tokens.next();
    return tokens;
  }

  private ProtoTokens(String text) {
    this.text = text;
  }

  boolean isAtEnd() {
    return type == Type.END;
  }

  boolean is(Type wanted) {
    return type == wanted;
  }

  /** Whether it stands on a word or symbol. */
  boolean is(String wanted) {
    return type != Type.TEXT && type != Type.END && token.equals(wanted);
  }

  /** Passes over a word or symbol if it stands on it. */
  boolean take(String wanted) throws UnusableSchemaException {
    boolean isThere = is(wanted);
    if (isThere) {
      next();
    }
    return isThere;
  }

  void expect(String wanted) throws UnusableSchemaException {
    if (!take(wanted)) {
      throw unexpected("'" + wanted + "'");
    }
  }

  String word() throws UnusableSchemaException {
    return taken(Type.WORD, "a name");
  }

  /** A text; several behind one another are one. */
  String string() throws UnusableSchemaException {
    StringBuilder whole = new StringBuilder(taken(Type.TEXT, "a text in quotes"));
    while (is(Type.TEXT)) {
      whole.append(taken(Type.TEXT, ""));
    }
    return whole.toString();
  }

  /** A whole number, decimal, octal or hexadecimal, with or without a sign. */
  int number() throws UnusableSchemaException {
    String sign = take("-") ? "-" : "";
    String digits = taken(Type.NUMBER, "a whole number");
    try {
      return Integer.decode(sign + digits);
    } catch (NumberFormatException e) {
      throw error("a whole number of 32 bits is expected");
    }
  }

  private String taken(Type wanted, String name) throws UnusableSchemaException {
    if (type != wanted) {
      throw unexpected(name);
    }
    String taken = token;
    next();
    return taken;
  }

  UnusableSchemaException unexpected(String wanted) {
    String found =
        type == Type.END
            ? "its end"
            : token.length() > SHOWN ? token.substring(0, SHOWN) + "..." : token;
    return error(wanted + " is expected before " + found);
  }

  UnusableSchemaException error(String what) {
    return new UnusableSchemaException("line " + line + ": " + what);
  }

  /** Passes over all up to the end of a statement: a semicolon, or a closed block. */
  void skipStatement() throws UnusableSchemaException {
    int open = 0;
    while (!isAtEnd()) {
      boolean isBlock = is("{");
      if (isBlock || is("[")) {
        open++;
      } else if (is("}") || is("]")) {
        boolean wasBlock = is("}");
        if (--open < 0) {
          throw unexpected("';'");
        }
        if (open == 0 && wasBlock) {
          next();
          // Behind a block that is an option's value a semicolon stands, behind others none must.
          take(";");
          return;
        }
      } else if (open == 0 && is(";")) {
        next();
        return;
      }
      next();
    }
    throw unexpected("';'");
  }

  /** Passes over what stands in brackets, if it stands on their beginning. */
  void skipBrackets() throws UnusableSchemaException {
    if (!is("[")) {
      return;
    }
    int open = 0;
    do {
      if (is("[") || is("{")) {
        open++;
      } else if (is("]") || is("}")) {
        open--;
      } else if (isAtEnd()) {
        throw unexpected("']'");
      }
      next();
    } while (open > 0);
  }

  void next() throws UnusableSchemaException {
    skipBlank();
    if (at == text.length()) {
      type = Type.END;
      token = "";
      return;
    }
    int start = at;
    char first = text.charAt(at);
    if (isLetter(first)) {
      type = Type.WORD;
      while (at < text.length() && (isLetter(text.charAt(at)) || isDigit(text.charAt(at)))) {
        at++;
      }
    } else if (isDigit(first) || (first == '.' && isDigit(charAt(at + 1)))) {
      type = Type.NUMBER;
      passNumber();
    } else if (first == '"' || first == '\'') {
      type = Type.TEXT;
      token = quoted(first);
      return;
    } else {
      type = Type.SYMBOL;
      at++;
    }
    token = text.substring(start, at);
  }

  private void passNumber() {
    boolean isHex = text.startsWith("0x", at) || text.startsWith("0X", at);
    while (at < text.length()) {
      char c = text.charAt(at);
      boolean isSign = (c == '+' || c == '-') && !isHex && "eE".indexOf(text.charAt(at - 1)) >= 0;
      if (!isLetter(c) && !isDigit(c) && c != '.' && !isSign) {
        return;
      }
      at++;
    }
  }

  private String quoted(char quote) throws UnusableSchemaException {
    StringBuilder content = new StringBuilder();
    for (at++; charAt(at) != quote; at++) {
      char c = charAt(at);
      if (at >= text.length() || c == '\n') {
        throw error("a text in quotes does not end");
      }
      if (c == '\\') {
        // What an escape stands for does not matter: names of files have none.
        content.append(c);
        at++;
      }
      content.append(charAt(at));
    }
    at++;
    return content.toString();
  }

  private void skipBlank() throws UnusableSchemaException {
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '\n') {
        line++;
        at++;
      } else if (Character.isWhitespace(c) || c == '\uFEFF') {
        at++;
      } else if (text.startsWith("//", at)) {
        int end = text.indexOf('\n', at);
        at = end < 0 ? text.length() : end;
      } else if (text.startsWith("/*", at)) {
        int end = text.indexOf("*/", at + 2);
        if (end < 0) {
          throw error("a comment does not end");
        }
        line += (int) text.substring(at, end).chars().filter(one -> one == '\n').count();
        at = end + 2;
      } else {
        return;
      }
    }
  }

  private char charAt(int index) {
    return index < text.length() ? text.charAt(index) : 0;
  }

  private static boolean isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
