package io.sluice.bench;

import io.sluice.demo.Demo;
import io.sluice.demo.DemoLake;
import io.sluice.ingest.Ingest;
import io.sluice.ingest.LandingFolder;
import io.sluice.refine.Refine;
import io.sluice.run.RowCounts;
import io.sluice.run.RunContext;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Files of random values, made by independent writers and in part damaged, go through ingest and
 * refine; an independent reader of the tables holds every value and every record against what is
 * true of them ({@code src/bench/fuzz}).
 */
public final class Fuzz {
  private static final Path SCRIPTS = Path.of("src/bench/fuzz");

  private Fuzz() {}

  /** Folder, seed, files, records a file. */
  public static void main(String[] arguments) throws Exception {
    Path dir = Path.of(arguments[0]);
    Demo.clear(dir);
    Map<String, String> settings = new LinkedHashMap<>(DemoLake.serve(dir, 0));
    Path made = make(dir.resolve("made"), arguments[1], arguments[2], arguments[3]);
    settings.put("lineage.transport", "none");
    settings.put("lake.root", "s3a://lake/fuzz");
    settings.put("landing.root", "s3a://landing/fuzz");
    settings.put("contracts", made.resolve("contracts").toString());
    try (RunContext context = DemoLake.open(settings, "fuzz")) {
      run(context, made);
    }
    int failed = python("check.py", made.toString(), dir.resolve("data/lake/fuzz").toString());
    System.exit(failed);
  }

  /** Makes the files, their contracts and what is true of them in a folder. */
  public static Path make(Path folder, String seed, String files, String rows)
      throws IOException, InterruptedException {
    Files.createDirectories(folder);
    if (python("generate.py", folder.toString(), seed, files, rows) != 0) {
      throw new IOException("the files were not made");
    }
    return folder;
  }

  /** Lands the files that were made, and ingests and refines each source. */
  public static void run(RunContext context, Path made) throws IOException {
    LandingFolder landing = LandingFolder.of(context);
    Path files = made.resolve("landing");
    try (Stream<Path> all = Files.walk(files)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        try (OutputStream out = landing.create(files.relativize(file).toString())) {
          Files.copy(file, out);
        }
      }
    }
    for (String source : List.of("fuzz_csv", "fuzz_json", "fuzz_array", "fuzz_parquet")) {
      long began = System.nanoTime();
      RowCounts ingested = new Ingest(context, source).run().rowCounts();
      RowCounts refined = new Refine(context, source).run().rowCounts();
      if (ingested.accepted() != refined.read() || !refined.balances()) {
        throw new AssertionError(source + ": " + ingested + " ingested, " + refined + " refined");
      }
      System.out.println(source + ": " + refined.read() + " records, " + DrillLake.seconds(began));
    }
  }

  /** Runs a script; gives its exit code. */
  public static int python(String script, String... arguments)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                System.getProperty("sluice.python", ".venv/bin/python"),
                SCRIPTS.resolve(script).toString()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).inheritIO().start().waitFor();
  }
}
