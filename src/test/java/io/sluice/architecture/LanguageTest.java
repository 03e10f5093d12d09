package io.sluice.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.cli.Sluice;
import io.sluice.demo.SourceGenerator;
import io.sluice.demo.calls.CallGenerator;
import io.sluice.demo.cloudcosts.CloudCostGenerator;
import io.sluice.demo.purchaseorders.PurchaseOrderGenerator;
import io.sluice.demo.transactions.TransactionGenerator;
import io.sluice.run.RowCounts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Output is the same in German (a comma before decimals), Arabic (other digits) and Turkish
 * (another small i) as in no language at all. {@link ArchitectureTest} keeps the calls out that
 * would differ.
 */
class LanguageTest {
  private static final LocalDate DAY = LocalDate.parse("2026-11-02");
  private static final Locale BEFORE = Locale.getDefault();

  @AfterEach
  void restore() {
    Locale.setDefault(BEFORE);
  }

  private interface Work {
    String run() throws IOException;
  }

  private static void sameIn(String language, Work work) throws IOException {
    Locale.setDefault(Locale.ROOT);
    String expected = work.run();
    assertFalse(expected.isEmpty());
    Locale.setDefault(Locale.forLanguageTag(language));
    assertTrue(expected.equals(work.run()), "differs in " + language);
  }

  @ParameterizedTest
  @ValueSource(strings = {"de-DE", "ar-EG-u-nu-arab", "tr-TR"})
  void rowCountsReadTheSame(String language) throws IOException {
    sameIn(language, () -> new RowCounts(1_234_567, 1_234_560, 7, 0, 0).toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"de-DE", "ar-EG-u-nu-arab", "tr-TR"})
  void theListOfSettingsReadsTheSame(String language) throws IOException {
    sameIn(language, () -> printed("settings"));
  }

  private static String printed(String... arguments) {
    PrintStream before = System.out;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    try {
      assertEquals(0, Sluice.run(arguments));
    } finally {
      System.setOut(before);
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(strings = {"de-DE", "ar-EG-u-nu-arab", "tr-TR"})
  void generatorsMakeTheSameFiles(String language) throws IOException {
    sameIn(
        language,
        () -> {
          Map<String, String> files = new TreeMap<>();
          for (SourceGenerator generator :
              List.of(
                  new CallGenerator(1, DAY, 50),
                  new CloudCostGenerator(1, DAY, 5),
                  new PurchaseOrderGenerator(1, DAY, 50))) {
            generator.arrive(DAY, path -> captured(path, files));
          }
          return files.toString();
        });
  }

  private static OutputStream captured(String path, Map<String, String> files) {
    return new ByteArrayOutputStream() {
      @Override
      public void close() {
        files.put(path, toString(StandardCharsets.ISO_8859_1));
      }
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"de-DE", "ar-EG-u-nu-arab", "tr-TR"})
  void transactionsAreTheSame(String language) throws IOException {
    sameIn(
        language,
        () -> {
          TransactionGenerator generator =
              new TransactionGenerator(1, Instant.parse("2026-11-02T00:00:00Z"), 2, 10);
          StringBuilder events = new StringBuilder();
          for (int i = 0; i < 500; i++) {
            TransactionGenerator.Event event = generator.next();
            events.append(new String(event.key(), StandardCharsets.ISO_8859_1));
            events.append(new String(event.value(), StandardCharsets.ISO_8859_1));
          }
          return events.toString();
        });
  }
}
