package io.sluice.bench;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Stands between Spark and an S3 server and does to some calls what networks do: delays them,
 * answers 503 in the server's place, forwards them and drops the answer, or resets the connection
 * in the middle of it.
 *
 * <p>Bytes are passed on as they are, so signatures hold. Which call meets which fault is drawn
 * from a seed in the order of the calls' arrival.
 */
final class FaultyProxy implements AutoCloseable {
  /** What may happen to a call. */
  enum Fault {
    NONE,
    DELAY,
    THROTTLE,
    LOST_ANSWER,
    RESET
  }

  private final ServerSocket listener;
  private final URI server;
  private final double share;
  private final Random random;
  private final ExecutorService pool =
      Executors.newCachedThreadPool(
          work -> {
            Thread thread = new Thread(work, "faulty-proxy");
            thread.setDaemon(true);
            return thread;
          });
  private final Map<Fault, Integer> done = new TreeMap<>();

  /**
   * @param share of the calls that meet a fault
   */
  FaultyProxy(String server, double share, long seed) throws IOException {
    this.server = URI.create(server);
    this.share = share;
    this.random = new Random(seed);
    this.listener = new ServerSocket(0, 128, InetAddress.getLoopbackAddress());
    pool.submit(
        () -> {
          while (!listener.isClosed()) {
            Socket client = listener.accept();
            pool.submit(() -> serve(client));
          }
          return null;
        });
  }

  String endpoint() {
    return "http://127.0.0.1:" + listener.getLocalPort();
  }

  /** How many calls met which fault. */
  synchronized Map<Fault, Integer> done() {
    return new TreeMap<>(done);
  }

  private synchronized Fault draw() {
    Fault error =
        random.nextDouble() >= share
            ? Fault.NONE
            : Fault.values()[1 + random.nextInt(Fault.values().length - 1)];
    done.merge(error, 1, Integer::sum);
    return error;
  }

  private void serve(Socket client) {
    try (client;
        InputStream in = new BufferedInputStream(client.getInputStream());
        OutputStream out = client.getOutputStream()) {
      byte[] request;
      while ((request = message(in, out, false)).length > 0) {
        Fault error = draw();
        if (error == Fault.THROTTLE) {
          out.write(
              ("HTTP/1.1 503 Slow Down\r\nContent-Type: application/xml\r\nContent-Length: 64\r\n\r\n"
                      + String.format("%-64s", "<Error><Code>SlowDown</Code></Error>"))
                  .getBytes(StandardCharsets.US_ASCII));
          out.flush();
          continue;
        }
        if (error == Fault.DELAY) {
          Thread.sleep(200 + request.length % 300);
        }
        byte[] answer = forward(request);
        if (error == Fault.LOST_ANSWER) {
          return;
        }
        if (error == Fault.RESET) {
          out.write(answer, 0, answer.length / 2);
          out.flush();
          client.setSoLinger(true, 0);
          return;
        }
        out.write(answer);
        out.flush();
      }
    } catch (IOException e) {
      // The client went away; so does this connection.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private byte[] forward(byte[] request) throws IOException {
    try (Socket socket = new Socket(server.getHost(), server.getPort())) {
      socket.getOutputStream().write(request);
      socket.getOutputStream().flush();
      boolean head = new String(request, 0, 5, StandardCharsets.US_ASCII).startsWith("HEAD ");
      return message(new BufferedInputStream(socket.getInputStream()), null, head);
    }
  }

  /**
   * One HTTP message as it stands, but for {@code Expect}, which is met here; empty if the stream
   * ends before it.
   *
   * @param sender of a request, who may wait to be told to go on; null for an answer
   */
  private static byte[] message(InputStream in, OutputStream sender, boolean withoutBody)
      throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    String first = line(in, all);
    if (first.isEmpty()) {
      return all.toByteArray();
    }
    long length = 0;
    boolean chunked = false;
    boolean waits = false;
    ByteArrayOutputStream header = new ByteArrayOutputStream();
    for (String line = line(in, header); !line.isBlank(); line = line(in, header)) {
      String name = line.toLowerCase(Locale.ROOT).strip();
      if (name.startsWith("content-length:")) {
        length = Long.parseLong(name.substring(15).strip());
      }
      chunked |= name.startsWith("transfer-encoding:") && name.contains("chunked");
      if (name.startsWith("expect:")) {
        waits = true;
        header.reset();
      }
      header.writeTo(all);
      header.reset();
    }
    header.writeTo(all);
    if (waits && sender != null) {
      sender.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      sender.flush();
    }
    boolean bodyless = withoutBody || first.contains(" 204 ") || first.contains(" 304 ");
    if (bodyless) {
      return all.toByteArray();
    }
    if (chunked) {
      for (long size = chunk(in, all); size > 0; size = chunk(in, all)) {
        copy(in, all, size + 2);
      }
      line(in, all);
    } else {
      copy(in, all, length);
    }
    return all.toByteArray();
  }

  private static long chunk(InputStream in, ByteArrayOutputStream all) throws IOException {
    return Long.parseLong(line(in, all).strip().split(";")[0], 16);
  }

  private static void copy(InputStream in, ByteArrayOutputStream all, long bytes)
      throws IOException {
    byte[] read = in.readNBytes((int) bytes);
    if (read.length < bytes) {
      throw new IOException("cut off");
    }
    all.write(read);
  }

  /** A line with its end, which is kept. */
  private static String line(InputStream in, ByteArrayOutputStream all) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int b;
    while ((b = in.read()) >= 0) {
      line.write(b);
      if (b == '\n') {
        break;
      }
    }
    all.write(line.toByteArray());
    return line.toString(StandardCharsets.ISO_8859_1);
  }

  @Override
  public void close() throws IOException {
    listener.close();
    pool.shutdownNow();
  }
}
