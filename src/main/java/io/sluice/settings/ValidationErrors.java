package io.sluice.settings;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Collects the errors of settings and contracts, so that one exception names all of them. */
public final class ValidationErrors {
  private final List<String> found = new ArrayList<>();

  /**
   * Adds an error.
   *
   * @param place where it is, such as {@code calls.yaml: schema[0].properties[3].enum}
   * @param expected what must be there instead
   */
  public void add(String place, String expected) {
    found.add(place + ": " + expected);
  }

  public boolean isEmpty() {
    return found.isEmpty();
  }

  /** Every error as {@code place: what is expected}, in the order in which they were added. */
  public List<String> all() {
    return List.copyOf(found);
  }

  /**
   * Does nothing if there is no error.
   *
   * @throws ValidationException naming every error
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

  /** Settings or contracts have errors; the command ends with exit code 2. */
  public static final class ValidationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ValidationException(String message) {
      super(message);
    }
  }
}
