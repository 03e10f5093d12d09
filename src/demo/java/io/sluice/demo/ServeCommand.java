package io.sluice.demo;

import io.sluice.demo.server.S3Server;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Reads options of {@code serve}; keeps the S3 server of a demo open until it is interrupted. */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    description = "Serves the tables of a demo over S3 until it is interrupted.")
final class ServeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--demo", required = true, description = "The demo's folder.")
  private Path demo;

  @Option(names = "--port", defaultValue = "9878", description = "Default: ${DEFAULT-VALUE}.")
  private int port;

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    out.println("AWS_ENDPOINT_URL=" + DemoLake.serve(demo, port).get("s3.endpoint"));
    out.println("AWS_ACCESS_KEY_ID=" + S3Server.ACCESS_KEY);
    out.println("AWS_SECRET_ACCESS_KEY=" + S3Server.SECRET_KEY);
    out.println("Tables: s3://lake/<layer>/<table>");
    out.flush();
    Thread.currentThread().join();
    return 0;
  }
}
