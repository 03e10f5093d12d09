package io.sluice.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Drivers of a night that are killed with SIGKILL and started again. */
final class KillDrill {
  private final DrillLake lake;
  private final DrillNight night;

  KillDrill(DrillLake lake, DrillNight night) {
    this.lake = lake;
    this.night = night;
  }

  /** Drivers are killed at seeded moments, and started again until they end. */
  String kills(int kills, int days) throws Exception {
    long began = System.nanoTime();
    List<Map<String, Long>> states = night.quiet(days);
    Random random = new Random(lake.seed());
    int done = 0;
    int rounds = 0;
    Set<String> steps = new LinkedHashSet<>();
    while (done < kills) {
      String root = "kill-" + rounds++;
      night.land(root, days);
      boolean ended = false;
      while (!ended) {
        boolean kill = done < kills;
        Process process = lake.start("night", root, "all", "");
        String step = "";
        try (BufferedReader out =
            new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
          String line;
          // Some steps in, and then some way into the step.
          int killAt = 1 + random.nextInt(9);
          int into = random.nextInt(2500);
          while ((line = out.readLine()) != null) {
            if (line.startsWith("step ")) {
              step = line.substring(5);
              if (kill && --killAt == 0) {
                process.waitFor(into, TimeUnit.MILLISECONDS);
                process.destroyForcibly();
              }
            }
          }
        } catch (IOException e) {
          // A killed driver's output ends in the middle.
          DrillLake.check(
              !process.isAlive() || process.waitFor(10, TimeUnit.SECONDS), e.toString());
        }
        process.waitFor();
        ended = process.exitValue() == 0;
        if (!ended) {
          DrillLake.check(
              process.exitValue() == 137, "the driver ended by itself: " + process.exitValue());
          done++;
          steps.add(step);
        }
        Map<String, Long> state = night.state(root);
        state.forEach(
            (table, content) ->
                DrillLake.check(
                    states.stream().anyMatch(before -> Objects.equals(before.get(table), content)),
                    table + " is neither as before nor as after a step"));
        if (ended) {
          DrillLake.check(
              state.equals(states.get(states.size() - 1)),
              "the tables differ from an undisturbed run");
        }
      }
    }
    return DrillLake.line(
        "kill -9 of the driver, and again until done",
        done + " kills in " + steps,
        "rows lost: 0, doubled: 0, states between: 0 (" + DrillLake.seconds(began) + ")");
  }
}
