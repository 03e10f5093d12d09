package io.sluice.ingest.format.parquet;

import io.sluice.ingest.format.UnreadableFileException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A Parquet file's footer: its schema, and where the values of each group of rows stand.
 *
 * @param rows how many rows the file claims to have
 */
record Footer(Schema schema, List<RowGroup> rowGroups, long rows) {
  /** A longer one is not read: 64 MiB describe half a million column chunks. */
  static final int MOST_BYTES = 64 << 20;

  /** More column chunks, or groups of rows, are not read. */
  static final int MOST_CHUNKS = 1_000_000;

  private static final String MAGIC = "PAR1";
  private static final String ENCRYPTED = "PARE";

  /** The footer's length and the magic number behind it. */
  private static final int TAIL = 8;

  private static final int LEAST = MAGIC.length() + TAIL;

  /**
   * A group of rows.
   *
   * @param chunks the values of each column, in the schema's order
   */
  record RowGroup(long rows, List<Chunk> chunks) {}

  /**
   * The values of one column in one group of rows.
   *
   * @param codec how its pages are packed
   * @param values how many values and nulls it has
   * @param start where its first page begins
   * @param bytes how many bytes its pages take
   */
  record Chunk(int codec, long values, long start, long bytes) {}

  /**
   * Reads a file's footer.
   *
   * @throws UnreadableFileException if the file is cut off, encrypted or no Parquet
   */
  static Footer read(FileBytes file) throws IOException {
    if (file.length() < LEAST) {
      throw notWhole("it has " + file.length() + " bytes");
    }
    ByteBuffer tail = file.read(file.length() - TAIL, TAIL).order(ByteOrder.LITTLE_ENDIAN);
    int length = tail.getInt();
    byte[] magic = new byte[MAGIC.length()];
    tail.get(magic);
    String mark = new String(magic, StandardCharsets.ISO_8859_1);
    if (mark.equals(ENCRYPTED)) {
      throw encrypted();
    }
    if (!mark.equals(MAGIC)) {
      throw notWhole("it does not end in " + MAGIC);
    }
    if (length <= 0 || length > file.length() - LEAST) {
      throw notWhole("its footer cannot be " + Integer.toUnsignedString(length) + " bytes long");
    }
    if (length > MOST_BYTES) {
      throw new UnreadableFileException(
          "its footer of " + length + " bytes is longer than " + MOST_BYTES);
    }
    ByteBuffer bytes = file.read(file.length() - TAIL - length, length);
    int start = bytes.arrayOffset() + bytes.position();
    Draft draft = new Draft(new CompactReader(bytes.array(), start, start + length));
    draft.in.struct(draft);
    if (draft.schema == null) {
      throw notWhole("its footer has no schema");
    }
    return new Footer(draft.schema, draft.groups, draft.rows);
  }

  private static UnreadableFileException notWhole(String why) {
    return new UnreadableFileException("not a whole Parquet file: " + why);
  }

  private static UnreadableFileException encrypted() {
    return new UnreadableFileException("it is encrypted, and is not read");
  }

  private static UnreadableFileException unlike(Schema.Leaf leaf) {
    return new UnreadableFileException(
        "not a whole Parquet file: its footer lists other columns than its schema, at "
            + leaf.path());
  }

  /** A footer that is being read. */
  private static final class Draft implements CompactReader.Fields {
    private final CompactReader in;
    private final List<SchemaElement> elements = new ArrayList<>();
    private final List<RowGroup> groups = new ArrayList<>();
    private Schema schema;
    private long rows = -1;
    private int chunks;

    Draft(CompactReader in) {
      this.in = in;
    }

    @Override
    public boolean read(int number) throws UnreadableFileException {
      switch (number) {
        case 2 -> {
          in.list(this::readElement);
          schema = Schema.of(elements);
        }
        case 3 -> rows = in.int64();
        case 4 -> {
          if (schema == null) {
            throw notWhole("its footer has no schema");
          }
          in.list(() -> groups.add(new GroupDraft(this).read()));
        }
        case 8 -> throw encrypted();
        default -> {
          return false;
        }
      }
      return true;
    }

    private void readElement() throws UnreadableFileException {
      elements.add(SchemaElement.read(in));
      if (elements.size() > Schema.MOST_ELEMENTS) {
        throw new UnreadableFileException(
            "its schema has more than " + Schema.MOST_ELEMENTS + " columns and groups");
      }
    }

    /** Counts a group or a chunk, however small the bytes that stand for it. */
    private void count() throws UnreadableFileException {
      if (++chunks > MOST_CHUNKS) {
        throw new UnreadableFileException("it has more than " + MOST_CHUNKS + " column chunks");
      }
    }
  }

  /** A group of rows that is being read. */
  private static final class GroupDraft implements CompactReader.Fields {
    private final Draft footer;
    private final List<Schema.Leaf> leaves;
    private final List<Chunk> chunks;
    private long rows = -1;

    GroupDraft(Draft footer) {
      this.footer = footer;
      this.leaves = footer.schema.leaves();
      this.chunks = new ArrayList<>(leaves.size());
    }

    RowGroup read() throws UnreadableFileException {
      footer.count();
      footer.in.struct(this);
      if (chunks.size() < leaves.size()) {
        throw unlike(leaves.get(chunks.size()));
      }
      return new RowGroup(rows, chunks);
    }

    @Override
    public boolean read(int number) throws UnreadableFileException {
      switch (number) {
        case 1 -> footer.in.list(this::readChunk);
        case 3 -> rows = footer.in.int64();
        default -> {
          return false;
        }
      }
      return true;
    }

    private void readChunk() throws UnreadableFileException {
      footer.count();
      if (chunks.size() == leaves.size()) {
        throw notWhole("its footer lists more columns than its schema");
      }
      chunks.add(new ChunkDraft(footer.in, leaves.get(chunks.size())).read());
    }
  }

  /** A chunk that is being read; what matters of it stands in a structure of its own. */
  private static final class ChunkDraft {
    private final CompactReader in;
    private final Schema.Leaf leaf;
    private int names;
    private int codec = -1;
    private long values = -1;
    private long bytes = -1;
    private long firstPage = -1;
    private long dictionary;

    ChunkDraft(CompactReader in, Schema.Leaf leaf) {
      this.in = in;
      this.leaf = leaf;
    }

    Chunk read() throws UnreadableFileException {
      in.struct(this::readChunk);
      if (names != leaf.names().size()) {
        throw unlike(leaf);
      }
      // Some writers state a dictionary at 0, where no page can be, for none.
      long start = dictionary > 0 ? Math.min(dictionary, firstPage) : firstPage;
      return new Chunk(codec, values, start, bytes);
    }

    private boolean readChunk(int number) throws UnreadableFileException {
      switch (number) {
        case 1 -> throw new UnreadableFileException("its values stand in other files");
        case 3 -> in.struct(this::readMetadata);
        case 8, 9 -> throw encrypted();
        default -> {
          return false;
        }
      }
      return true;
    }

    private boolean readMetadata(int number) throws UnreadableFileException {
      switch (number) {
        case 3 -> in.list(this::readName);
        case 4 -> codec = in.int32();
        case 5 -> values = in.int64();
        case 7 -> bytes = in.int64();
        case 9 -> firstPage = in.int64();
        case 11 -> dictionary = in.int64();
        default -> {
          return false;
        }
      }
      return true;
    }

    private void readName() throws UnreadableFileException {
      if (names == leaf.names().size() || !leaf.names().get(names).equals(in.text())) {
        throw unlike(leaf);
      }
      names++;
    }
  }
}
