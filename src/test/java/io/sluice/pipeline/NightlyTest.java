package io.sluice.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.delta.kernel.Scan;
import io.delta.kernel.Snapshot;
import io.delta.kernel.Table;
import io.delta.kernel.data.FilteredColumnarBatch;
import io.delta.kernel.data.Row;
import io.delta.kernel.defaults.engine.DefaultEngine;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.internal.InternalScanFileUtils;
import io.delta.kernel.utils.CloseableIterator;
import io.sluice.contract.Contract;
import io.sluice.demo.Generate;
import io.sluice.demo.Truth;
import io.sluice.demo.TruthComparison;
import io.sluice.demo.server.S3Server;
import io.sluice.ingest.LandingFolder;
import io.sluice.mart.Mart;
import io.sluice.mart.Marts;
import io.sluice.run.RunContext;
import io.sluice.testing.LocalSpark;
import io.sluice.testing.NeedsServers;
import io.sluice.testing.TestLake;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The nightly path over every shipped source, against the truth about what landed. */
@NeedsServers
class NightlyTest {
  private static final LocalDate FIRST = LocalDate.of(2026, 11, 1);
  private static final Path CONTRACTS = Path.of("conf/contracts");
  private static final int DAYS = 3;

  private static RunContext context;
  private static SortedMap<String, Truth> truth;

  @BeforeAll
  static void nights() throws Exception {
    context = TestLake.open("nightly", CONTRACTS);
    Generate generate = new Generate(LandingFolder.of(context), 11, FIRST, 0.1);
    Path file = Files.createTempFile("truth", ".json");
    for (int day = 0; day < DAYS; day++) {
      generate.days(0, 1, file);
      new Nightly(context).run();
    }
    truth = generate.truth();
    assertEquals(truth.keySet(), Generate.read(file).keySet());
  }

  private static SortedMap<String, Long> versions() {
    SortedMap<String, Long> versions = new TreeMap<>();
    for (String layer : List.of("bronze", "silver", "quarantine", "gold")) {
      context
          .lake()
          .tables(layer)
          .forEach(
              name ->
                  versions.put(layer + "." + name, context.lake().table(layer, name).version()));
    }
    return versions;
  }

  @Test
  void everyTableEqualsTheTruth() {
    TruthComparison compare = new TruthComparison(context);
    assertEquals(List.of(), compare.differences(truth));
    assertTrue(compare.compared() > 300, "only " + compare.compared() + " figures compared");
    assertTrue(
        truth.values().stream().allMatch(one -> one.quarantined.size() > 0),
        "every source has planted defects");
  }

  @Test
  void runningItAgainChangesNothing() {
    SortedMap<String, Long> before = versions();
    new Nightly(context).run();
    assertEquals(before, versions());
  }

  @Test
  void everyCommitAccountsForEveryRow() {
    for (Contract contract : context.contracts().inOrder()) {
      List<org.apache.spark.sql.Row> accounts =
          context
              .spark()
              .sql("describe history delta.`" + context.lake().silver(contract.id()).path() + "`")
              .select(
                  functions.from_json(
                      functions.col("userMetadata"),
                      org.apache.spark.sql.types.DataTypes.createStructType(
                          List.of("read", "accepted", "quarantined", "duplicate", "superseded")
                              .stream()
                              .map(
                                  name ->
                                      org.apache.spark.sql.types.DataTypes.createStructField(
                                          name,
                                          org.apache.spark.sql.types.DataTypes.LongType,
                                          true))
                              .toList()),
                      Map.of()))
              .collectAsList();
      assertEquals(DAYS, accounts.size());
      long read = 0;
      for (org.apache.spark.sql.Row row : accounts) {
        org.apache.spark.sql.Row one = row.getStruct(0);
        assertEquals(
            one.getLong(0), one.getLong(1) + one.getLong(2) + one.getLong(3) + one.getLong(4));
        read += one.getLong(0);
      }
      assertEquals(truth.get(contract.id()).records, read);
    }
  }

  @Test
  void daysThatArriveTogetherGiveTheSameTables() throws Exception {
    RunContext together = TestLake.open("together", CONTRACTS);
    Generate generate = new Generate(LandingFolder.of(together), 11, FIRST, 0.1);
    generate.days(0, DAYS, Files.createTempFile("truth", ".json"));
    new Nightly(together).run();
    for (Contract contract : context.contracts().inOrder()) {
      String[] columns =
          contract.fields().stream().map(field -> "`" + field.name() + "`").toArray(String[]::new);
      assertEquals(
          0,
          differing(
              context.lake().silver(contract.id()).read().selectExpr(columns),
              together.lake().silver(contract.id()).read().selectExpr(columns)),
          contract.id());
    }
    for (Mart mart : Marts.of(context.contracts())) {
      assertEquals(
          0,
          differing(
              context.lake().gold(mart.name()).read(), together.lake().gold(mart.name()).read()),
          mart.name());
    }
  }

