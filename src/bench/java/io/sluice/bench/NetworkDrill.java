package io.sluice.bench;

import java.util.List;
import java.util.Map;

/** A night through a proxy that does to calls of S3 what networks do. */
final class NetworkDrill {
  private final DrillLake lake;
  private final DrillNight night;

  NetworkDrill(DrillLake lake, DrillNight night) {
    this.lake = lake;
    this.night = night;
  }

  /** The night of some days through a proxy that does to calls what networks do. */
  String badNetwork(double share, int days) throws Exception {
    Map<String, Long> expected = night.quiet(days).get(DrillNight.night().size());
    long began = System.nanoTime();
    Map<FaultyProxy.Fault, Integer> met;
    try (FaultyProxy proxy =
        new FaultyProxy(lake.served().get("s3.endpoint"), share, lake.seed())) {
      String root = "network-bad";
      night.land(root, days);
      String[] proxied = {"s3.endpoint", proxy.endpoint()};
      Process process = lake.start("night", root, "plain", String.join("\n", proxied));
      List<String> lines = DrillLake.read(process);
      int tries = 1;
      // A night that an error ended is started again, as a scheduler does.
      while (process.exitValue() != 0 && tries < 20) {
        process = lake.start("night", root, "plain", String.join("\n", proxied));
        lines = DrillLake.read(process);
        tries++;
      }
      DrillLake.check(process.exitValue() == 0, "the night never ended: " + lines);
      met = proxy.done();
    }
    DrillLake.check(
        expected.equals(night.state("network-bad")), "rows differ from those of a quiet network");
    met.remove(FaultyProxy.Fault.NONE);
    return DrillLake.line(
        "a proxy fails " + Math.round(share * 100) + "% of S3's calls",
        met.toString(),
        "rows lost: 0, doubled: 0 (" + DrillLake.seconds(began) + ")");
  }
}
