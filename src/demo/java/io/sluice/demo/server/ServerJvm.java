package io.sluice.demo.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A server of the demo and the tests in a JVM of its own, which ends with this one. */
public final class ServerJvm {
  private final String name;
  private final Process process;
  private final Path log;

  private ServerJvm(String name, Process process, Path log) {
    this.name = name;
    this.process = process;
    this.log = log;
  }

  /**
   * Starts a JVM.
   *
   * @param name what it is called in messages
   * @param jars the folder of its own jars, put there by the build
   * @param log the file that it writes to
   * @param arguments of the JVM, with main class or jar and its arguments
   */
  static ServerJvm start(String name, Path jars, Path log, List<String> arguments)
      throws IOException {
    if (!Files.isDirectory(jars)) {
      throw new IOException(
          jars + ": the jars of the " + name + " are not there; `make build` puts them there");
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(arguments);
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
    return new ServerJvm(name, process, log);
  }

  /** A port of loopback that nobody listens on. */
  public static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /**
   * Waits until it answers.
   *
   * @throws IOException if it does not within 60 seconds
   */
  void await(BooleanSupplier answers) throws IOException {
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (System.nanoTime() < deadline && process.isAlive()) {
      if (answers.getAsBoolean()) {
        return;
      }
      try {
        process.waitFor(100, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        break;
      }
    }
    process.destroy();
    throw new IOException("the " + name + " does not answer; see " + log);
  }

  /** Ends it at once, as a crash would. */
  void kill() {
    process.destroyForcibly();
    stop();
  }

  void stop() {
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
