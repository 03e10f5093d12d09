package io.sluice.demo.stream;

import io.sluice.demo.Demo;
import io.sluice.demo.DemoLake;
import io.sluice.demo.Truth;
import io.sluice.demo.TruthComparison;
import io.sluice.demo.calls.AgentChanges;
import io.sluice.demo.calls.CallGenerator;
import io.sluice.demo.purchaseorders.PurchaseOrderGenerator;
import io.sluice.demo.server.KafkaServer;
import io.sluice.demo.server.RegistryServer;
import io.sluice.demo.server.ServerJvm;
import io.sluice.demo.transactions.TransactionGenerator;
import io.sluice.ingest.Ingest;
import io.sluice.ingest.LandingFolder;
import io.sluice.refine.Refine;
import io.sluice.report.Report;
import io.sluice.run.RunContext;
import io.sluice.stream.TopicStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Runs the stream on one machine: a broker, a registry and an S3 server of its own; purchase orders
 * as Avro, calls, changes of a database's table of agents and transactions as JSON, some of them
 * broken, a burst of fraud among the transactions; shows what it does meanwhile, and holds what it
 * made against the truth.
 */
final class DemoStream {
  private static final long SEED = 20_261_101;
  private static final LocalDate DAY = LocalDate.of(2026, 11, 3);
  private static final Path SERVERS =
      Path.of(System.getProperty("sluice.servers", "target/servers"));
  private static final int PARTITIONS = 2;
  private static final int ORDERS = 150;
  private static final int CALLS = 400;
  private static final int USERS = 3000;
  private static final int AGENTS = 60;
  private static final int AGENT_CHANGES = 300;
  private static final String ALERTS = "spending-alerts";

  /** Who has stolen a card, and how often it is used within half a minute. */
  private static final String THIEF = "U-STOLEN";

  private static final int QUICK = 40;

  /** So long the stream may take for what was sent last. */
  private static final Duration LAST = Duration.ofMinutes(5);

  private final Path dir;
  private final int seconds;
  private final int rate;

  /**
   * @param seconds how long events are sent
   * @param rate transactions a second
   */
  DemoStream(Path dir, int seconds, int rate) {
    this.dir = dir;
    this.seconds = seconds;
    this.rate = rate;
  }

  /** Gives 0 if lake and truth agree, else 1. */
  int run(PrintWriter out) throws IOException, InterruptedException {
    Demo.clear(dir);
    int port = ServerJvm.freePort();
    Map<String, String> settings = new TreeMap<>(DemoLake.serve(dir, 0));
    out.println("Starting a broker, a registry and an S3 server");
    out.flush();
    try (KafkaServer kafka = KafkaServer.start(SERVERS.resolve("kafka"), dir, 0);
        RegistryServer registry = RegistryServer.start(SERVERS.resolve("registry"), dir, 0);
        Broker broker = Broker.open(kafka.servers())) {
      settings.put("kafka.servers", kafka.servers());
      settings.put("registry.url", registry.url());
      settings.put("contracts", contracts().toString());
      settings.put("metrics.port", String.valueOf(port));
      broker.topics(
          Set.of(
              "purchase_orders",
              "purchase_orders-dead",
              "calls",
              "calls-dead",
              "agents",
              "agents-dead",
              "transactions",
              "transactions-dead",
              ALERTS),
          PARTITIONS);
      try (RunContext context = DemoLake.open(settings, "demo-stream")) {
        FileRecords files = new FileRecords();
        Sent sent = sent(files, registry.url());
        vendors(context, files);
        return run(context, broker, sent, new StreamView(port), out);
      }
    }
  }

