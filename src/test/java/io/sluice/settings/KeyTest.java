package io.sluice.settings;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Holds that every {@link Key} is stated well. */
class KeyTest {
  @Test
  void namesDifferAndDescriptionsAreSentences() {
    Set<String> names = new HashSet<>();
    for (Key<?> key : Key.all()) {
      assertTrue(names.add(key.name()), key.name());
      assertTrue(key.description().matches("[A-Z].*\\."), key.name());
    }
  }

  @Test
  void defaultsAreValid() {
    for (Key<?> key : Key.all()) {
      if (key.fallback() != null) {
        assertDoesNotThrow(() -> key.reader().apply(key.fallback()), key.name());
      }
    }
  }

  @Test
  void numbersKeepTheirBounds() {
    assertEquals(7, Key.INGEST_FILES.reader().apply("7"));
    for (String text : new String[] {"0", "-1", "1.5", "many", "3000000000"}) {
      assertThrows(
          IllegalArgumentException.class, () -> Key.INGEST_FILES.reader().apply(text), text);
    }
  }
}
