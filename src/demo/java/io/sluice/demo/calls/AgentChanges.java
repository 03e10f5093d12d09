package io.sluice.demo.calls;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * A contact centre's table of agents as a database's log tells of it: a snapshot, then agents who
 * are hired, change their team, or leave, in the envelope of Debezium's connector for PostgreSQL,
 * as JSON without schema. Some changes break a rule, some come twice, and a tombstone follows each
 * deletion.
 *
 * <p>Deterministic: the same seed and sizes give the same events.
 */
public final class AgentChanges {
  private static final List<String> TEAMS = List.of("billing", "orders", "support", "sales");
  private static final List<String> SHIFTS = List.of("early", "late", "night");
  private static final Instant FIRST = Instant.parse("2026-11-02T06:00:00Z");
  private static final int TWICE = 20;
  private static final int BROKEN = 25;

  /** What the connector sends; the value of a tombstone is null. */
  public record Event(byte[] key, byte[] value) {}

  /** What the lake must hold when all events are handled; agents as {@code id|team|shift}. */
  public static final class Truth {
    /** One for each agent who is there. */
    public final SortedMap<String, String> agents = new TreeMap<>();

    /**
     * One for each version, with the second since which it held; of one who left {@code id|gone}.
     */
    public final List<String> versions = new ArrayList<>();

    public long quarantined;
  }

  private final ObjectMapper json = new ObjectMapper();
  private final SplittableRandom random;
  private final List<Event> events = new ArrayList<>();
  private final Truth truth = new Truth();
  private final TreeMap<String, ObjectNode> table = new TreeMap<>();
  private long lsn = 24_000_000;
  private long second;
  private int hired;

  /**
   * @param agents in the snapshot
   * @param changes that follow it
   */
  public AgentChanges(long seed, int agents, int changes) {
    this.random = new SplittableRandom(seed);
    for (int i = 0; i < agents; i++) {
      set("r", hire());
    }
    for (int i = 0; i < changes; i++) {
      second += 1 + random.nextInt(600);
      change();
    }
    Collections.sort(truth.versions);
  }

  public List<Event> events() {
    return events;
  }

  public Truth truth() {
    return truth;
  }

  private void change() {
    int kind = random.nextInt(100);
    if (kind < 15) {
      set("c", hire());
    } else if (kind < 30 && table.size() > 1) {
      leave(any());
    } else {
      ObjectNode agent = table.get(any()).deepCopy();
      int team = TEAMS.indexOf(agent.path("team").asText());
      agent.put("team", TEAMS.get((team + 1 + random.nextInt(TEAMS.size() - 1)) % TEAMS.size()));
      set("u", agent);
    }
  }

  private String any() {
    return List.copyOf(table.keySet()).get(random.nextInt(table.size()));
  }

  private ObjectNode hire() {
    return json.createObjectNode()
        .put("agent_id", String.format(Locale.ROOT, "AG-%05d", ++hired))
        .put("team", TEAMS.get(random.nextInt(TEAMS.size())))
        .put("shift", SHIFTS.get(random.nextInt(SHIFTS.size())));
  }

  private void set(String operation, ObjectNode agent) {
    if (operation.equals("u") && random.nextInt(BROKEN) == 0) {
      // The database knows a shift that the contract does not; the next change is sound again.
      ObjectNode broken = agent.deepCopy().put("shift", "weekend");
      send(operation, table.get(id(agent)), broken, false);
      truth.quarantined++;
      return;
    }
    send(operation, table.get(id(agent)), agent, random.nextInt(TWICE) == 0);
    table.put(id(agent), agent);
    String row = id(agent) + "|" + agent.path("team").asText() + "|" + agent.path("shift").asText();
    truth.agents.put(id(agent), row);
    truth.versions.add(row + "|" + at());
  }

  private void leave(String id) {
    send("d", table.remove(id), null, random.nextInt(TWICE) == 0);
    events.add(new Event(key(id), null));
    truth.agents.remove(id);
    truth.versions.add(id + "|gone|" + at());
  }

  private static String id(ObjectNode agent) {
    return agent.path("agent_id").asText();
  }

  private long at() {
    return FIRST.getEpochSecond() + second;
  }

  /** Sends a change, and again if the connector has to start anew before it has noted its place. */
  private void send(String operation, ObjectNode before, ObjectNode after, boolean twice) {
    String last = operation.equals("r") ? "null" : "\"" + lsn + "\"";
    // Rows of a snapshot share a place in the log.
    lsn += operation.equals("r") ? 0 : 8 * (1 + random.nextInt(50));
    ObjectNode value = json.createObjectNode();
    value.set("before", before);
    value.set("after", after);
    value
        .putObject("source")
        .put("version", "3.0.0.Final")
        .put("connector", "postgresql")
        .put("name", "contact_centre")
        .put("ts_ms", at() * 1000)
        .put("snapshot", operation.equals("r") ? "true" : "false")
        .put("db", "contact_centre")
        .put("sequence", "[" + last + ",\"" + lsn + "\"]")
        .put("schema", "public")
        .put("table", "agents")
        .put("lsn", lsn);
    value.put("op", operation).put("ts_ms", at() * 1000);
    Event event = new Event(key(id(after == null ? before : after)), bytes(value));
    events.add(event);
    if (twice) {
      events.add(event);
    }
  }

  private byte[] key(String id) {
    return bytes(json.createObjectNode().put("agent_id", id));
  }

  private byte[] bytes(ObjectNode node) {
    try {
      return json.writeValueAsString(node).getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