  private int run(RunContext context, Broker broker, Sent sent, StreamView view, PrintWriter out)
      throws IOException, InterruptedException {
    TopicStream stream = new TopicStream(context, List.of(), 10);
    CompletableFuture<Void> running =
        CompletableFuture.runAsync(() -> stream.run(TopicStream.Until.STOPPED));
    List<byte[]> alerts = new ArrayList<>();
    Sending sending = new Sending(broker, sent);
    long began = System.nanoTime();
    long showAt = began;
    while (!running.isDone()) {
      double passed = (System.nanoTime() - began) / 1e9;
      sending.upTo(Math.min(1, passed / seconds));
      List<byte[]> news = broker.news(ALERTS, Duration.ofMillis(50));
      alerts.addAll(news);
      if (!news.isEmpty() || System.nanoTime() > showAt) {
        view.show(news, out);
        showAt = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
      }
      if (passed > seconds && (view.rows() >= sending.count() || isOver(passed))) {
        stream.stop();
        break;
      }
    }
    running.join();
    List<byte[]> last = broker.rest(ALERTS);
    alerts.addAll(last);
    last.forEach(alert -> out.println("ALERT " + StreamView.alert(alert)));
    return compare(context, broker, sent, alerts, out);
  }

  private boolean isOver(double passed) {
    return passed > seconds + LAST.toSeconds();
  }

  private int compare(
      RunContext context, Broker broker, Sent sent, List<byte[]> alerts, PrintWriter out)
      throws IOException {
    TruthComparison tables = new TruthComparison(context);
    List<String> differences = new ArrayList<>(tables.differencesOfTopics(sent.truth()));
    StreamComparison events = new StreamComparison();
    TransactionGenerator.StreamTruth truth = sent.transactions().truth();
    events.transactions(context, truth, alerts);
    events.agents(context, sent.agents().truth());
    events.deadLetters("agents", sent.agents().truth().quarantined, broker.rest("agents-dead"));
    events.deadLetters("transactions", truth.quarantined, broker.rest("transactions-dead"));
    sent.truth()
        .forEach(
            (source, one) ->
                events.deadLetters(
                    source,
                    one.quarantined.values().stream().mapToLong(Long::longValue).sum(),
                    broker.rest(source + "-dead")));
    differences.addAll(events.differences());
    Path page = dir.resolve("report.html");
    new Report(context, Report.DAYS).write(page);
    differences.forEach(difference -> out.println("DIFFERS " + difference));
    out.printf(
        Locale.ROOT,
        "%n%,d events and records, %,d alerts; %,d figures compared with the truth, %d differ%n",
        truth.events + sent.orders().size() + sent.calls().size() + sent.agents().events().size(),
        alerts.size(),
        tables.compared() + events.compared(),
        differences.size());
    out.println("Page:   " + page.toAbsolutePath());
    out.println("Status: target/sluice sql --demo " + dir + " 'select * from ops.streams'");
    out.println(
        "Ask:    target/sluice sql --demo "
            + dir
            + " 'select * from gold.transactions_alerts limit 5'");
    out.println(
        "        target/sluice sql --demo "
            + dir
            + " 'select * from silver.agents_history where agent_id in"
            + " (select agent_id from silver.agents_deleted) order by agent_id, valid_from'");
    out.flush();
    return differences.isEmpty() ? 0 : 1;
  }

  /**
   * What is sent.
   *
   * @param truth about orders and calls, by source
   */
  private record Sent(
      List<byte[]> orders,
      List<byte[]> calls,
      AgentChanges agents,
      TransactionGenerator transactions,
      Map<String, Truth> truth) {}

  private Sent sent(FileRecords files, String registry) throws IOException, InterruptedException {
    PurchaseOrderGenerator orders = new PurchaseOrderGenerator(SEED, DAY, ORDERS);
    CallGenerator calls = new CallGenerator(SEED, DAY, CALLS);
    orders.arrive(DAY, files);
    calls.arrive(DAY, files);
    Map<String, Truth> truth = new TreeMap<>();
    truth.put("purchase_orders", orders.truth().get("purchase_orders"));
    truth.put("calls", calls.truth().get("calls"));
    AvroOrders avro = new AvroOrders(registry, "purchase_orders-value");
    List<byte[]> lines = new ArrayList<>();
    for (List<List<String>> table :
        files.tables("purchase_orders", truth.get("purchase_orders").unreadableFiles.keySet())) {
      lines.addAll(avro.records(table));
    }
    return new Sent(
        lines,
        files.lines("calls", truth.get("calls").unreadableFiles.keySet()).stream()
            .map(line -> line.getBytes(StandardCharsets.UTF_8))
            .toList(),
        new AgentChanges(SEED, AGENTS, AGENT_CHANGES),
        new TransactionGenerator(
            SEED,
            // A second between two payments of a partition; the newest lie in the past.
            Instant.now().minus(1 + (long) rate * seconds / 1800, ChronoUnit.HOURS),
            PARTITIONS,
            USERS),
        truth);
  }

