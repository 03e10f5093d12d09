package io.sluice.privacy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Holds that {@link Cipher} gives back what it was given to the key's holder, and to nobody else.
 */
class CipherTest {
  private static final String SECRET = "a secret of more than 32 bytes, for tests";
  private static final Cipher CIPHER = cipher("calls.caller_phone");

  @ParameterizedTest
  @ValueSource(
      strings = {"", "a", "DE44500105175407324931", "Zürich 東京 🙂", "\0", "\r\n", " spaced"})
  void decryptionGivesBackTheValue(String value) {
    assertEquals(value, CIPHER.decrypt(CIPHER.encrypt(value)));
    assertEquals(value, cipher("calls.caller_phone").decrypt(CIPHER.encrypt(value)));
  }

  @Test
  void openingGivesBackAnyBytes() {
    SplittableRandom random = new SplittableRandom(1);
    for (int length : new int[] {0, 1, 15, 16, 17, 4096, 1 << 20}) {
      byte[] plain = new byte[length];
      random.nextBytes(plain);
      byte[] before = plain.clone();
      byte[] sealed = CIPHER.seal(plain);
      assertEquals(12 + length + 16, sealed.length);
      assertArrayEquals(before, plain);
      assertArrayEquals(plain, CIPHER.open(sealed));
    }
  }

  @Test
  void sameValueIsSealedTheSameWay() {
    byte[] plain = utf8("a record");
    assertArrayEquals(CIPHER.seal(plain), CIPHER.seal(plain));
    assertArrayEquals(CIPHER.seal(plain), cipher("calls.caller_phone").seal(plain));
    assertEquals(CIPHER.encrypt("v"), cipher("calls.caller_phone").encrypt("v"));
  }

  @Test
  void valuesDoNotShareNonces() {
    Set<String> nonces = new HashSet<>();
    for (int i = 0; i < 1_000; i++) {
      nonces.add(HexFormat.of().formatHex(CIPHER.seal(utf8("value " + i)), 0, 12));
    }
    assertEquals(1_000, nonces.size());
  }

  @Test
  void ciphertextShowsNothingOfTheValue() {
    byte[] plain = utf8("0123456789".repeat(10));
    String sealed = new String(CIPHER.seal(plain), StandardCharsets.ISO_8859_1);
    for (int i = 0; i + 4 <= plain.length; i++) {
      String part = new String(plain, i, 4, StandardCharsets.ISO_8859_1);
      assertFalse(sealed.contains(part), part);
    }
  }

  @Test
  void ciphertextIsBase64OfTheSealedBytes() {
    assertArrayEquals(CIPHER.seal(utf8("é")), Base64.getDecoder().decode(CIPHER.encrypt("é")));
  }

  @Test
  void changeOfAnyByteIsNoticed() {
    byte[] sealed = CIPHER.seal(utf8("a record"));
    for (int i = 0; i < sealed.length; i++) {
      byte[] changed = sealed.clone();
      changed[i] ^= 1;
      assertThrows(IllegalStateException.class, () -> CIPHER.open(changed), "byte " + i);
    }
    assertThrows(
        IllegalStateException.class, () -> CIPHER.open(Arrays.copyOf(sealed, sealed.length + 1)));
  }

  @Test
  void lossOfAnyBytesIsNoticed() {
    byte[] sealed = CIPHER.seal(utf8("a record"));
    for (int length = sealed.length - 1; length >= 0; length--) {
      byte[] cut = Arrays.copyOf(sealed, length);
      assertThrows(IllegalStateException.class, () -> CIPHER.open(cut), length + " bytes left");
    }
  }

  @Test
  void otherKeyOpensNothing() {
    byte[] sealed = CIPHER.seal(utf8("a record"));
    Cipher other = Cipher.of(utf8(SECRET + "!"), "calls.caller_phone");
    var e = assertThrows(IllegalStateException.class, () -> other.open(sealed));
    assertEquals(
        "a protected value cannot be opened: privacy.key is not the one it was sealed with",
        e.getMessage());
    assertThrows(IllegalStateException.class, () -> other.decrypt(CIPHER.encrypt("a")));
  }

