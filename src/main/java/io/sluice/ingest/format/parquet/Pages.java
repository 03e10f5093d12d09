package io.sluice.ingest.format.parquet;

import io.sluice.ingest.format.UnreadableFileException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;

/**
 * Reads the pages of a column chunk, one after the other, and unpacks them. At most one page of
 * values and the dictionary are in memory; whatever a header claims, no more than {@value
 * #MOST_BYTES} bytes are allocated for one.
 */
final class Pages {
  /** A page that is longer, packed or unpacked, is not read: 256 MiB. */
  static final int MOST_BYTES = 256 << 20;

  private static final int FIRST_HEADER = 1 << 12;
  private static final int MOST_HEADER = 1 << 24;

  /**
   * Old writers left their dictionary's header, of fewer bytes than this, out of a chunk's size.
   */
  static final int UNCOUNTED = 100;

  private final FileBytes file;
  private final Schema.Leaf leaf;
  private final Codec codec;
  private final Memory memory;
  private final int window;
  private final long end;
  private long position;
  private ByteBuffer at = ByteBuffer.allocate(0);
  private long atPosition;
  private Dictionary dictionary;
  private long dictionaryBytes;
  private long pageBytes;
  private long windowBytes;

  /**
   * @param window how many bytes are read at a time of what is not at hand
   */
  Pages(FileBytes file, Schema.Leaf leaf, Footer.Chunk chunk, Memory memory, int window)
      throws UnreadableFileException {
    this.file = file;
    this.leaf = leaf;
    this.codec = Codec.of(chunk.codec());
    this.memory = memory;
    this.window = window;
    this.position = chunk.start();
    if (chunk.start() < 0
        || chunk.bytes() < 0
        || chunk.start() > file.length()
        || chunk.bytes() > file.length() - chunk.start()) {
      throw new UnreadableFileException("its pages cannot be where the footer says");
    }
    this.end = Math.min(file.length(), chunk.start() + chunk.bytes() + UNCOUNTED);
  }

  /** A page of values. */
  record Page(int values, RunReader repetitions, RunReader definitions, Values content) {}

  /** The next page of values. */
  Page next() throws IOException {
    while (true) {
      PageHeader header = header();
      if (header.packed() < 0
          || header.packed() > end - position
          || header.unpacked() < 0
          || header.packed() > MOST_BYTES
          || header.unpacked() > MOST_BYTES) {
        throw new UnreadableFileException(
            "a page of "
                + Integer.toUnsignedString(header.unpacked())
                + " bytes, "
                + Integer.toUnsignedString(header.packed())
                + " packed, is damaged or longer than "
                + MOST_BYTES);
      }
      ByteBuffer packed = bytes(header.packed());
      position += header.packed();
      check(header, packed);
      switch (header.type()) {
        case PageHeader.DICTIONARY -> readDictionary(header, packed);
        case PageHeader.VALUES -> {
          return first(header, packed);
        }
        case PageHeader.VALUES_2 -> {
          return second(header, packed);
        }
        default -> {
          // An index, which is not needed.
        }
      }
    }
  }

  /** No page is held any more. */
  void close() {
    memory.give(pageBytes + dictionaryBytes + windowBytes);
    pageBytes = 0;
    dictionaryBytes = 0;
    windowBytes = 0;
  }

  private PageHeader header() throws IOException {
    for (int size = FIRST_HEADER; ; size <<= 4) {
      int count = (int) Math.min(size, end - position);
      ByteBuffer bytes = bytes(count);
      int from = bytes.arrayOffset() + bytes.position();
      CompactReader in = new CompactReader(bytes.array(), from, from + count);
      try {
        PageHeader header = PageHeader.read(in);
        position += in.position() - from;
        return header;
      } catch (UnreadableFileException e) {
        if (!in.ranOut() || count < size || size >= MOST_HEADER) {
          throw new UnreadableFileException("a page's header is damaged");
        }
      }
    }
  }