  /** Sends shares of it all, in their order. */
  private final class Sending {
    private final Broker broker;
    private final Sent sent;
    private int orders;
    private int calls;
    private int agents;
    private int payments;
    private boolean stolen;

    Sending(Broker broker, Sent sent) {
      this.broker = broker;
      this.sent = sent;
    }

    void upTo(double share) {
      orders = send("purchase_orders", sent.orders(), orders, share);
      calls = send("calls", sent.calls(), calls, share);
      List<AgentChanges.Event> changes = sent.agents().events();
      for (; agents < (int) (share * changes.size()); agents++) {
        AgentChanges.Event change = changes.get(agents);
        int partition = Math.floorMod(Arrays.hashCode(change.key()), PARTITIONS);
        broker.send("agents", partition, change.key(), change.value());
      }
      for (; payments < share * rate * seconds; payments++) {
        send(sent.transactions().next());
      }
      if (share > 0.6 && !stolen) {
        stolen = true;
        for (int i = 0; i < QUICK; i++) {
          send(sent.transactions().quick(THIEF));
        }
      }
      broker.flush();
    }

    private int send(String topic, List<byte[]> all, int from, double share) {
      int until = (int) (share * all.size());
      for (int i = from; i < until; i++) {
        broker.send(topic, i % PARTITIONS, null, all.get(i));
      }
      return Math.max(from, until);
    }

    private void send(TransactionGenerator.Event event) {
      broker.send("transactions", event.partition(), event.key(), event.value());
    }

    long count() {
      return orders + calls + agents + sent.transactions().truth().events;
    }
  }

  /** The register that orders refer to comes by files. */
  private static void vendors(RunContext context, FileRecords files) throws IOException {
    for (Map.Entry<String, byte[]> file : files.below("vendors").entrySet()) {
      try (OutputStream out = LandingFolder.of(context).create(file.getKey())) {
        out.write(file.getValue());
      }
    }
    new Ingest(context, "vendors").run();
    new Refine(context, "vendors").run();
  }

  /**
   * The shipped contracts, with topics in place of files; those of the demo's topics as they are.
   */
  private Path contracts() throws IOException {
    Path folder = Files.createDirectories(dir.resolve("contracts"));
    Path shipped = Path.of("conf/contracts");
    Files.copy(shipped.resolve("vendors.yaml"), folder.resolve("vendors.yaml"));
    for (String name : List.of("transactions.yaml", "agents.yaml")) {
      Files.copy(Path.of("src/demo/stream/contracts", name), folder.resolve(name));
    }
    for (String[] one : new String[][] {{"purchase_orders", "avro"}, {"calls", "json"}}) {
      String contract = Files.readString(shipped.resolve(one[0] + ".yaml"));
      Files.writeString(folder.resolve(one[0] + ".yaml"), onTopic(contract, one[0], one[1]));
    }
    return folder;
  }

  /** A contract whose arrivals, which are the last in it, are a topic of its source's name. */
  static String onTopic(String contract, String source, String format) {
    int arrivals = contract.indexOf("  - property: arrivals\n");
    if (arrivals < 0 || contract.indexOf("  - property: ", arrivals + 1) > 0) {
      throw new IllegalStateException(source + ".yaml: arrivals are to be its last property");
    }
    return contract.substring(0, arrivals)
        + "  - property: arrivals\n    value:\n      - {name: events, format: "
        + format
        + ", topic: "
        + source
        + ", options: {deadLetters: "
        + source
        + "-dead}}\n";
  }
}
