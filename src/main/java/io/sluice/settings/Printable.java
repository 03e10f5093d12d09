package io.sluice.settings;

/**
 * Makes text that others have written, such as the name of a file, fit to stand in a line of a log
 * or on a terminal: it can neither end the line nor do anything but be read.
 */
public final class Printable {
  private Printable() {}

  /**
   * The text with each control character, line separator, mark of direction and half of a pair
   * written as a backslash, {@code u} and four digits; null as the word.
   */
  public static String of(String text) {
    if (text == null) {
      return "null";
    }
    StringBuilder printable = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            one -> {
              if (isPlain(one)) {
                printable.appendCodePoint(one);
              } else {
                for (char unit : Character.toChars(one)) {
                  printable.append("\\u");
                  for (int shift = 12; shift >= 0; shift -= 4) {
                    printable.append(Character.forDigit((unit >> shift) & 0xF, 16));
                  }
                }
              }
            });
    return printable.toString();
  }

  private static boolean isPlain(int one) {
    return switch (Character.getType(one)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          false;
      default -> true;
    };
  }
}
