package io.sluice.ingest.format;

import java.util.HashMap;
import java.util.Map;

/**
 * What is made of each writer's schema, once: a {@code T}, or the reason why its records cannot be
 * read. Not for several threads at once.
 */
public final class ByWriter<T> {
  private final Map<Integer, String> schemas;
  private final String format;
  private final Maker<T> maker;
  private final Map<Integer, T> made = new HashMap<>();
  private final Map<Integer, BrokenRecordException> refused = new HashMap<>();

  /** Makes what records are read by. */
  @FunctionalInterface
  public interface Maker<T> {
    /**
     * @param id the schema's number, for people
     * @throws BrokenRecordException if no record can be read by it
     */
    T make(int id, String schema) throws BrokenRecordException;
  }

  /**
   * @param schemas the writers' schemas by number
   * @param format what they are schemas of, for people
   */
  public ByWriter(Map<Integer, String> schemas, String format, Maker<T> maker) {
    this.schemas = new HashMap<>(schemas);
    this.format = format;
    this.maker = maker;
  }

  /**
   * What a number's records are read by.
   *
   * @throws BrokenRecordException if there is no such schema, or none that can be used
   */
  public T get(int id) throws BrokenRecordException {
    T known = made.get(id);
    if (known != null) {
      return known;
    }
    BrokenRecordException broken = refused.get(id);
    if (broken != null) {
      throw broken;
    }
    String schema = schemas.get(id);
    if (schema == null) {
      // Is not kept: numbers are the sender's, and made-up ones must not fill the memory.
      throw BrokenRecordException.whole(
          "the registry has no " + format + " schema " + Integer.toUnsignedString(id));
    }
    try {
      T one = maker.make(id, schema);
      made.put(id, one);
      return one;
    } catch (BrokenRecordException e) {
      refused.put(id, e);
      throw e;
    }
  }
}
