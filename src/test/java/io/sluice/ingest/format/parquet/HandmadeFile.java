package io.sluice.ingest.format.parquet;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.CompressionCodec;
import org.apache.parquet.format.DataPageHeader;
import org.apache.parquet.format.DictionaryPageHeader;
import org.apache.parquet.format.Encoding;
import org.apache.parquet.format.FieldRepetitionType;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.PageType;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.Type;
import org.apache.parquet.format.Util;

/**
 * Makes Parquet files of one group of rows whose parts say whatever a test wants: those that no
 * writer makes.
 */
final class HandmadeFile {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final List<SchemaElement> schema = new ArrayList<>();
  private final List<ColumnChunk> chunks = new ArrayList<>();
  private final long rows;
  private CompressionCodec codec = CompressionCodec.UNCOMPRESSED;
  private int columns;

  HandmadeFile(long rows) {
    this.rows = rows;
    write("PAR1".getBytes(StandardCharsets.US_ASCII));
  }

  static SchemaElement column(String name, Type type, FieldRepetitionType repetition) {
    return new SchemaElement(name).setType(type).setRepetition_type(repetition);
  }

  static SchemaElement group(String name, FieldRepetitionType repetition, int members) {
    return new SchemaElement(name).setRepetition_type(repetition).setNum_children(members);
  }

  HandmadeFile codec(CompressionCodec other) {
    codec = other;
    return this;
  }

  /** Adds columns and groups; those of the root are so many. */
  HandmadeFile schema(int members, SchemaElement... elements) {
    columns = members;
    schema.addAll(List.of(elements));
    return this;
  }

  /** Begins a column's chunk. */
  HandmadeFile chunk(long values, String... path) {
    ColumnMetaData metadata =
        new ColumnMetaData(
            Type.INT32, List.of(Encoding.PLAIN), List.of(path), codec, values, 0, 0, out.size());
    chunks.add(new ColumnChunk(out.size()).setMeta_data(metadata));
    return this;
  }

  /** Adds a page of values, in the bytes they are given. */
  HandmadeFile page(int values, Encoding encoding, byte[] content) {
    return page(
        header -> {},
        new PageHeader(PageType.DATA_PAGE, content.length, content.length)
            .setData_page_header(new DataPageHeader(values, encoding, Encoding.RLE, Encoding.RLE)),
        content);
  }

  HandmadeFile dictionary(int values, byte[] content) {
    return page(
        header -> {},
        new PageHeader(PageType.DICTIONARY_PAGE, content.length, content.length)
            .setDictionary_page_header(new DictionaryPageHeader(values, Encoding.PLAIN)),
        content);
  }

  /** Adds a page whose header is changed. */
  HandmadeFile page(Consumer<PageHeader> change, PageHeader header, byte[] content) {
    change.accept(header);
    ColumnMetaData metadata = chunks.get(chunks.size() - 1).getMeta_data();
    int before = out.size();
    try {
      Util.writePageHeader(header, out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    write(content);
    metadata.setTotal_compressed_size(metadata.getTotal_compressed_size() + out.size() - before);
    return this;
  }

  byte[] bytes() {
    return bytes(footer -> {});
  }

  /** The file, its footer changed. */
  byte[] bytes(Consumer<FileMetaData> change) {
    List<SchemaElement> all = new ArrayList<>();
    all.add(new SchemaElement("schema").setNum_children(columns));
    all.addAll(schema);
    FileMetaData footer =
        new FileMetaData(1, all, rows, List.of(new RowGroup(chunks, out.size(), rows)));
    change.accept(footer);
    ByteArrayOutputStream end = new ByteArrayOutputStream();
    try {
      Util.writeFileMetaData(footer, end);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return withFooter(end.toByteArray());
  }

  /** The file with other bytes for a footer. */
  byte[] withFooter(byte[] footer) {
    ByteBuffer file = ByteBuffer.allocate(out.size() + footer.length + 8);
    file.order(ByteOrder.LITTLE_ENDIAN).put(out.toByteArray()).put(footer).putInt(footer.length);
    return file.put("PAR1".getBytes(StandardCharsets.US_ASCII)).array();
  }

  private void write(byte[] bytes) {
    out.write(bytes, 0, bytes.length);
  }

  /** Bytes one behind the other, numbers in four bytes, lowest first. */
  static byte[] bytes(Object... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (Object part : parts) {
      byte[] bytes =
          part instanceof Integer number
              ? ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(number).array()
              : part instanceof String text
                  ? text.getBytes(StandardCharsets.UTF_8)
                  : part instanceof Byte one ? new byte[] {one} : (byte[]) part;
      all.write(bytes, 0, bytes.length);
    }
    return all.toByteArray();
  }

  /** A run of levels, behind its length. */
  static byte[] levels(int count, int level) {
    byte[] run = bytes(varint((long) count << 1), (byte) level);
    return bytes(run.length, run);
  }

  static byte[] varint(long number) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    long rest = number;
    while (rest >>> 7 != 0) {
      all.write((int) ((rest & 0x7F) | 0x80));
      rest >>>= 7;
    }
    all.write((int) rest);
    return all.toByteArray();
  }
}
