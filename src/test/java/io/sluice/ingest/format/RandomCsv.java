package io.sluice.ingest.format;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/** Makes up records of CSV, for the tests of what reads them. */
final class RandomCsv {
  private RandomCsv() {}

  /** Text of the characters that matter to CSV, and some that do not. */
  static String text(SplittableRandom random) {
    String alphabet = "\"\",,\n\r abcé漢";
    StringBuilder text = new StringBuilder();
    int length = random.nextInt(8);
    for (int i = 0; i < length; i++) {
      text.append(alphabet.charAt(random.nextInt(alphabet.length())));
    }
    return text.toString();
  }

  /** A record as RFC 4180 has it: quoted where it must be, and elsewhere by chance. */
  static String write(List<String> fields, SplittableRandom random) {
    return fields.stream()
        .map(
            field ->
                field.matches("(?s).*[\",\r\n].*")
                        // A record of one empty field would be a blank line.
                        || (field.isEmpty() && fields.size() == 1)
                        || random.nextInt(4) == 0
                    ? '"' + field.replace("\"", "\"\"") + '"'
                    : field)
        .collect(Collectors.joining(","));
  }
}
