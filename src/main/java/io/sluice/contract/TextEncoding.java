package io.sluice.contract;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** How the text of a file is encoded. A contract states it; it is never guessed. */
public enum TextEncoding {
  UTF_8(StandardCharsets.UTF_8),
  ISO_8859_1(StandardCharsets.ISO_8859_1),
  WINDOWS_1252(Charset.forName("windows-1252")),
  /** The byte order mark at its beginning, which must be there, tells which byte comes first. */
  UTF_16(StandardCharsets.UTF_16),
  UTF_16LE(StandardCharsets.UTF_16LE),
  UTF_16BE(StandardCharsets.UTF_16BE);

  private final transient Charset charset;

  TextEncoding(Charset charset) {
    this.charset = charset;
  }

  public Charset charset() {
    return charset;
  }

  /** Whether each of its characters is one byte. */
  public boolean isOneByte() {
    return this == ISO_8859_1 || this == WINDOWS_1252;
  }

  /** Whether its characters are two bytes, or two times two. */
  public boolean isWide() {
    return this == UTF_16 || this == UTF_16LE || this == UTF_16BE;
  }

  /** The encoding of a name, such as {@code UTF-8}; case does not matter. */
  static Optional<TextEncoding> find(String name) {
    return Arrays.stream(values())
        .filter(encoding -> encoding.charset.name().equalsIgnoreCase(name))
        .findFirst();
  }

  /** What a contract may write. */
  static List<String> names() {
    return Arrays.stream(values()).map(encoding -> encoding.charset.name()).toList();
  }

  @Override
  public String toString() {
    return charset.name();
  }
}
