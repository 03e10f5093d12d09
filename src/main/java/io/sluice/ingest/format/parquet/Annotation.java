package io.sluice.ingest.format.parquet;

import io.sluice.ingest.format.UnreadableFileException;

/**
 * What a Parquet schema says of the meaning of a column or group: its logical type, or the older
 * converted type.
 *
 * @param bits of an integer
 * @param isSigned of an integer
 * @param isUtc of a timestamp: whether it is an instant, or else a local date and time
 * @param secondDigits of a time or timestamp: how many digits behind the second its unit has
 * @param scale of a decimal
 * @param precision of a decimal
 */
record Annotation(
    Kind kind,
    int bits,
    boolean isSigned,
    boolean isUtc,
    int secondDigits,
    int scale,
    int precision) {

  /** The meanings that are told apart. */
  enum Kind {
    NONE,
    TEXT,
    MAP,
    LIST,
    DECIMAL,
    DATE,
    TIME,
    TIMESTAMP,
    INTEGER,
    NULL,
    BYTES,
    UUID,
    FLOAT16,
    INTERVAL,
    /** One that is not known here: a file that has it is refused. */
    UNKNOWN
  }

  private static final int MILLIS = 3;
  private static final int MICROS = 6;

  static final Annotation NONE = of(Kind.NONE);

  private static Annotation of(Kind kind) {
    return new Annotation(kind, 0, false, false, 0, 0, 0);
  }

  private static Annotation integer(int bits, boolean isSigned) {
    return new Annotation(Kind.INTEGER, bits, isSigned, false, 0, 0, 0);
  }

  private static Annotation time(Kind kind, int secondDigits, boolean isUtc) {
    return new Annotation(kind, 0, false, isUtc, secondDigits, 0, 0);
  }

  private static Annotation decimal(int scale, int precision) {
    return new Annotation(Kind.DECIMAL, 0, false, false, 0, scale, precision);
  }

  /**
   * The meaning that a converted type stands for.
   *
   * @param scale of a decimal; it stands beside the type
   * @param precision of a decimal
   */
  static Annotation ofConverted(int number, int scale, int precision) {
    return switch (number) {
      case 0, 4, 19 -> of(Kind.TEXT);
      case 1, 2 -> of(Kind.MAP);
      case 3 -> of(Kind.LIST);
      case 5 -> decimal(scale, precision);
      case 6 -> of(Kind.DATE);
      case 7 -> time(Kind.TIME, MILLIS, true);
      case 8 -> time(Kind.TIME, MICROS, true);
      case 9 -> time(Kind.TIMESTAMP, MILLIS, true);
      case 10 -> time(Kind.TIMESTAMP, MICROS, true);
      case 11, 12, 13, 14 -> integer(8 << (number - 11), false);
      case 15, 16, 17, 18 -> integer(8 << (number - 15), true);
      case 20 -> of(Kind.BYTES);
      case 21 -> of(Kind.INTERVAL);
      default -> of(Kind.UNKNOWN);
    };
  }

  /** Reads a logical type. */
  static Annotation ofLogical(CompactReader in) throws UnreadableFileException {
    Draft draft = new Draft(in);
    in.struct(draft);
    return draft.annotation();
  }

  /** A logical type that is being read: a union, of which one member is set. */
  private static final class Draft implements CompactReader.Fields {
    private final CompactReader in;
    private Kind kind = Kind.UNKNOWN;
    private int bits;
    private boolean isSigned;
    private boolean isUtc;
    private int secondDigits;
    private int scale;
    private int precision;

    Draft(CompactReader in) {
      this.in = in;
    }

    @Override
    public boolean read(int number) throws UnreadableFileException {
      kind =
          switch (number) {
            // A string, an enumeration's name, JSON.
            case 1, 4, 12 -> Kind.TEXT;
            case 2 -> Kind.MAP;
            case 3 -> Kind.LIST;
            case 5 -> Kind.DECIMAL;
            case 6 -> Kind.DATE;
            case 7 -> Kind.TIME;
            case 8 -> Kind.TIMESTAMP;
            case 10 -> Kind.INTEGER;
            case 11 -> Kind.NULL;
            // BSON, a geometry, a geography.
            case 13, 17, 18 -> Kind.BYTES;
            case 14 -> Kind.UUID;
            case 15 -> Kind.FLOAT16;
            default -> Kind.UNKNOWN;
          };
      switch (kind) {
        case DECIMAL -> in.struct(this::readDecimal);
        case TIME, TIMESTAMP -> in.struct(this::readTime);
        case INTEGER -> in.struct(this::readInteger);
        default -> {
          return false;
        }
      }
      return true;
    }

    private boolean readDecimal(int number) throws UnreadableFileException {
      switch (number) {
        case 1 -> scale = in.int32();
        case 2 -> precision = in.int32();
        default -> {
          return false;
        }
      }
      return true;
    }

    private boolean readInteger(int number) throws UnreadableFileException {
      switch (number) {
        case 1 -> bits = in.int32();
        case 2 -> isSigned = in.bool();
        default -> {
          return false;
        }
      }
      return true;
    }

    private boolean readTime(int number) throws UnreadableFileException {
      switch (number) {
        case 1 -> isUtc = in.bool();
        case 2 -> in.struct(this::readUnit);
        default -> {
          return false;
        }
      }
      return true;
    }

    /** The unit is a union: its first member means milliseconds, then micro- and nanoseconds. */
    private boolean readUnit(int number) {
      secondDigits = number >= 1 && number <= 3 ? number * MILLIS : 0;
      return false;
    }

    Annotation annotation() {
      boolean hasUnit = kind == Kind.TIME || kind == Kind.TIMESTAMP;
      return hasUnit && secondDigits == 0
          ? of(Kind.UNKNOWN)
          : new Annotation(kind, bits, isSigned, isUtc, secondDigits, scale, precision);
    }
  }
}
