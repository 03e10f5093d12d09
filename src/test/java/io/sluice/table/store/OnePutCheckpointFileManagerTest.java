package io.sluice.table.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.testing.LocalSpark;
import io.sluice.testing.NeedsServers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.execution.streaming.CheckpointFileManager;
import org.apache.spark.sql.execution.streaming.CheckpointFileManager.CancellableFSDataOutputStream;
import org.junit.jupiter.api.Test;

/** A file is there whole or not at all, without a second one beside it. */
@NeedsServers
class OnePutCheckpointFileManagerTest {
  private final Path folder = new Path("s3a://lake/one-put");
  private final CheckpointFileManager files =
      CheckpointFileManager.create(folder, LocalSpark.get().sessionState().newHadoopConf());

  private void write(String name, boolean overwrite, String text) throws IOException {
    List<String> before = names();
    CancellableFSDataOutputStream out = files.createAtomic(new Path(folder, name), overwrite);
    out.write(text.getBytes(StandardCharsets.UTF_8));
    assertEquals(before, names());
    out.close();
  }

  private String read(String name) throws IOException {
    try (var in = files.open(new Path(folder, name))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private List<String> names() {
    return Arrays.stream(files.list(folder))
        .map(FileStatus::getPath)
        .map(Path::getName)
        .sorted()
        .toList();
  }

  @Test
  void isTheSessionsAndWritesWholeFiles() throws IOException {
    assertTrue(files instanceof OnePutCheckpointFileManager, files.getClass().getName());
    files.mkdirs(folder);
    write("a", false, "one");
    assertEquals("one", read("a"));
    // What is there is not overwritten, unless it may be.
    assertThrows(IOException.class, () -> write("a", false, "two"));
    assertEquals("one", read("a"));
    write("a", true, "three");
    assertEquals("three", read("a"));
    CancellableFSDataOutputStream given = files.createAtomic(new Path(folder, "b"), false);
    given.write(1);
    given.cancel();
    assertEquals(List.of("a"), names());
  }
}
