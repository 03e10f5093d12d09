package io.sluice.contract;

import java.io.Serializable;

/** What happens when a source's files change their columns. */
public record SchemaPolicy(Added added, Removed removed, Retyped retyped) implements Serializable {

  /** A column that the contract does not know. */
  public enum Added {
    /** It lands in silver's {@code _extra} map. */
    KEEP,
    IGNORE,
    STOP
  }

  /** A header lacks a column that the contract reads. */
  public enum Removed {
    STOP,
    /** The file's rows are quarantined. */
    QUARANTINE,
    NULL
  }

  /** Values that cannot be cast to their field's type. */
  public enum Retyped {
    QUARANTINE,
    STOP
  }

  public static final SchemaPolicy DEFAULT =
      new SchemaPolicy(Added.KEEP, Removed.QUARANTINE, Retyped.QUARANTINE);
}
