package io.sluice.refine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.contract.Arrival;
import io.sluice.contract.Contract;
import io.sluice.engine.LocalRows;
import io.sluice.ingest.TopicIntake;
import io.sluice.run.RowCounts;
import io.sluice.run.RunContext;
import io.sluice.testing.Lines;
import io.sluice.testing.LocalLake;
import io.sluice.testing.SmallContract;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.LongRange;

/**
 * A database that keeps the truth sends its changes: rows from before the first, inserts, updates,
 * deletions with their tombstones, truncations, snapshots between them; shuffled, repeated, and cut
 * into batches. Whatever has arrived, silver holds what it says, the account of each batch is right
 * to the row, and in the end silver is the database.
 */
class ChangeProperties {
  private static final Instant ARRIVED = Instant.parse("2026-03-01T10:00:00Z");
  private static final int KEYS = 6;
  private static final int CHANGES = 50;
  private static final int BATCHES = 4;

  private static final String CONTRACT =
      SmallContract.text(
          "agents",
          """
          - {name: id, logicalType: integer, physicalType: BIGINT, required: true, primaryKey: true, primaryKeyPosition: 1}
          %s
          - {name: name, logicalType: string, required: true}
          - {name: position, logicalType: number, physicalType: "DECIMAL(38,0)", required: true, transformLogic: __position}
          """,
          """
          - {property: orderingColumn, value: position}
          - {property: changes, value: {kind: cdc}}
          - property: arrivals
            value:
              - {name: before, format: json, topic: before, fields: {position: "'0'"}}
              - {name: changes, format: json, topic: changes, options: {envelope: debezium}}
          """);

  /** A day that is the same for all versions of a key. */
  private static final String DAY =
      "- {name: day, logicalType: date, required: true, primaryKey: true, primaryKeyPosition: 2,"
          + " partitioned: true, partitionKeyPosition: 1}";

  /**
   * A record that the database sends.
   *
   * @param key -1 if it is of all rows
   * @param at the change's number; a snapshot's row has that of the change after it
   * @param name null if it ends what it is of
   */
  private record Sent(int topic, String op, int key, int at, String name) {
    /** Says nothing: it follows a deletion. */
    boolean isTombstone() {
      return topic == 1 && op.isEmpty();
    }

    /** Orders records of one key, and all of them against truncations. */
    int rank() {
      return 2 * at + (op.equals("r") ? 0 : 1);
    }

    byte[] value() {
      String row =
          "{\"id\":"
              + key
              + ",\"day\":\"2026-03-0"
              + (1 + key % 3)
              + "\",\"name\":\""
              + name
              + "\"}";
      String json =
          topic == 0
              ? row
              : String.format(
                  Locale.ROOT,
                  "{\"op\":\"%s\",\"before\":%s,\"after\":%s,\"source\":{\"connector\":\"mysql\","
                      + "\"file\":\"b.01\",\"pos\":%d,\"row\":0,\"snapshot\":\"%s\"},\"ts_ms\":1}",
                  op,
                  op.equals("d") ? row : null,
                  name == null ? null : row,
                  at,
                  op.equals("r"));
      return isTombstone() ? null : json.getBytes(StandardCharsets.UTF_8);
    }
  }

  /** What the database did, and the rows it has in the end, by key. */
  private record Truth(List<Sent> sent, Map<Integer, String> rows) {}

  private static Truth truth(Random random) {
    List<Sent> sent = new ArrayList<>();
    Map<Integer, String> rows = new HashMap<>();
    for (int key = 0; key < KEYS / 2; key++) {
      rows.put(key, "before");
      sent.add(new Sent(0, "", key, 0, "before"));
    }
    for (int at = 1; at <= CHANGES; at++) {
      int key = random.nextInt(KEYS);
      if (random.nextInt(25) == 0) {
        rows.clear();
        sent.add(new Sent(1, "t", -1, at, null));
      } else if (random.nextInt(12) == 0) {
        int now = at;
        rows.forEach((of, name) -> sent.add(new Sent(1, "r", of, now, name)));
      } else if (rows.containsKey(key) && random.nextInt(3) == 0) {
        rows.remove(key);
        sent.add(new Sent(1, "d", key, at, null));
        sent.add(new Sent(1, "", key, at, null));
      } else {
        sent.add(new Sent(1, rows.containsKey(key) ? "u" : "c", key, at, "v" + at));
        rows.put(key, "v" + at);
      }
    }
    return new Truth(sent, rows);
  }

