package io.sluice.settings;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Holds that {@link ValidationErrors} reports all errors at once. */
class ValidationErrorsTest {
  @Test
  void noErrorThrowsNothing() {
    ValidationErrors errors = new ValidationErrors();
    assertTrue(errors.isEmpty());
    assertDoesNotThrow(errors::throwIfAny);
  }

  @Test
  void exceptionNamesEveryErrorInItsOrder() {
    ValidationErrors errors = new ValidationErrors();
    errors.add("b.yaml: id", "must be set");
    assertEquals("1 error:\n  b.yaml: id: must be set", errors.exception().getMessage());
    errors.add("a.yaml", "empty");
    assertEquals(List.of("b.yaml: id: must be set", "a.yaml: empty"), errors.all());
    var e = assertThrows(ValidationErrors.ValidationException.class, errors::throwIfAny);
    assertEquals("2 errors:\n  b.yaml: id: must be set\n  a.yaml: empty", e.getMessage());
  }
}
