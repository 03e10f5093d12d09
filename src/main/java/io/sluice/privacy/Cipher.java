package io.sluice.privacy;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Protects values of one source: tokens that nobody can read, and ciphertext that the key's holder
 * can.
 *
 * <p>All keys are derived from one secret by HMAC-SHA-256 (HKDF's expand step, RFC 5869), one for
 * each source and use. Encryption is AES-256-GCM with a nonce derived from the plaintext under a
 * key of its own, so that a run that is done again writes the same bytes; equal plaintexts of one
 * use can be told to be equal, and nothing else. One instance serves one thread; Spark gives each
 * task its own.
 */
public final class Cipher implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final int NONCE = 12;
  private static final int TAG_BITS = 128;

  private final byte[] tokenKey;
  private final byte[] dataKey;
  private final byte[] nonceKey;
  private transient Mac tokenMac;
  private transient Mac nonceMac;
  // Looked up once: finding the algorithm costs more than a short record's encryption.
  private transient javax.crypto.Cipher sealer;
  private transient javax.crypto.Cipher opener;
  private transient byte[] lastSealed;

  private Cipher(byte[] secret, String use) {
    tokenKey = derive(secret, use + "/token");
    dataKey = derive(secret, use + "/data");
    nonceKey = derive(secret, use + "/nonce");
  }

  /**
   * The cipher of a source's records, or of one of its fields.
   *
   * @param secret at least 32 bytes
   * @param use such as {@code calls} or {@code calls.caller_phone}
   */
  public static Cipher of(byte[] secret, String use) {
    if (secret.length < 32) {
      throw new IllegalArgumentException("privacy.key must hold at least 32 bytes");
    }
    return new Cipher(secret, use);
  }

  private static byte[] derive(byte[] secret, String info) {
    byte[] text = info.getBytes(StandardCharsets.UTF_8);
    byte[] block = Arrays.copyOf(text, text.length + 1);
    block[text.length] = 1;
    return mac(secret).doFinal(block);
  }

  private static Mac mac(byte[] key) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A keyed hash of a value: 32 hexadecimal digits, equal for equal values. */
  public String token(String value) {
    if (tokenMac == null) {
      tokenMac = mac(tokenKey);
    }
    byte[] hash = tokenMac.doFinal(value.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(hash, 0, 16);
  }

  /** A value encrypted, in Base64. */
  public String encrypt(String value) {
    return Base64.getEncoder().encodeToString(seal(value.getBytes(StandardCharsets.UTF_8)));
  }

  /** The value that {@link #encrypt} was given. */
  public String decrypt(String encrypted) {
    return new String(open(Base64.getDecoder().decode(encrypted)), StandardCharsets.UTF_8);
  }

  /** Nonce and ciphertext of some bytes. */
  public byte[] seal(byte[] plain) {
    if (nonceMac == null) {
      nonceMac = mac(nonceKey);
    }
    byte[] nonce = Arrays.copyOf(nonceMac.doFinal(plain), NONCE);
    if (lastSealed != null && Arrays.equals(lastSealed, 0, NONCE, nonce, 0, NONCE)) {
      // The JDK refuses a nonce twice in a row; it stands for the same bytes here.
      return lastSealed.clone();
    }
    if (sealer == null) {
      sealer = aes();
    }
    byte[] sealed = run(sealer, javax.crypto.Cipher.ENCRYPT_MODE, nonce, plain, 0);
    byte[] all = Arrays.copyOf(nonce, NONCE + sealed.length);
    System.arraycopy(sealed, 0, all, NONCE, sealed.length);
    lastSealed = all;
    return all.clone();
  }

  /**
   * The bytes that {@link #seal} was given.
   *
   * @throws IllegalStateException if they were sealed under another key, or changed since
   */
  public byte[] open(byte[] sealed) {
    if (sealed.length < NONCE + TAG_BITS / 8) {
      throw new IllegalStateException("a protected value cannot be opened: it is cut off");
    }
    if (opener == null) {
      opener = aes();
    }
    return run(
        opener, javax.crypto.Cipher.DECRYPT_MODE, Arrays.copyOf(sealed, NONCE), sealed, NONCE);
  }

  private static javax.crypto.Cipher aes() {
    try {
      return javax.crypto.Cipher.getInstance("AES/GCM/NoPadding");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private byte[] run(javax.crypto.Cipher cipher, int mode, byte[] nonce, byte[] input, int offset) {
    try {
      cipher.init(mode, new SecretKeySpec(dataKey, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
      return cipher.doFinal(input, offset, input.length - offset);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(
          "a protected value cannot be opened: privacy.key is not the one it was sealed with", e);
    }
  }

  @Override
  public String toString() {
    return "Cipher";
  }
}