  private static long differing(
      org.apache.spark.sql.Dataset<org.apache.spark.sql.Row> a,
      org.apache.spark.sql.Dataset<org.apache.spark.sql.Row> b) {
    // As JSON, so that maps and structs compare too.
    var left = a.select(functions.to_json(functions.struct(functions.col("*"))));
    var right = b.select(functions.to_json(functions.struct(functions.col("*"))));
    return left.exceptAll(right).count() + right.exceptAll(left).count();
  }

  @Test
  void protectedValuesAreNowhereToBeRead() throws Exception {
    String landed =
        context
            .spark()
            .read()
            .option("recursiveFileLookup", "true")
            .option("pathGlobFilter", "*.jsonl")
            .text(LandingFolder.of(context).resolve("calls/"))
            .limit(1)
            .first()
            .getString(0);
    String phone = landed.replaceFirst("(?s).*\"phone\" *: *\"([^\"]+)\".*", "$1");
    assertTrue(phone.length() > 5 && phone.length() < 30, "no phone found in the landed record");
    byte[] needle = phone.getBytes(StandardCharsets.UTF_8);
    Path lake = LocalSpark.server().data().resolve("lake/nightly");
    try (var files = Files.walk(lake)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String content = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        assertTrue(
            !content.contains(new String(needle, StandardCharsets.ISO_8859_1)), file.toString());
      }
    }
    var calls = context.lake().silver("calls").read();
    assertTrue(calls.where("caller_phone rlike '^[0-9a-f]{32}$'").count() > 0);
    assertEquals(0, calls.where("caller_phone not rlike '^[0-9a-f]{32}$'").count());
  }

  @Test
  void deltaKernelReadsTheSameRows() throws Exception {
    org.apache.hadoop.conf.Configuration conf =
        new org.apache.hadoop.conf.Configuration(
            context.spark().sparkContext().hadoopConfiguration());
    Engine engine = DefaultEngine.create(conf);
    for (String name : List.of("silver.purchase_orders", "silver.calls", "gold.spend_daily")) {
      String[] parts = name.split("\\.");
      io.sluice.table.LakeTable table = context.lake().table(parts[0], parts[1]);
      Snapshot snapshot = Table.forPath(engine, table.path()).getLatestSnapshot(engine);
      assertEquals(table.version(), snapshot.getVersion(engine));
      Scan scan = snapshot.getScanBuilder(engine).build();
      long rows = 0;
      try (CloseableIterator<FilteredColumnarBatch> files = scan.getScanFiles(engine)) {
        while (files.hasNext()) {
          try (CloseableIterator<Row> batch = files.next().getRows()) {
            while (batch.hasNext()) {
              rows += rows(engine, scan, batch.next());
            }
          }
        }
      }
      assertEquals(table.read().count(), rows, name);
    }
  }

  private static long rows(Engine engine, Scan scan, Row file) throws Exception {
    Row state = scan.getScanState(engine);
    var status = InternalScanFileUtils.getAddFileStatus(file);
    var schema =
        io.delta.kernel.internal.data.ScanStateRow.getPhysicalDataReadSchema(engine, state);
    long rows = 0;
    try (var physical =
            engine
                .getParquetHandler()
                .readParquetFiles(
                    io.delta.kernel.internal.util.Utils.singletonCloseableIterator(status),
                    schema,
                    java.util.Optional.empty());
        var logical = Scan.transformPhysicalData(engine, state, file, physical)) {
      while (logical.hasNext()) {
        rows += logical.next().getData().getSize();
      }
    }
    return rows;
  }

  @Test
  void pythonReadersAgreeToTheCent() throws Exception {
    Path python = Path.of(System.getProperty("sluice.python", ".venv/bin/python"));
    assumeTrue(Files.isExecutable(python), "no Python environment; `make test` makes one");
    BigDecimal spend =
        context.lake().gold("spend_daily").read().agg(functions.sum("spend")).first().getDecimal(0);
    long orders = context.lake().silver("purchase_orders").read().count();
    ProcessBuilder builder =
        new ProcessBuilder(
                python.toString(),
                "src/test/python/read_tables.py",
                "s3://lake/nightly",
                "silver/purchase_orders",
                "gold/spend_daily:spend")
            .redirectErrorStream(true);
    builder.environment().put("AWS_ENDPOINT_URL", LocalSpark.server().endpoint());
    builder.environment().put("AWS_ACCESS_KEY_ID", S3Server.ACCESS_KEY);
    builder.environment().put("AWS_SECRET_ACCESS_KEY", S3Server.SECRET_KEY);
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), out);
    for (String engine : List.of("deltalake", "duckdb")) {
      assertTrue(out.contains(engine + " silver/purchase_orders " + orders + "\n"), out);
      assertTrue(
          out.contains(engine + " gold/spend_daily:spend " + spend.toPlainString() + "\n"),
          out + " expected " + spend);
    }
  }
}
