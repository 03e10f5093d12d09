package io.sluice.testing;

import java.nio.file.Path;

/** A small source for tests: readings of electricity meters, by day, with no class of their own. */
public final class Readings {
  /** The folder that holds the source's contract and no other. */
  public static final Path CONTRACTS = Path.of("src/test/resources/contracts/readings");

  /** The first line of each of its files. */
  public static final String HEADER = "meter,day,kwh,unit,read_at\n";

  private Readings() {}
}
