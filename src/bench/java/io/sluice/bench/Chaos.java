package io.sluice.bench;

import io.sluice.demo.Demo;
import io.sluice.demo.DemoLake;
import io.sluice.demo.server.KafkaServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * Machines die, networks lie and people make mistakes: seeded drills on a real S3 server, each with
 * the rows that were lost or doubled by it.
 *
 * <p>The same drills, shorter, are {@link ChaosTest}. Each returns a line of the table that {@code
 * make chaos} prints, and throws if a row is wrong.
 */
final class Chaos {
  private final DrillLake lake;
  private final DrillNight night;

  /**
   * @param served the settings that lead to the S3 server
   * @param dir the server's folder
   */
  Chaos(Map<String, String> served, Path dir, long seed) {
    this.lake = new DrillLake(served, dir, seed);
    this.night = new DrillNight(lake);
  }

  /** Drivers in JVMs of their own commit to one table as fast as they can. */
  String race(int drivers, int commits) throws Exception {
    return new RaceDrill(lake).race(drivers, commits);
  }

  /** The same without the condition, which has to go wrong. */
  String raceWithoutCondition(int drivers, int commits) throws Exception {
    return new RaceDrill(lake).raceWithoutCondition(drivers, commits);
  }

  /** The night of some days through a proxy that fails a share of all calls. */
  String badNetwork(double share, int days) throws Exception {
    return new NetworkDrill(lake, night).badNetwork(share, days);
  }

  /** Drivers of a night of some days are killed so many times. */
  String kills(int kills, int days) throws Exception {
    return new KillDrill(lake, night).kills(kills, days);
  }

  /** Log files are deleted or spoilt. */
  String damagedLogs() throws Exception {
    return new DamageDrill(lake).damagedLogs();
  }

  /** So many seeded schedules of commands side by side. */
  String schedules(int schedules) throws Exception {
    return new ScheduleDrill(lake).schedules(schedules);
  }

  /** So many small batches. */
  String batches(int batches) throws Exception {
    return new BatchDrill(lake).batches(batches);
  }

  /**
   * {@code make chaos}: folder, seed, a scale (1 for all that is promised), and which drills, as
   * {@code race,kills}; none for all.
   */
  public static void main(String[] arguments) throws Exception {
    if (arguments[0].equals("commit")) {
      RaceDrill.commit(arguments);
      System.exit(0);
    }
    if (arguments[0].equals("night")) {
      DrillNight.night(arguments);
      System.exit(0);
    }
    Path dir = Path.of(arguments[0]);
    Demo.clear(dir);
    Map<String, String> served = new LinkedHashMap<>(DemoLake.serve(dir, 0));
    served.put("lineage.transport", "none");
    served.put(
        "kafka.servers",
        KafkaServer.start(
                Path.of(System.getProperty("sluice.servers", "target/servers"), "kafka"), dir, 0)
            .servers());
    Chaos chaos = new Chaos(served, dir, Long.parseLong(arguments[1]));
    double scale = Double.parseDouble(arguments[2]);
    Map<String, Callable<String>> drills = new LinkedHashMap<>();
    drills.put("race", () -> chaos.race(3, times(200, scale)));
    drills.put("control", () -> chaos.raceWithoutCondition(3, times(200, scale)));
    drills.put("network", () -> chaos.badNetwork(0.05, times(3, scale)));
    drills.put("kills", () -> chaos.kills(times(100, scale), 2));
    drills.put("logs", chaos::damagedLogs);
    drills.put("schedules", () -> chaos.schedules(times(50, scale)));
    drills.put("batches", () -> chaos.batches(times(500, scale)));
    if (arguments.length > 3) {
      List<String> chosen = List.of(arguments[3].split(","));
      DrillLake.check(drills.keySet().containsAll(chosen), "drills are " + drills.keySet());
      drills.keySet().retainAll(chosen);
    }
    boolean failed = false;
    List<String> table = new ArrayList<>();
    for (Callable<String> drill : drills.values()) {
      try {
        table.add(drill.call());
      } catch (Exception | AssertionError e) {
        failed = true;
        e.printStackTrace();
        table.add("FAILED  " + e);
      }
      System.out.println(table.get(table.size() - 1));
    }
    System.out.println("\nSeed " + arguments[1] + "\n" + String.join("\n", table));
    System.exit(failed ? 1 : 0);
  }

  private static int times(int all, double scale) {
    return (int) Math.max(1, Math.round(all * scale));
  }
}
