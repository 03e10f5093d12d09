package io.sluice.run;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** Which build of Sluice this is, by what the jar says of itself. */
public final class Build {
  /** The version of this build, as in pom.xml; a test holds them equal. */
  public static final String VERSION = "0.1.0";

  private Build() {}

  /**
   * The version and, where it was built from a repository, the commit: {@code 0.1.0+1a2b3c4}, with
   * {@code .dirty} behind it if files had been changed.
   */
  public static String code() {
    Properties built = new Properties();
    try (InputStream in = Build.class.getResourceAsStream("/io/sluice/built-from.properties")) {
      if (in != null) {
        built.load(in);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String commit = built.getProperty("git.commit.id.abbrev", "");
    return VERSION
        + (commit.isEmpty() ? "" : "+" + commit)
        + (built.getProperty("git.dirty", "").equals("true") ? ".dirty" : "");
  }
}
