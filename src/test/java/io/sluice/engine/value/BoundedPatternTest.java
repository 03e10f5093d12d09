package io.sluice.engine.value;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Optional;
import java.util.regex.PatternSyntaxException;
import org.junit.jupiter.api.Test;

class BoundedPatternTest {
  @Test
  void matchesTheWholeText() {
    BoundedPattern pattern = new BoundedPattern("a|ab");
    assertEquals(Optional.of(true), pattern.matches("ab"));
    assertEquals(Optional.of(false), pattern.matches("abc"));
    assertEquals("b", new BoundedPattern("a(?<x>.)").match("ab").orElseThrow().group("x"));
  }

  @Test
  void patternThatBacktracksIsGivenUp() {
    BoundedPattern pattern = new BoundedPattern("(a+)+\\1*b");
    assertEquals(Optional.empty(), pattern.matches("a".repeat(60)));
    assertEquals(Optional.empty(), pattern.match("a".repeat(60)));
  }

  @Test
  void patternThatNestsTooDeeplyThrowsNothing() {
    assertNotEquals(
        Optional.of(true), new BoundedPattern("(.|\\n)*c").matches("ab".repeat(1_000_000)));
  }

  @Test
  void whatIsNoPatternIsRefused() {
    assertThrows(PatternSyntaxException.class, () -> new BoundedPattern("("));
  }
}