  /** The bytes that stand next. */
  private ByteBuffer bytes(int count) throws IOException {
    if (position < atPosition || position + count > atPosition + at.remaining()) {
      at = ByteBuffer.allocate(0);
      int size = (int) Math.min(end - position, Math.max(count, window));
      memory.give(windowBytes);
      windowBytes = 0;
      if (!file.has(position, position + size)) {
        memory.take(size);
        windowBytes = size;
      }
      at = file.read(position, size);
      atPosition = position;
    }
    return at.slice((int) (position - atPosition) + at.position(), count);
  }

  private static void check(PageHeader header, ByteBuffer packed) throws UnreadableFileException {
    if (header.checksum() != null) {
      CRC32 sum = new CRC32();
      sum.update(packed.duplicate());
      if ((int) sum.getValue() != header.checksum()) {
        throw new UnreadableFileException("a page's checksum is not that of its bytes");
      }
    }
  }

  private void readDictionary(PageHeader header, ByteBuffer packed) throws UnreadableFileException {
    if (dictionary != null) {
      throw new UnreadableFileException("it has two dictionaries");
    }
    // Its bytes, and for each value, of four of them or more, eight that say where it stands.
    dictionaryBytes = 3L * header.unpacked();
    memory.take(dictionaryBytes);
    dictionary = Dictionary.read(leaf.element(), unpacked(header, packed, 0), header.values());
  }

  private Page first(PageHeader header, ByteBuffer packed) throws UnreadableFileException {
    replace(header);
    Bytes in = unpacked(header, packed, 0);
    RunReader repetitions =
        leaf.mostRepetition() == 0 ? null : levels(in.part(), leaf.mostRepetition());
    RunReader definitions =
        leaf.mostDefinition() == 0 ? null : levels(in.part(), leaf.mostDefinition());
    return new Page(header.values(), repetitions, definitions, values(header, in));
  }

  private Page second(PageHeader header, ByteBuffer packed) throws UnreadableFileException {
    replace(header);
    long levels = (long) header.repetitions() + header.definitions();
    if (header.repetitions() < 0 || header.definitions() < 0 || levels > header.packed()) {
      throw Bytes.damaged();
    }
    Bytes in = plain(packed);
    RunReader repetitions = levels(in.part(header.repetitions()), leaf.mostRepetition());
    RunReader definitions = levels(in.part(header.definitions()), leaf.mostDefinition());
    Bytes content = header.isPacked() ? unpacked(header, packed, (int) levels) : in;
    return new Page(
        header.values(),
        leaf.mostRepetition() == 0 ? null : repetitions,
        leaf.mostDefinition() == 0 ? null : definitions,
        values(header, content));
  }

  private void replace(PageHeader header) throws UnreadableFileException {
    memory.give(pageBytes);
    pageBytes = 0;
    memory.take(header.unpacked());
    pageBytes = header.unpacked();
  }

  private static RunReader levels(Bytes in, int most) {
    return new RunReader(in, Integer.SIZE - Integer.numberOfLeadingZeros(most));
  }

  private static Bytes plain(ByteBuffer bytes) {
    int from = bytes.arrayOffset() + bytes.position();
    return new Bytes(bytes.array(), from, from + bytes.remaining());
  }

  /**
   * A page's bytes behind those that are never packed.
   *
   * @param before how many of them there are
   */
  private Bytes unpacked(PageHeader header, ByteBuffer packed, int before)
      throws UnreadableFileException {
    Bytes bytes = plain(packed);
    bytes.take(before);
    if (codec == Codec.UNCOMPRESSED) {
      return bytes;
    }
    int size = header.unpacked() - before;
    if (size < 0) {
      throw Bytes.damaged();
    }
    byte[] unpacked = codec.unpack(bytes.array, bytes.position, bytes.left(), size);
    return new Bytes(unpacked, 0, size);
  }

  private Values values(PageHeader header, Bytes in) throws UnreadableFileException {
    if (in.left() == 0) {
      // A page of nothing but nulls.
      return cell -> {
        throw Bytes.damaged();
      };
    }
    return Values.of(header.encoding(), leaf.element(), in, dictionary);
  }
}
