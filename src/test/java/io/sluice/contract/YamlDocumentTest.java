package io.sluice.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class YamlDocumentTest {

  @Test
  void scalarsAreReadAsTheyAreWritten() throws IOException {
    JsonNode document = YamlDocument.read("{a: NO, b: 0100, c: 1.10, d: true, e: 7}");
    assertEquals(
        "{\"a\":\"NO\",\"b\":\"0100\",\"c\":1.10,\"d\":true,\"e\":7}", document.toString());
  }

  @Test
  void aliasIsWhatItsAnchorStandsBefore() throws IOException {
    JsonNode document =
        YamlDocument.read("first: &all {x: &one [1, 2], y: NO}\nsecond: *all\nthird: *one\n");
    assertEquals(
        "{\"first\":{\"x\":[1,2],\"y\":\"NO\"},\"second\":{\"x\":[1,2],\"y\":\"NO\"},"
            + "\"third\":[1,2]}",
        document.toString());
  }

  @Test
  void aliasOfNothingIsRefusedByItsName() {
    IOException refused =
        assertThrows(IOException.class, () -> YamlDocument.read("a: 1\nb: *all\nc: &all 2\n"));
    assertTrue(refused.getMessage().contains("*all"), refused.getMessage());
    assertTrue(refused.getMessage().contains("line 2"), refused.getMessage());
    assertThrows(IOException.class, () -> YamlDocument.read("a: &all {b: *all}\n"));
  }
}
