package io.sluice.testing;

import io.sluice.settings.Session;
import io.sluice.settings.Settings;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import scala.Option;

/** A Spark session for tests that need no server. */
public final class PlainSpark {
  private static SparkSession own;

  private PlainSpark() {}

  /** The settings of such a session; no store or broker is reached by them. */
  public static Settings settings(Map<String, String> overrides) {
    Map<String, String> all = new HashMap<>();
    all.put("s3.access-key", "");
    all.put("s3.secret-key", "");
    all.put("privacy.key", "");
    all.put("lineage.transport", "none");
    all.put("spark.master", "local[2]");
    all.put("spark.sql.shuffle.partitions", "2");
    all.put("spark.extraListeners", "");
    all.putAll(overrides);
    return Settings.read(Path.of("conf/environments/local.yaml"), all);
  }

  /** The session of this JVM, if there is one, else one of its own. */
  public static synchronized SparkSession get() {
    Option<SparkSession> present = SparkSession.getDefaultSession();
    if (present.isDefined() && !present.get().sparkContext().isStopped()) {
      return present.get();
    }
    own = Session.open(settings(Map.of()), "unit tests");
    return own;
  }

  /** Ends a session that knows no store, so that one which does can take its place. */
  static synchronized void retire() {
    if (own != null) {
      own.stop();
      own = null;
    }
  }
}