  /** What a table holds by what has arrived, told without the code that is tested. */
  private static final class Model {
    private final Map<Integer, Sent> newest = new HashMap<>();
    private Sent truncation = new Sent(1, "t", -1, -1, null);

    /** Takes a batch, and gives its account. */
    RowCounts take(List<Sent> batch) {
      Map<Integer, List<Sent>> byKey = new HashMap<>();
      int repeats = 0;
      for (Sent one : batch) {
        if (one.isTombstone()) {
          repeats++;
        } else {
          byKey.computeIfAbsent(one.key, key -> new ArrayList<>()).add(one);
        }
      }
      RowCounts counts = new RowCounts(batch.size(), 0, 0, repeats, 0);
      // Those of all rows first: they hold for all others of the batch.
      List<Sent> all = byKey.remove(-1);
      Map<Integer, String> before = rows();
      if (all != null) {
        counts = counts.plus(account(all, truncation.rank()));
        truncation = greater(all, truncation);
      }
      int ended = truncation.rank();
      long removed =
          before.keySet().stream()
              .filter(
                  key ->
                      newest.get(key).rank() < ended
                          && byKey.getOrDefault(key, List.of()).stream()
                              .allMatch(one -> one.rank() < ended))
              .count();
      counts = counts.plus(new RowCounts(0, 0, 0, 0, 0, 0, 0, removed));
      for (Map.Entry<Integer, List<Sent>> of : byKey.entrySet()) {
        Sent held = newest.get(of.getKey());
        int most = Math.max(truncation.rank(), held == null ? -1 : held.rank());
        counts = counts.plus(account(of.getValue(), most));
        newest.put(of.getKey(), greater(of.getValue(), held));
      }
      return counts;
    }

    private static Sent greater(List<Sent> some, Sent than) {
      Sent greatest = than;
      for (Sent one : some) {
        greatest = greatest == null || one.rank() > greatest.rank() ? one : greatest;
      }
      return greatest;
    }

    private static RowCounts account(List<Sent> ofKey, int held) {
      Sent first = greater(ofKey, null);
      boolean isNew = first.rank() > held;
      int kept = Math.max(held, first.rank());
      long equal = ofKey.stream().filter(one -> one.rank() == kept).count();
      long duplicate = isNew ? equal - 1 : equal;
      long ends = isNew && first.name == null ? 1 : 0;
      long sets = isNew && first.name != null ? 1 : 0;
      return new RowCounts(0, sets, 0, duplicate, ofKey.size() - equal, ends, 0);
    }

    Map<Integer, String> rows() {
      Map<Integer, String> rows = new HashMap<>();
      newest.forEach(
          (key, one) -> {
            if (one.name != null && one.rank() > truncation.rank()) {
              rows.put(key, one.name);
            }
          });
      return rows;
    }
  }

  @Property(tries = 2, seed = "20261129", shrinking = ShrinkingMode.OFF)
  void whateverOrderChangesComeInSilverIsWhatTheySay(@ForAll @LongRange(min = 0) long seed)
      throws IOException {
    hold(seed, "");
  }

  @Property(tries = 1, seed = "20261130", shrinking = ShrinkingMode.OFF)
  void soItIsWhereSilverIsKeptByDay(@ForAll @LongRange(min = 0) long seed) throws IOException {
    hold(seed, DAY);
  }

