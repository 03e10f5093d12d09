package io.sluice.ingest.format;

import io.sluice.contract.TextEncoding;

/** What the first bytes of a text say of its encoding. */
enum ByteOrderMark {
  NONE,
  UTF_8(0xEF, 0xBB, 0xBF),
  // Those of four bytes before those of two that they begin with.
  UTF_32LE(0xFF, 0xFE, 0, 0),
  UTF_32BE(0, 0, 0xFE, 0xFF),
  UTF_16LE(0xFF, 0xFE),
  UTF_16BE(0xFE, 0xFF);

  private final byte[] bytes;

  ByteOrderMark(int... bytes) {
    this.bytes = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      this.bytes[i] = (byte) bytes[i];
    }
  }

  int length() {
    return bytes.length;
  }

  /** The mark that a text begins with. */
  static ByteOrderMark of(byte[] head) {
    for (ByteOrderMark mark : values()) {
      if (mark != NONE && mark.begins(head)) {
        return mark;
      }
    }
    return NONE;
  }

  private boolean begins(byte[] head) {
    if (head.length < bytes.length) {
      return false;
    }
    for (int i = 0; i < bytes.length; i++) {
      if (head[i] != bytes[i]) {
        return false;
      }
    }
    return true;
  }

  /** The fault of a file whose mark is not that of its contract's encoding. */
  UnreadableFileException contradicts(TextEncoding stated) {
    return new UnreadableFileException(
        "begins with the byte order mark of "
            + name().replace('_', '-')
            + ", and the contract states "
            + stated
            + " (option encoding)");
  }
}
