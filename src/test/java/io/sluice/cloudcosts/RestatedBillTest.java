package io.sluice.cloudcosts;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.run.RowCounts;
import io.sluice.run.RunContext;
import io.sluice.testing.LocalLake;
import io.sluice.testing.TestLake;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A month that is delivered thirty times is a month once: that of the newest whole delivery. */
class RestatedBillTest {
  private static final String AWS = "aws/acme/20261101-20261201/";

  /** Deliveries of four lines and of thirteen, each with ids of its own. */
  private static final List<String> VERSIONS = List.of("0a1b2c3d", "4e5f6a7b");

  @TempDir private Path folder;
  private RunContext context;

  @Test
  void monthDeliveredThirtyTimesIsAMonthOnce() throws Exception {
    context =
        LocalLake.open(
            Files.createDirectory(folder.resolve("data")), Path.of("conf/contracts"), Map.of());
    deliver(1, 2);
    assertEquals(new RowCounts(4, 4, 0, 0, 0), Bills.night(context));
    assertEquals(sums(1), Bills.sums(context));

    deliver(2, 2);
    assertEquals(4, Bills.night(context).removed());
    assertEquals(sums(2), Bills.sums(context));

    // What a manifest names and is not there yet: what was whole before stays.
    deliver(3, 1);
    assertEquals(0, Bills.night(context).read());
    assertEquals(sums(2), Bills.sums(context));

    // The delivery becomes whole, and 27 others come after it.
    deliver(3, 2);
    for (int number = 4; number <= 30; number++) {
      deliver(number, 2);
    }
    RowCounts last = Bills.night(context);
    assertEquals(14 * 4 + 13 * 13, last.superseded());
    assertEquals(13, last.removed());
    assertEquals(sums(30), Bills.sums(context));
    assertEquals(13, Bills.silver(context).count());
    assertEquals(1, Bills.silver(context).select("_delivery", "_arrived_at").distinct().count());
  }

  private List<String> sums(int number) throws Exception {
    return Bills.sumsByDuckDb(file -> file.startsWith(AWS + VERSIONS.get((number + 1) % 2)));
  }

  /** Lands a version of the report as its assembly {@code number}: its manifest and some parts. */
  private void deliver(int number, int parts) throws Exception {
    String version = VERSIONS.get((number + 1) % 2);
    String assembly = String.format("%08d", number);
    for (int part = 1; part <= parts; part++) {
      String file = AWS + version + "/acme-0000" + part + ".csv";
      TestLake.land(
          context,
          "cloud_costs/" + file.replace(version, assembly) + ".gz",
          Bills.packed(Files.readAllBytes(Bills.FOLDER.resolve(file))));
    }
    String manifest = Files.readString(Bills.FOLDER.resolve(AWS + version + "/acme-Manifest.json"));
    TestLake.land(
        context,
        "cloud_costs/" + AWS + assembly + "/acme-Manifest.json",
        manifest.replace(version, assembly));
  }
}