  @Test
  void otherUseOpensNothing() {
    byte[] sealed = CIPHER.seal(utf8("a record"));
    assertThrows(IllegalStateException.class, () -> cipher("calls").open(sealed));
    assertThrows(IllegalStateException.class, () -> cipher("calls.caller_name").open(sealed));
  }

  @Test
  void refusalDoesNotRepeatTheValue() {
    Cipher other = Cipher.of(utf8(SECRET + "!"), "calls.caller_phone");
    Throwable e =
        assertThrows(IllegalStateException.class, () -> other.decrypt(CIPHER.encrypt("s3cr3t")));
    for (; e != null; e = e.getCause()) {
      assertFalse(String.valueOf(e.getMessage()).contains("s3cr3t"));
      assertFalse(String.valueOf(e.getMessage()).contains(SECRET));
    }
  }

  @Test
  void tokensStayTheSame() {
    assertEquals(CIPHER.token("+49 30 901820"), CIPHER.token("+49 30 901820"));
    assertEquals(
        CIPHER.token("+49 30 901820"), cipher("calls.caller_phone").token("+49 30 901820"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "Zürich 東京 🙂"})
  void tokenIsHalfOfHmacUnderTheDerivedKey(String value) throws GeneralSecurityException {
    byte[] key = hmac(utf8(SECRET), utf8("calls.caller_phone/token\u0001"));
    String hash = HexFormat.of().formatHex(hmac(key, utf8(value)));
    assertEquals(hash.substring(0, 32), CIPHER.token(value));
  }

  @Test
  void tokensDifferByValueUseAndKey() {
    Set<String> tokens = new HashSet<>();
    for (String use : List.of("calls.caller_phone", "calls.caller_name", "orders.caller_phone")) {
      for (String secret : List.of(SECRET, SECRET + "!")) {
        for (String value : List.of("", "a", "A", "a ", "b")) {
          assertTrue(tokens.add(Cipher.of(utf8(secret), use).token(value)), use + value);
        }
      }
    }
  }

  @Test
  void usesBeyondAsciiHaveKeysOfTheirOwn() throws GeneralSecurityException {
    Cipher cipher = cipher("anrufe.büroöffnungszeitäüß");
    byte[] key = hmac(utf8(SECRET), utf8("anrufe.büroöffnungszeitäüß/token\u0001"));
    assertEquals(HexFormat.of().formatHex(hmac(key, utf8("a")), 0, 16), cipher.token("a"));
  }

  @Test
  void shortSecretIsRefusedWithoutRepeatingIt() {
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> Cipher.of(utf8("only-31-bytes-are-not-enough..."), "a"));
    assertEquals("privacy.key must hold at least 32 bytes", e.getMessage());
    Cipher.of(new byte[32], "a");
  }

  @Test
  void toStringShowsNothing() {
    assertEquals("Cipher", CIPHER.toString());
  }

  @Test
  void cipherTravels() throws Exception {
    Cipher used = cipher("calls.caller_phone");
    String token = used.token("a");
    byte[] sealed = used.seal(utf8("b"));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(used);
    }
    ByteArrayInputStream in = new ByteArrayInputStream(bytes.toByteArray());
    try (ObjectInputStream read = new ObjectInputStream(in)) {
      Cipher there = (Cipher) read.readObject();
      assertEquals(token, there.token("a"));
      assertArrayEquals(sealed, there.seal(utf8("b")));
      assertArrayEquals(utf8("b"), there.open(sealed));
    }
    assertFalse(
        bytes.toString(StandardCharsets.ISO_8859_1).contains(SECRET),
        "only derived keys leave the driver");
  }

  @Test
  void usesAreNotInterchangeable() {
    assertNotEquals(cipher("a").encrypt("v"), cipher("b").encrypt("v"));
  }

  private static Cipher cipher(String use) {
    return Cipher.of(utf8(SECRET), use);
  }

  private static byte[] hmac(byte[] key, byte[] message) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return mac.doFinal(message);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
