package io.sluice.contract;

import java.util.List;
import java.util.Set;

/**
 * What a contract can say of a format that records arrive in. {@link java.util.ServiceLoader} finds
 * the formats by {@code META-INF/services/io.sluice.contract.ArrivalFormat}; each of them is an
 * {@code io.sluice.ingest.format.RecordFormat}, which reads its records.
 */
public interface ArrivalFormat {
  /** How records of a format can arrive. */
  enum Way {
    FILES,
    TOPIC
  }

  /** What a contract writes behind {@code format:}, in lower case. */
  String name();

  /** How its records can arrive. */
  Set<Way> ways();

  /** The raw values that mean null where a contract says nothing of them. */
  default List<String> nullValues() {
    return List.of();
  }

  /** Whether its records can only be read by the schemas that they were written by. */
  default boolean needsWriterSchemas() {
    return false;
  }
}
