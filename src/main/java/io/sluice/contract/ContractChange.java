package io.sluice.contract;

/**
 * One difference between a contract and its earlier form, and what comes of it.
 *
 * @param place where it is in the contract's file
 * @param what what was and what is
 * @param effect how it reaches the table
 * @param readers what it does to those who read the table
 * @param then the command that brings it about, or what is to be done instead; empty if nothing is
 */
public record ContractChange(
    String place, String what, Effect effect, Readers readers, String then) {

  /** How a change reaches the table. */
  public enum Effect {
    NEXT_PUBLISH("applied by the next publish"),
    MIGRATE("needs migrate"),
    NEW_SOURCE("needs a source of its own");

    private final String words;

    Effect(String words) {
      this.words = words;
    }
  }

  /** What a change does to those who read the table as it was. */
  public enum Readers {
    GO_ON("readers go on"),
    BREAK("breaks readers");

    private final String words;

    Readers(String words) {
      this.words = words;
    }
  }

  public boolean breaksReaders() {
    return readers == Readers.BREAK;
  }

  @Override
  public String toString() {
    return place + ": " + what + ": " + effect.words + "; " + readers.words;
  }
}
