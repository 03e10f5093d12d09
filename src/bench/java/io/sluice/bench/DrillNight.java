package io.sluice.bench;

import io.sluice.demo.purchaseorders.PurchaseOrderGenerator;
import io.sluice.ingest.Ingest;
import io.sluice.ingest.LandingFolder;
import io.sluice.mart.MartBuild;
import io.sluice.mart.Marts;
import io.sluice.refine.Backfill;
import io.sluice.refine.Refine;
import io.sluice.refine.Replay;
import io.sluice.run.RunContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A night of orders, then what follows when its contract is fixed: the steps that the drills of
 * networks and kills disturb, and what tables hold before and after each when nothing does.
 */
final class DrillNight {
  private static final String SOURCE = "purchase_orders";
  private static final List<String> MARTS = List.of("spend_daily", "vendor_daily");

  private final Map<Integer, List<Map<String, Long>>> quiet = new HashMap<>();
  private final DrillLake lake;

  DrillNight(DrillLake lake) {
    this.lake = lake;
  }

  /**
   * What tables hold before and after each step of an undisturbed run over so many days: the night,
   * then what follows it.
   */
  List<Map<String, Long>> quiet(int days) throws IOException {
    if (!quiet.containsKey(days)) {
      String root = "quiet-" + days;
      land(root, days);
      List<Map<String, Long>> states = new ArrayList<>();
      states.add(state(root));
      Stream.concat(night().stream(), after().stream())
          .forEach(
              step -> {
                step(lake.served(), root, step);
                states.add(state(root));
              });
      quiet.put(days, states);
    }
    return quiet.get(days);
  }

  static List<String> night() {
    List<String> steps = new ArrayList<>();
    for (String source : List.of("vendors", SOURCE)) {
      steps.add("ingest " + source);
      steps.add("refine " + source);
    }
    MARTS.forEach(mart -> steps.add("build " + mart));
    return steps;
  }

  /** A contract is fixed, what was rejected is replayed, and history made anew. */
  private static List<String> after() {
    List<String> steps = new ArrayList<>(List.of("replay", "backfill"));
    MARTS.forEach(mart -> steps.add("build " + mart));
    return steps;
  }

  private static void step(Map<String, String> served, String root, String step) {
    boolean mended = step.equals("replay") || step.equals("backfill");
    String contracts = mended ? mended(root).toString() : "conf/contracts";
    try (RunContext context = DrillLake.open(served, root, "contracts", contracts)) {
      String[] words = step.split(" ");
      switch (words[0]) {
        case "ingest" -> new Ingest(context, words[1]).run();
        case "refine" -> new Refine(context, words[1]).run();
        case "build" -> new MartBuild(context, Marts.get(words[1], context.contracts())).run();
        case "replay" ->
            new Replay(context, SOURCE, Replay.Selection.of("quantity/range", null, null)).run();
        default ->
            new Backfill(
                    context,
                    SOURCE,
                    new Backfill.Range(
                        DrillLake.FIRST.minusDays(3), DrillLake.FIRST.plusDays(3), null, 4, 1))
                .run();
      }
    }
  }

  /** The contracts with a rule relaxed, as someone would who found it too strict. */
  private static Path mended(String root) {
    try {
      Path folder = Files.createDirectories(Path.of("target/chaos-contracts").resolve(root));
      try (Stream<Path> files = Files.list(Path.of("conf/contracts"))) {
        for (Path file : files.toList()) {
          Files.writeString(
              folder.resolve(file.getFileName()),
              Files.readString(file)
                  .replace("exclusiveMinimum: 0, maximum: 1000000", "maximum: 1000000"));
        }
      }
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A driver that does what is left of a night, telling each step before it begins. */
  static void night(String[] arguments) {
    Map<String, String> served = OwnJvm.settings(arguments[1]);
    String[] more = arguments[4].split("\n");
    for (int i = 0; i + 1 < more.length; i += 2) {
      served.put(more[i], more[i + 1]);
    }
    List<String> steps = new ArrayList<>(night());
    if (arguments[3].equals("all")) {
      steps.addAll(after());
    }
    for (String step : steps) {
      System.out.println("step " + step);
      step(served, arguments[2], step);
    }
  }

  /** Lands some days of orders, some of them broken, late or corrected. */
  void land(String root, int days) throws IOException {
    PurchaseOrderGenerator generator = new PurchaseOrderGenerator(lake.seed(), DrillLake.FIRST, 60);
    try (RunContext context = lake.open(root)) {
      for (int day = 0; day < days; day++) {
        generator.arrive(DrillLake.FIRST.plusDays(day), LandingFolder.of(context)::create);
      }
    }
  }

  /** What the tables of a lake hold. */
  Map<String, Long> state(String root) {
    List<String> tables = new ArrayList<>();
    for (String source : List.of("vendors", SOURCE)) {
      tables.add("bronze." + source);
      tables.add("silver." + source);
      tables.add("quarantine." + source);
    }
    MARTS.forEach(mart -> tables.add("gold." + mart));
    return lake.state(root, tables);
  }
}
