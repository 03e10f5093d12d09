package io.sluice.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.demo.server.RegisteredSchemas;
import io.sluice.ingest.Ingest;
import io.sluice.refine.Refine;
import io.sluice.run.RunContext;
import io.sluice.testing.Lines;
import io.sluice.testing.LocalKafka;
import io.sluice.testing.NeedsServers;
import io.sluice.testing.SmallContract;
import io.sluice.testing.TestLake;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Debezium's changes in Avro, as its converter writes them, through a real registry and broker, on
 * top of a snapshot that came as a file: in batch, then in the stream.
 */
@NeedsServers
class AvroChangesTest {
  private static final String CONTRACT =
      SmallContract.text(
          "agents",
          """
          - {name: id, logicalType: integer, physicalType: BIGINT, required: true, primaryKey: true, primaryKeyPosition: 1}
          - {name: name, logicalType: string, required: true}
          - {name: born, logicalType: date}
          - {name: since, logicalType: timestamp, logicalTypeOptions: {defaultTimezone: Europe/Berlin}}
          - {name: wage, logicalType: number, physicalType: "DECIMAL(9,2)"}
          - {name: rating, logicalType: number, physicalType: "DECIMAL(12,3)"}
          - {name: position, logicalType: number, physicalType: "DECIMAL(38,0)", required: true, transformLogic: __position}
          """,
          """
          - {property: orderingColumn, value: position}
          - {property: changes, value: {kind: cdc}}
          - {property: quarantineLimit, value: 1}
          - property: arrivals
            value:
              - {name: snapshot, format: csv, location: agents/, fields: {position: "'0'"}}
              - {name: changes, format: avro, topic: agents-avro, options: {envelope: debezium}}
          """);

  private static final String ROW =
      "{'type':'record','name':'Value','fields':[{'name':'id','type':'long'},"
          + "{'name':'name','type':['null','string']},{'name':'born','type':['null',"
          + "{'type':'int','connect.version':1,'connect.name':'io.debezium.time.Date'}]},"
          + "{'name':'since','type':['null',{'type':'long','connect.version':1,"
          + "'connect.name':'io.debezium.time.MicroTimestamp'}]},"
          + "{'name':'wage','type':['null',{'type':'bytes','scale':2,'precision':9,"
          + "'connect.version':1,'connect.parameters':{'scale':'2',"
          + "'connect.decimal.precision':'9'},"
          + "'connect.name':'org.apache.kafka.connect.data.Decimal','logicalType':'decimal'}]},"
          + "{'name':'rating','type':['null',{'type':'record','name':'VariableScaleDecimal',"
          + "'namespace':'io.debezium.data','fields':[{'name':'scale','type':'int'},"
          + "{'name':'value','type':'bytes'}],'connect.version':1,"
          + "'connect.name':'io.debezium.data.VariableScaleDecimal'}]}],"
          + "'connect.name':'shop.public.agents.Value'}";

  private static final String ENVELOPE =
      ("{'type':'record','name':'Envelope','namespace':'shop.public.agents','fields':["
              + "{'name':'before','type':['null',"
              + ROW
              + "],'default':null},{'name':'after','type':['null','Value'],'default':null},"
              + "{'name':'source','type':{'type':'record','name':'Source',"
              + "'namespace':'io.debezium.connector.postgresql','fields':["
              + "{'name':'connector','type':'string'},"
              + "{'name':'snapshot','type':[{'type':'string'},'null'],'default':'false'},"
              + "{'name':'sequence','type':['null','string'],'default':null},"
              + "{'name':'lsn','type':['null','long'],'default':null}]}},"
              + "{'name':'transaction','type':['null',{'type':'record','name':'block',"
              + "'namespace':'event','fields':[{'name':'id','type':'string'},"
              + "{'name':'total_order','type':'long'}]}],'default':null},"
              + "{'name':'op','type':'string'},{'name':'ts_ms','type':['null','long'],'default':null}],"
              + "'connect.version':2,'connect.name':'shop.public.agents.Envelope'}")
          .replace('\'', '"');