  private static void hold(long seed, String day) throws IOException {
    Random random = new Random(seed);
    Truth truth = truth(random);
    List<Sent> arriving = new ArrayList<>(truth.sent);
    for (int i = 0; i < 15; i++) {
      arriving.add(truth.sent.get(random.nextInt(truth.sent.size())));
    }
    shuffle(arriving, random);
    Lake lake = new Lake(day);
    Model model = new Model();
    int each = 1 + arriving.size() / BATCHES;
    for (int from = 0; from < arriving.size(); from += each) {
      List<Sent> batch = arriving.subList(from, Math.min(arriving.size(), from + each));
      lake.land(batch);
      String place = "seed " + seed + ", from " + from;
      RowCounts expected = model.take(batch);
      RowCounts counts = new Refine(lake.context, "agents").run().rowCounts();
      assertEquals(expected.toString(), counts.toString(), place);
      assertEquals(lines(model.rows()), lake.rows(), place);
    }
    assertEquals(lines(truth.rows), lake.rows(), "seed " + seed);
    int truncated =
        truth.sent.stream().filter(one -> one.op.equals("t")).mapToInt(Sent::at).max().orElse(-1);
    assertEquals(
        truncated < 0 ? List.of("null") : List.of(position(truncated)),
        Lines.of(
            lake.context
                .lake()
                .silver("agents_deleted")
                .read()
                .selectExpr("max(if(id is null, position, null))")));
  }

  /** By and large in the order in which they were sent, or in none at all. */
  private static void shuffle(List<Sent> arriving, Random random) {
    int late = random.nextBoolean() ? 15 : 10 * CHANGES;
    Map<Sent, Integer> arrival = new IdentityHashMap<>();
    Collections.shuffle(arriving, random);
    arriving.forEach(one -> arrival.putIfAbsent(one, one.at + random.nextInt(late)));
    arriving.sort(Comparator.comparing(arrival::get));
  }

  private static String position(int at) {
    return BigInteger.ONE
        .shiftLeft(40)
        .add(BigInteger.valueOf(at))
        .shiftLeft(25)
        .add(BigInteger.ONE)
        .toString();
  }

  private static List<String> lines(Map<Integer, String> rows) {
    return rows.entrySet().stream()
        .map(row -> row.getKey() + "|" + row.getValue())
        .sorted()
        .toList();
  }

  /** A lake whose topics are filled without a broker. */
  private static final class Lake {
    private final RunContext context;
    private final Contract contract;
    private final SilverTable silver;
    private long offset;

    Lake(String day) throws IOException {
      Path folder =
          Files.createTempDirectory(Files.createDirectories(Path.of("target")), "changes-")
              .toAbsolutePath();
      Path contracts = Files.createDirectories(folder.resolve("contracts"));
      Files.writeString(contracts.resolve("agents.yaml"), CONTRACT.formatted(day));
      this.context = LocalLake.open(folder, contracts, Map.of("kafka.servers", "127.0.0.1:1"));
      this.contract = context.contracts().get("agents");
      this.silver = new SilverTable(context, contract);
    }

    void land(List<Sent> batch) {
      Map<Arrival, LocalRows> received = new LinkedHashMap<>();
      for (int topic = 0; topic < 2; topic++) {
        Arrival arrival = contract.topics().get(topic);
        LocalRows.Builder records = LocalRows.builder(TopicIntake.RECEIVED);
        for (Sent one : batch) {
          if (one.topic == topic) {
            records.add(
                arrival.topic().name(),
                null,
                one.value(),
                0,
                offset++,
                0L,
                null,
                ARRIVED.getEpochSecond() * 1_000_000 + offset,
                "run",
                0L);
          }
        }
        received.put(arrival, records.build());
      }
      LocalBatches.land(context, contract.id(), received, ARRIVED);
    }

    List<String> rows() {
      return silver.table().exists()
          ? Lines.of(silver.table().read().select("id", "name"))
          : List.of();
    }
  }
}
