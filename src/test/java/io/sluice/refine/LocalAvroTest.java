package io.sluice.refine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.sluice.contract.Arrival;
import io.sluice.contract.Contract;
import io.sluice.demo.server.RegisteredSchemas;
import io.sluice.engine.CompiledRows;
import io.sluice.engine.LocalRows;
import io.sluice.ingest.Bronze;
import io.sluice.ingest.TopicIngest;
import io.sluice.ingest.TopicIntake;
import io.sluice.kafka.SchemaRegistry;
import io.sluice.run.RunContext;
import io.sluice.run.RunResult;
import io.sluice.table.RowWriter;
import io.sluice.table.TableTransaction;
import io.sluice.testing.Lines;
import io.sluice.testing.LocalKafka;
import io.sluice.testing.LocalLake;
import io.sluice.testing.NeedsServers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.spark.sql.SaveMode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Avro records in small batches, whose schemas are learned as they come. */
@NeedsServers
class LocalAvroTest {
  private static final Path CONTRACTS = Path.of("src/test/resources/contracts/payments");
  private static final String FIRST = schema("{\"name\":\"amount\",\"type\":\"int\"}");
  private static final String SECOND =
      schema("{\"name\":\"amount\",\"type\":\"int\"},{\"name\":\"channel\",\"type\":\"string\"}");

  @TempDir private Path folder;
  private RunContext context;
  private Contract contract;
  private SilverTable silver;
  private LocalRefiner refiner;
  private TopicIngest topics;
  private long offset;

  private static String schema(String fields) {
    return "{\"type\":\"record\",\"name\":\"payment\",\"fields\":[{\"name\":\"payment\",\"type\":\"string\"},"
        + "{\"name\":\"at\",\"type\":{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}},"
        + fields
        + "]}";
  }

  private static int register(String subject, String schema) throws Exception {
    return RegisteredSchemas.register(
        LocalKafka.registry().url(), subject, Map.of("schema", schema));
  }

  private static byte[] payment(int id, String schema, String name) throws Exception {
    GenericRecord record = new GenericData.Record(new Schema.Parser().parse(schema));
    record.put("payment", name);
    record.put("at", 1_772_359_200_000L);
    record.put("amount", 12);
    if (record.hasField("channel")) {
      record.put("channel", "web");
    }
    return RegisteredSchemas.avro(id, record);
  }

  @AfterEach
  void close() {
    topics.close();
  }

  private void open(String registry, String down) {
    context =
        LocalLake.open(
            folder,
            CONTRACTS,
            Map.of(
                "kafka.servers", "127.0.0.1:1", "registry.url", registry, "registry.down", down));
    contract = context.contracts().get("payments");
    silver = new SilverTable(context, contract);
    refiner = new LocalRefiner(context, silver, RowJudge.open(context, contract));
    topics = TopicIngest.open(context, contract);
  }

  /** One small batch of one record, from the topic to silver. */
  private RunResult carry(byte[] record) {
    TableTransaction bronze = TableTransaction.begin(silver.bronze(), Bronze.spec(contract));
    Arrival arrival = contract.topics().get(0);
    LocalRows sent =
        LocalRows.builder(TopicIntake.RECORDS)
            .add("payments", null, record, 0, offset++, 0L, null)
            .build();
    topics.learn(arrival, sent);
    LocalRows rows =
        CompiledRows.of(
                context.spark(),
                TopicIntake.RECEIVED,
                records ->
                    TableTransaction.ordered(
                        topics.intake().bronze(records, arrival), bronze.schema()))
            .orElseThrow()
            .apply(sent.with(TopicIntake.BATCH, 1_772_359_200_000_000L, "run", offset));
    long until = bronze.append(new RowWriter(), rows).publish(SaveMode.Append, "{}");
    RefineCommit commit = RefineCommit.begin(context, silver);
    return LocalBatches.refine(context, commit, refiner, "payments", rows, until);
  }

  @Test
  void aSchemaNeverSeenIsLearnedWithTheBatchThatBringsIt() throws Exception {
    int first = register("local-first-value", FIRST);
    open(LocalKafka.registry().url(), "wait");
    assertEquals(1, carry(payment(first, FIRST, "p1")).rowCounts().accepted());

    int second = register("local-second-value", SECOND);
    assertEquals(1, carry(payment(second, SECOND, "p2")).rowCounts().accepted());
    assertEquals(1, carry(payment(first, FIRST, "p3")).rowCounts().accepted());
    assertEquals(1, carry(new byte[] {0, 1, 2, 3, 4, 5}).rowCounts().quarantined());

    assertEquals(
        List.of("p1|null", "p2|web", "p3|null"),
        Lines.of(silver.table().read().select("payment", "channel")));
    assertEquals(
        List.of("the registry has no Avro schema 16909060"),
        Lines.of(silver.quarantine().read().selectExpr("reasons[0].message")));
  }

  @Test
  void whileTheRegistryIsDownRecordsOfUnknownSchemasAreQuarantinedOrWait() throws Exception {
    byte[] record = payment(77, FIRST, "p1");
    open("http://127.0.0.1:1", "quarantine");
    assertEquals(1, carry(record).rowCounts().quarantined());
    assertEquals(1, carry(record).rowCounts().quarantined());

    topics.close();
    open("http://127.0.0.1:2", "wait");
    assertThrows(SchemaRegistry.DownException.class, () -> carry(record));
  }
}
