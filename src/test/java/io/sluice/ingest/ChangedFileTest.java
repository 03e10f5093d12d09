package io.sluice.ingest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.sluice.contract.Arrival;
import io.sluice.ingest.format.FileContent;
import io.sluice.run.RunContext;
import io.sluice.testing.NeedsServers;
import io.sluice.testing.Readings;
import io.sluice.testing.TestLake;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** An object is read in the version that was listed, or not at all. */
@NeedsServers
class ChangedFileTest {
  @Test
  void anotherVersionIsNeverReadInPlaceOfTheOneListed() throws IOException {
    RunContext context = TestLake.open("changed", Readings.CONTRACTS);
    LandingFolder folder = LandingFolder.of(context);
    Arrival arrival = context.contracts().get("readings").folders().get(0);
    byte[] first = new byte[300_000];
    byte[] second = new byte[300_000];
    second[0] = 1;
    TestLake.land(context, "readings/[1] #%.csv", first);
    LandedFile listed = folder.list(arrival).get(0);

    try (FileContent content = folder.open(listed)) {
      assertArrayEquals(first, content.stream().readAllBytes());
    }
    try (FileContent content = folder.open(listed)) {
      TestLake.land(context, "readings/[1] #%.csv", second);
      assertThrows(IOException.class, () -> content.stream().readAllBytes());
      assertNotNull(content.failure());
    }
    assertThrows(IOException.class, () -> folder.open(listed));
    try (FileContent content = folder.open(folder.list(arrival).get(0))) {
      byte[] part = new byte[10];
      content.read(0, part);
      assertArrayEquals(java.util.Arrays.copyOf(second, 10), part);
    }
  }
}
