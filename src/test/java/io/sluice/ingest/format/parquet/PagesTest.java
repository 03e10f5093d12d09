package io.sluice.ingest.format.parquet;

import static io.sluice.ingest.format.parquet.HandmadeFile.bytes;
import static io.sluice.ingest.format.parquet.HandmadeFile.column;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.ingest.format.UnreadableFileException;
import io.sluice.testing.MemoryContent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.format.Encoding;
import org.apache.parquet.format.FieldRepetitionType;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.PageType;
import org.apache.parquet.format.Statistics;
import org.apache.parquet.format.Type;
import org.junit.jupiter.api.Test;

/** A column's pages, read through windows of any size, and what they hold of memory. */
class PagesTest {
  private static final int PAGES = 20;

  private static HandmadeFile file() {
    HandmadeFile file =
        new HandmadeFile(2 * PAGES)
            .schema(1, column("n", Type.INT32, FieldRepetitionType.REQUIRED))
            .chunk(2 * PAGES, "n")
            .dictionary(1, bytes(-1));
    for (int i = 0; i < PAGES; i++) {
      file.page(2, Encoding.PLAIN, bytes(2 * i, 2 * i + 1));
    }
    return file;
  }

  private static List<Long> read(FileBytes file, Memory memory, int window) throws IOException {
    Footer footer = Footer.read(file);
    Schema.Leaf leaf = footer.schema().leaves().get(0);
    Footer.Chunk chunk = footer.rowGroups().get(0).chunks().get(0);
    Pages pages = new Pages(file, leaf, chunk, memory, window);
    ColumnCursor column = ColumnCursor.open(leaf, pages, chunk.values());
    List<Long> all = new ArrayList<>();
    for (; !column.isAtEnd(); column.advance()) {
      all.add(column.value().number);
    }
    column.close();
    return all;
  }

  @Test
  void windowsOfAnySizeGiveTheSame() throws IOException {
    byte[] bytes = file().bytes();
    for (int window : new int[] {1, 7, 50, 1000, 1 << 20}) {
      for (int kept : new int[] {0, 40, 200, bytes.length}) {
        FileBytes file = new FileBytes(MemoryContent.of("a", bytes));
        file.keep(0, kept);
        List<Long> all = read(file, new Memory(), window);
        assertEquals(2 * PAGES, all.size());
        for (int i = 0; i < all.size(); i++) {
          assertEquals(i, all.get(i));
        }
      }
    }
  }

  @Test
  void aHeaderMayBeLongerThanAFirstLook() throws IOException {
    HandmadeFile file =
        new HandmadeFile(1)
            .schema(1, column("n", Type.INT32, FieldRepetitionType.REQUIRED))
            .chunk(1, "n")
            .page(
                header ->
                    header
                        .getData_page_header()
                        .setStatistics(new Statistics().setMax_value(new byte[100_000])),
                new PageHeader(PageType.DATA_PAGE, 4, 4)
                    .setData_page_header(
                        new org.apache.parquet.format.DataPageHeader(
                            1, Encoding.PLAIN, Encoding.RLE, Encoding.RLE)),
                bytes(9));
    FileBytes bytes = new FileBytes(MemoryContent.of("a", file.bytes()));
    assertEquals(List.of(9L), read(bytes, new Memory(), 16));
  }

  @Test
  void memoryIsGivenBack() throws IOException {
    Memory memory = new Memory();
    read(new FileBytes(MemoryContent.of("a", file().bytes())), memory, 64);
    memory.take(Memory.MOST_BYTES);
    assertThrows(UnreadableFileException.class, () -> memory.take(1));
  }

  @Test
  void whatIsKeptIsKnown() throws IOException {
    FileBytes file = new FileBytes(MemoryContent.of("a", new byte[100]));
    file.keep(10, 20);
    assertTrue(file.has(10, 30));
    assertFalse(file.has(9, 30));
    assertFalse(file.has(10, 31));
    assertEquals(5, file.read(25, 5).remaining());
    assertEquals(50, file.read(25, 50).remaining());
  }
}