  private static final String KEY =
      "{'type':'record','name':'Key','namespace':'shop.public.agents','fields':[{'name':'id','type':'long'}]}"
          .replace('\'', '"');

  private static final Schema EVENT = new Schema.Parser().parse(ENVELOPE);
  private static final Schema VALUE = EVENT.getField("after").schema().getTypes().get(1);

  @TempDir private Path folder;
  private int keyId;
  private int eventId;

  private static GenericRecord row(long id, String name) {
    GenericRecord row = new GenericData.Record(VALUE);
    row.put("id", id);
    row.put("name", name);
    row.put("born", 7304);
    row.put("since", 1_772_359_200_123_456L);
    row.put("wage", ByteBuffer.wrap(new BigDecimal("17.50").unscaledValue().toByteArray()));
    GenericRecord rating =
        new GenericData.Record(VALUE.getField("rating").schema().getTypes().get(1));
    rating.put("scale", 1);
    rating.put("value", ByteBuffer.wrap(new byte[] {45}));
    row.put("rating", rating);
    return row;
  }

  private void send(String op, long id, GenericRecord after, long lsn) throws Exception {
    GenericRecord source = new GenericData.Record(EVENT.getField("source").schema());
    source.put("connector", "postgresql");
    source.put("snapshot", "false");
    source.put("lsn", lsn);
    GenericRecord event = new GenericData.Record(EVENT);
    event.put("op", op);
    event.put("after", after);
    event.put("source", source);
    event.put("ts_ms", 1_772_359_200_000L);
    send(id, RegisteredSchemas.avro(eventId, event));
  }

  private void send(long id, byte[] value) throws Exception {
    GenericRecord key = new GenericData.Record(new Schema.Parser().parse(KEY));
    key.put("id", id);
    LocalKafka.send(
        new ProducerRecord<>("agents-avro", 0, RegisteredSchemas.avro(keyId, key), value));
  }

  @Test
  void changesInAvroOnTopOfASnapshotByFile() throws Exception {
    String url = LocalKafka.registry().url();
    keyId = RegisteredSchemas.register(url, "agents-avro-key", Map.of("schema", KEY));
    eventId = RegisteredSchemas.register(url, "agents-avro-value", Map.of("schema", ENVELOPE));
    LocalKafka.topic("agents-avro", 1);
    Files.writeString(folder.resolve("agents.yaml"), CONTRACT);
    RunContext context =
        TestLake.open(
            "agents-avro",
            folder,
            Map.of("kafka.servers", LocalKafka.server().servers(), "registry.url", url));
    TestLake.land(
        context,
        "agents/1.csv",
        "id,name,born,since,wage,rating\n1,Ann,,,,\n2,Bob,,,,\n3,Eve,,,,\n");
    send("u", 1, row(1, "Anne"), 100);
    // The row before it is not sent; its key tells it.
    send("d", 2, null, 101);
    send(2, null);

    new Ingest(context, "agents").run();
    assertEquals(
        "6 read = 2 accepted + 0 quarantined + 1 duplicate + 2 superseded + 1 deleted",
        new Refine(context, "agents").run().rowCounts().toString());
    assertEquals(
        List.of(
            "1|Anne|1989-12-31|2026-03-01T09:00:00.123456Z|17.50|4.500",
            "3|Eve|null|null|null|null"),
        rows(context));

    send("c", 4, row(4, "Joe"), 102);
    send("t", 0, null, 103);
    send("c", 5, row(5, "Zoe"), 104);
    send("u", 4, row(4, "Joseph"), 99);
    new TopicStream(context, List.of("agents"), 1).run(TopicStream.Until.CAUGHT_UP);
    assertEquals(
        List.of("5|Zoe|1989-12-31|2026-03-01T09:00:00.123456Z|17.50|4.500"), rows(context));
    assertEquals(
        2,
        context.lake().ops("schemas").read().where("schema is not null").count(),
        "the key's schema is kept beside the event's");
  }

  private static List<String> rows(RunContext context) {
    return Lines.of(
        context
            .lake()
            .silver("agents")
            .read()
            .selectExpr(
                "id",
                "name",
                "born",
                "date_format(since, \"yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'\")",
                "wage",
                "rating"));
  }
}
