package io.sluice.settings;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Faults found while settings or contracts are read: gathered first, reported together. */
public final class Faults {
  private final List<String> found = new ArrayList<>();

  /** Notes a fault at a place, such as {@code calls.yaml: schema[0].properties[3].enum}. */
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
   * @throws FaultyException that names every fault
   */
  public void throwIfAny() {
    if (!found.isEmpty()) {
      throw exception();
    }
  }

  /** The exception that names every fault. */
  public FaultyException exception() {
    return new FaultyException(
        found.size()
            + (found.size() == 1 ? " fault:" : " faults:")
            + found.stream().map(fault -> "\n  " + fault).collect(Collectors.joining()));
  }

  /** Settings or contracts that cannot be used; exit code 2. */
  public static final class FaultyException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    FaultyException(String message) {
      super(message);
    }
  }
}
