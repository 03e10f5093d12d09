package io.sluice.ingest.format.parquet;

import io.sluice.ingest.format.UnreadableFileException;

/**
 * What stands before a page.
 *
 * @param type 0 for values, 2 for a dictionary, 3 for values in the second version
 * @param unpacked its bytes when unpacked
 * @param packed its bytes as they stand
 * @param checksum the CRC of its bytes as they stand; null if none is stated
 * @param values how many values and nulls it has
 * @param encoding the number of its values' encoding
 * @param definitions in the second version, the bytes of its definition levels
 * @param repetitions in the second version, the bytes of its repetition levels
 * @param isPacked in the second version, whether its values are packed
 */
record PageHeader(
    int type,
    int unpacked,
    int packed,
    Integer checksum,
    int values,
    int encoding,
    int definitions,
    int repetitions,
    boolean isPacked) {
  static final int VALUES = 0;
  static final int DICTIONARY = 2;
  static final int VALUES_2 = 3;

  static PageHeader read(CompactReader in) throws UnreadableFileException {
    Draft draft = new Draft(in);
    in.struct(draft);
    return draft.header();
  }

  private static final class Draft implements CompactReader.Fields {
    private final CompactReader in;
    private int type = -1;
    private int unpacked = -1;
    private int packed = -1;
    private Integer checksum;
    private int values = -1;
    private int encoding = -1;
    private int definitions;
    private int repetitions;
    private boolean isPacked = true;

    Draft(CompactReader in) {
      this.in = in;
    }

    @Override
    public boolean read(int number) throws UnreadableFileException {
      switch (number) {
        case 1 -> type = in.int32();
        case 2 -> unpacked = in.int32();
        case 3 -> packed = in.int32();
        case 4 -> checksum = in.int32();
        case 5, 7 -> in.struct(this::readValues);
        case 8 -> in.struct(this::readSecondVersion);
        default -> {
          return false;
        }
      }
      return true;
    }

    private boolean readValues(int number) throws UnreadableFileException {
      switch (number) {
        case 1 -> values = in.int32();
        case 2 -> encoding = in.int32();
        default -> {
          return false;
        }
      }
      return true;
    }

    private boolean readSecondVersion(int number) throws UnreadableFileException {
      switch (number) {
        case 1 -> values = in.int32();
        case 4 -> encoding = in.int32();
        case 5 -> definitions = in.int32();
        case 6 -> repetitions = in.int32();
        case 7 -> isPacked = in.bool();
        default -> {
          return false;
        }
      }
      return true;
    }

    PageHeader header() {
      return new PageHeader(
          type, unpacked, packed, checksum, values, encoding, definitions, repetitions, isPacked);
    }
  }
}
