package io.sluice.bench;

import io.sluice.demo.server.S3Server;
import io.sluice.testing.LocalKafka;
import io.sluice.testing.LocalSpark;
import io.sluice.testing.NeedsServers;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A shorter cut of {@code make chaos}: the same drills, each throws if a row is wrong. */
@NeedsServers
class ChaosTest {
  private static Chaos chaos;

  @BeforeAll
  static void server() {
    S3Server server = LocalSpark.server();
    Path folder = server.data().getParent();
    Map<String, String> served = new LinkedHashMap<>();
    served.put("s3.endpoint", server.endpoint());
    served.put("s3.access-key", "file:" + folder.resolve("access-key").toAbsolutePath());
    served.put("s3.secret-key", "file:" + folder.resolve("secret-key").toAbsolutePath());
    served.put("privacy.key", "file:" + folder.resolve("privacy-key").toAbsolutePath());
    served.put("lineage.transport", "none");
    served.put("kafka.servers", LocalKafka.server().servers());
    LocalSpark.get();
    chaos = new Chaos(served, folder, 11);
  }

  @Test
  void severalDriversCommitToOneTable() throws Exception {
    System.out.println(chaos.race(2, 15));
  }

  @Test
  void networkThatLies() throws Exception {
    System.out.println(chaos.badNetwork(0.05, 1));
  }

  @Test
  void killedDrivers() throws Exception {
    System.out.println(chaos.kills(1, 1));
  }

  @Test
  void damagedLogs() throws Exception {
    System.out.println(chaos.damagedLogs());
  }

  @Test
  void everythingAtOnce() throws Exception {
    System.out.println(chaos.schedules(1));
  }

  @Test
  void smallBatches() throws Exception {
    System.out.println(chaos.batches(2));
  }
}
