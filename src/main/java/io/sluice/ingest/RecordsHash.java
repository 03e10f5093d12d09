package io.sluice.ingest;

import io.sluice.ingest.format.FileRecords;
import io.sluice.privacy.Cipher;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A hash (SHA-256) of what the records of a file say, in their order, and of what stands in it
 * once: the same for the same records, whatever the file is called, whenever it lands and however
 * it is packed. Of a source with protected fields it is keyed. Cost: one pass over the records, as
 * they are read. Not for several threads at once.
 */
final class RecordsHash implements Serializable {
  private static final long serialVersionUID = 1L;

  private final Cipher cipher;
  private transient MessageDigest digest;

  /**
   * @param cipher keys the hash; null for a source without protected fields
   */
  RecordsHash(Cipher cipher) {
    this.cipher = cipher;
  }

  /** Begins a file. */
  void begin() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Takes the file's next record. */
  void add(FileRecords.FileRecord record) {
    add(record.content());
  }

  private void add(byte[] part) {
    // With its length, so that records that are cut elsewhere make another hash.
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(part.length).array());
    digest.update(part);
  }

  /**
   * The hash of the file.
   *
   * @param header what stands in it once; null for nothing
   */
  String end(String header) {
    if (header != null) {
      add(header.getBytes(StandardCharsets.UTF_8));
    }
    String hash = HexFormat.of().formatHex(digest.digest());
    return cipher == null ? hash : cipher.token(hash);
  }
}
