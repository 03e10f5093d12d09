package io.sluice.ingest.format.parquet;

import io.sluice.ingest.format.UnreadableFileException;

/**
 * A column or a group as a Parquet footer lists it, each before its members.
 *
 * @param type the physical type of a column; null for a group
 * @param typeLength the bytes of a value of fixed length
 * @param members how many columns or groups follow as a group's own; 0 for a column
 */
record SchemaElement(
    String name,
    Physical type,
    int typeLength,
    Repetition repetition,
    int members,
    Annotation annotation) {

  /** The physical types by their numbers. */
  enum Physical {
    BOOLEAN,
    INT32,
    INT64,
    INT96,
    FLOAT,
    DOUBLE,
    BYTE_ARRAY,
    FIXED_LEN_BYTE_ARRAY;

    /** Whether its values are byte strings of no meaning of their own. */
    boolean hasBytes() {
      return this == BYTE_ARRAY || this == FIXED_LEN_BYTE_ARRAY;
    }
  }

  /** How often a value stands in its parent. */
  enum Repetition {
    REQUIRED,
    OPTIONAL,
    REPEATED
  }

  static SchemaElement read(CompactReader in) throws UnreadableFileException {
    Draft draft = new Draft(in);
    in.struct(draft);
    return draft.element();
  }

  private static <T> T one(T[] values, int number) throws UnreadableFileException {
    if (number < 0 || number >= values.length) {
      throw new UnreadableFileException("a column is of no type that Parquet has");
    }
    return values[number];
  }

  /** An element that is being read. */
  private static final class Draft implements CompactReader.Fields {
    private final CompactReader in;
    private String name = "";
    private int type = -1;
    private int typeLength;
    private int repetition;
    private int members;
    private int converted = -1;
    private int scale;
    private int precision = -1;
    private Annotation logical;

    Draft(CompactReader in) {
      this.in = in;
    }

    @Override
    public boolean read(int number) throws UnreadableFileException {
      switch (number) {
        case 1 -> type = in.int32();
        case 2 -> typeLength = in.int32();
        case 3 -> repetition = in.int32();
        case 4 -> name = in.text();
        case 5 -> members = in.int32();
        case 6 -> converted = in.int32();
        case 7 -> scale = in.int32();
        case 8 -> precision = in.int32();
        case 10 -> logical = Annotation.ofLogical(in);
        default -> {
          return false;
        }
      }
      return true;
    }

    SchemaElement element() throws UnreadableFileException {
      boolean isGroup = members > 0 || type < 0;
      return new SchemaElement(
          name,
          isGroup ? null : one(Physical.values(), type),
          typeLength,
          one(Repetition.values(), repetition),
          Math.max(0, members),
          annotation());
    }

    private Annotation annotation() {
      if (logical != null) {
        return logical;
      }
      return converted < 0 ? Annotation.NONE : Annotation.ofConverted(converted, scale, precision);
    }
  }
}
