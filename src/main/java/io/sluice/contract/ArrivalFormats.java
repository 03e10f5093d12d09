package io.sluice.contract;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.SortedMap;
import java.util.TreeMap;

/** The formats that an arrival can name: those on the class path. */
public final class ArrivalFormats {
  private static final SortedMap<String, ArrivalFormat> ALL = byName();

  private ArrivalFormats() {}

  private static SortedMap<String, ArrivalFormat> byName() {
    SortedMap<String, ArrivalFormat> all = new TreeMap<>();
    for (ArrivalFormat format : ServiceLoader.load(ArrivalFormat.class)) {
      ArrivalFormat other = all.put(format.name(), format);
      if (other != null) {
        throw new IllegalStateException(
            "two formats bear the name "
                + format.name()
                + ": "
                + other.getClass().getName()
                + " and "
                + format.getClass().getName());
      }
    }
    return all;
  }

  /** Their names, in the order of the alphabet. */
  public static List<String> names() {
    return new ArrayList<>(ALL.keySet());
  }

  /** The names of those that can arrive in a way, in the order of the alphabet. */
  public static List<String> names(ArrivalFormat.Way way) {
    return ALL.entrySet().stream()
        .filter(entry -> entry.getValue().ways().contains(way))
        .map(Map.Entry::getKey)
        .toList();
  }

  /** The format of a name; empty if there is none. */
  public static Optional<ArrivalFormat> find(String name) {
    return Optional.ofNullable(ALL.get(name));
  }

  /**
   * The format of a name that a contract was read with.
   *
   * @throws IllegalStateException if it is not on this JVM's class path
   */
  public static ArrivalFormat get(String name) {
    return find(name)
        .orElseThrow(
            () -> new IllegalStateException("no format " + name + " here; known are " + names()));
  }
}
