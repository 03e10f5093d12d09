package io.sluice.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.run.RunContext;
import io.sluice.testing.LocalLake;
import io.sluice.testing.NeedsServers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A short cut of {@code make fuzz}: every value exactly, every record accounted for. */
@NeedsServers
class FuzzTest {
  @TempDir private Path folder;

  @Test
  void everyValueArrivesExactlyAndEveryRecordIsAccountedFor()
      throws IOException, InterruptedException {
    Path made = Fuzz.make(folder.resolve("made"), "7", "120", "12");
    Path lake = Files.createDirectories(folder.resolve("lake"));
    RunContext context = LocalLake.open(lake, made.resolve("contracts"), Map.of());
    Fuzz.run(context, made);
    assertEquals(0, Fuzz.python("check.py", made.toString(), lake.resolve("lake").toString()));
  }
}
