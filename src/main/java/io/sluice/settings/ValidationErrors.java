package io.sluice.settings;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Errors found while settings or contracts are read: gathered first, reported together. */
public final class ValidationErrors {
  private final List<String> found = new ArrayList<>();

  /** Notes an error at a place, such as {@code calls.yaml: schema[0].properties[3].enum}. */
  public void add(String place, String expected) {
    found.add(place + ": " + expected);
  }

  public boolean isEmpty() {
    return found.isEmpty();
  }

  public List<String> all() {
    return List.copyOf(found);
  }

  /**
   * Ends the reading if anything was found.
   *
   * @throws ValidationException that names every error
   */
  public void throwIfAny() {
    if (!found.isEmpty()) {
      throw exception();
    }
  }

  /** The exception that names every error. */
  public ValidationException exception() {
    return new ValidationException(
        found.size()
            + (found.size() == 1 ? " error:" : " errors:")
            + found.stream().map(error -> "\n  " + error).collect(Collectors.joining()));
  }

  /** Settings or contracts that cannot be used; exit code 2. */
  public static final class ValidationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ValidationException(String message) {
      super(message);
    }
  }
}
