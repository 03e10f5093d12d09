package io.sluice.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.run.RunContext;
import io.sluice.testing.LocalLake;
import io.sluice.testing.LocalSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shipped contracts, one of them changed, held against what they were. */
class CompareContractsTest {
  private static final Path SHIPPED = Path.of("conf/contracts");

  @TempDir private Path folder;

  @BeforeEach
  void copy() throws IOException {
    try (Stream<Path> files = Files.list(SHIPPED)) {
      for (Path file : files.toList()) {
        Files.copy(file, folder.resolve(file.getFileName()));
      }
    }
  }

  private void change(String from, String to) throws IOException {
    Path orders = folder.resolve("purchase_orders.yaml");
    String text = Files.readString(orders);
    assertTrue(text.contains(from), from);
    Files.writeString(orders, text.replace(from, to));
  }

  private CompareContracts compared() {
    return CompareContracts.of(
        LocalSpark.settings(Map.of("contracts", folder.toString())), SHIPPED.toString());
  }

  @Test
  void nothingIsToldOfContractsThatAreTheSame() {
    assertEquals("no contract differs from conf/contracts", compared().text());
    assertTrue(compared().errors().isEmpty());
  }

  @Test
  void whatIsNewOrGoneIsToldAndNoErrorIsMadeOfIt() throws IOException {
    String vendors = Files.readString(folder.resolve("calls.yaml"));
    Files.delete(folder.resolve("calls.yaml"));
    Files.writeString(
        folder.resolve("more_calls.yaml"),
        vendors
            .replaceAll("(?m)^id: calls$", "id: more_calls")
            .replaceAll("(?m)^  - name: calls$", "  - name: more_calls"));
    CompareContracts compared = compared();
    assertEquals(
        "more_calls.yaml is new\n"
            + "calls.yaml is gone: its tables stay as they are, and readers get no news",
        compared.text());
    assertTrue(compared.errors().isEmpty());
  }

  @Test
  void aColumnThatReadersMissIsRefusedAndItsMartsAreNamed() throws IOException {
    change("tax_amount", "tax");
    CompareContracts compared = compared();
    assertTrue(
        compared.text().contains("(tax_amount): is dropped: needs migrate; breaks readers"),
        compared.text());
    assertTrue(
        compared.text().contains("then: sluice migrate --source purchase_orders\n"),
        compared.text());
    assertTrue(compared.text().contains(", mart spend_daily"), compared.text());
    assertEquals(1, compared.errors().all().size());

    RunContext context = LocalLake.open(folder, folder, Map.of());
    List<String> broken = Validate.brokenMarts(context, "purchase_orders");
    assertEquals(1, broken.size(), broken.toString());
    assertTrue(broken.get(0).startsWith("mart spend_daily: "), broken.get(0));
    assertTrue(broken.get(0).contains("tax_amount"), broken.get(0));
  }
}
