package io.sluice.stream;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What is known of a key between batches: its newest time, and of each alert its open windows. */
final class KeyState {
  private static final int FORM = 1;

  /** What a window's rows come to, and whether its alert has been raised. */
  static final class Window {
    byte[] soFar;
    boolean raised;
  }

  /** The newest time of its rows, in microseconds. */
  long clock = Long.MIN_VALUE;

  /** By alert, in the order of their declaration: windows by when they begin, in microseconds. */
  final List<TreeMap<Long, Window>> windows = new ArrayList<>();

  /** By alert: the state of its rule; null if it has none. */
  final List<byte[]> rules = new ArrayList<>();

  KeyState(int alerts) {
    for (int i = 0; i < alerts; i++) {
      windows.add(new TreeMap<>());
      rules.add(null);
    }
  }

  byte[] bytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(FORM);
      out.writeLong(clock);
      for (int i = 0; i < windows.size(); i++) {
        out.writeInt(windows.get(i).size());
        for (Map.Entry<Long, Window> window : windows.get(i).entrySet()) {
          out.writeLong(window.getKey());
          out.writeBoolean(window.getValue().raised);
          write(out, window.getValue().soFar);
        }
        write(out, rules.get(i));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static void write(DataOutputStream out, byte[] some) throws IOException {
    out.writeInt(some == null ? -1 : some.length);
    if (some != null) {
      out.write(some);
    }
  }

  static KeyState of(byte[] bytes, int alerts) {
    KeyState state = new KeyState(alerts);
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      int form = in.readUnsignedByte();
      if (form != FORM) {
        throw new IllegalStateException("a key's state has form " + form + " instead of " + FORM);
      }
      state.clock = in.readLong();
      for (int i = 0; i < alerts; i++) {
        for (int left = in.readInt(); left > 0; left--) {
          long begin = in.readLong();
          Window window = new Window();
          window.raised = in.readBoolean();
          window.soFar = read(in);
          state.windows.get(i).put(begin, window);
        }
        state.rules.set(i, read(in));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return state;
  }

  private static byte[] read(DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length < 0) {
      return null;
    }
    byte[] some = new byte[length];
    in.readFully(some);
    return some;
  }
}
