package io.sluice.demo.calls;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.sluice.demo.Landing;
import io.sluice.demo.Truth;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Reads the generator's files back with a JSON parser and counts them again, by the contract's
 * words.
 */
class CallGeneratorTest {
  private static final LocalDate FIRST = LocalDate.parse("2026-11-02");
  private static final int DAYS = 8;
  private static final int CALLS_PER_DAY = 2_000;
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The files of calls by path; sorted, so that days come in order. */
  private static final class Memory implements Landing {
    private final SortedMap<String, byte[]> files = new TreeMap<>();

    @Override
    public OutputStream create(String path) {
      return new ByteArrayOutputStream() {
        @Override
        public void close() {
          if (path.startsWith("calls/")) {
            files.put(path, toByteArray());
          }
        }
      };
    }

    SortedMap<String, byte[]> of(LocalDate day) {
      String folder = "calls/" + day + "/";
      return files.subMap(folder, folder + Character.MAX_VALUE);
    }
  }

  /** A record as received: its file's day, and its fields, or null when it does not parse. */
  private record Received(LocalDate day, JsonNode json) {}

  /** The version of a call that silver holds. */
  private record Row(JsonNode json, Instant updatedAt) {}

  private static final Memory MEMORY = new Memory();
  private static final List<Received> RECORDS = new ArrayList<>();
  private static Truth truth;

  @BeforeAll
  static void generate() throws IOException {
    CallGenerator generator = new CallGenerator(42, FIRST, CALLS_PER_DAY);
    for (int i = 0; i < DAYS; i++) {
      generator.arrive(FIRST.plusDays(i), MEMORY);
    }
    truth = generator.truth().get("calls");
    for (Map.Entry<String, byte[]> file : MEMORY.files.entrySet()) {
      if (!truth.unreadableFiles.containsKey(file.getKey())) {
        LocalDate day = LocalDate.parse(file.getKey().split("/")[1]);
        for (String line : lines(file)) {
          RECORDS.add(new Received(day, parse(line)));
        }
      }
    }
  }

  @Test
  void theSameSeedGivesTheSameBytesAndTheSameTruth() throws IOException {
    Memory again = new Memory();
    CallGenerator generator = new CallGenerator(42, FIRST, CALLS_PER_DAY);
    for (int i = 0; i < DAYS; i++) {
      generator.arrive(FIRST.plusDays(i), again);
    }
    assertEquals(MEMORY.files.keySet(), again.files.keySet());
    MEMORY.files.forEach((path, bytes) -> assertArrayEquals(bytes, again.files.get(path), path));
    assertEquals(
        JSON.valueToTree(truth), JSON.<JsonNode>valueToTree(generator.truth().get("calls")));
  }

  @Test
  void anotherSeedGivesOtherRecords() throws IOException {
    Memory other = new Memory();
    new CallGenerator(43, FIRST, CALLS_PER_DAY).arrive(FIRST, other);
    Set<String> ours = new HashSet<>(linesOf(MEMORY));
    assertTrue(linesOf(other).stream().noneMatch(ours::contains));
  }

  @Test
  void daysPassedOverLeaveTheLaterOnesAsTheyAre() throws IOException {
    Memory later = new Memory();
    CallGenerator generator = new CallGenerator(42, FIRST, CALLS_PER_DAY);
    for (int i = 0; i < DAYS; i++) {
      generator.arrive(FIRST.plusDays(i), i < DAYS - 1 ? Landing.NOWHERE : later);
    }
    LocalDate last = FIRST.plusDays(DAYS - 1);
    assertEquals(MEMORY.of(last).keySet(), later.files.keySet());
    later.files.forEach((path, bytes) -> assertArrayEquals(MEMORY.files.get(path), bytes, path));
  }

  @Test
  void daysAreMadeInOrderOnce() throws IOException {
    CallGenerator generator = new CallGenerator(1, FIRST, 10);
    generator.arrive(FIRST, Landing.NOWHERE);
    assertThrows(IllegalArgumentException.class, () -> generator.arrive(FIRST, Landing.NOWHERE));
    assertThrows(
        IllegalArgumentException.class, () -> generator.arrive(FIRST.plusDays(2), Landing.NOWHERE));
    assertThrows(IllegalArgumentException.class, () -> new CallGenerator(1, FIRST, 0));
  }

  @Test
  void aCentreOfOneCallADayWorks() throws IOException {
    CallGenerator generator = new CallGenerator(5, FIRST, 1);
    for (int i = 0; i < 30; i++) {
      generator.arrive(FIRST.plusDays(i), Landing.NOWHERE);
    }
    assertTrue(generator.truth().get("calls").records >= 30);
  }

  @Test
  void recordsAndFilesAreCounted() {
    assertEquals(RECORDS.size(), truth.records);
    assertEquals(MEMORY.files.size() - truth.unreadableFiles.size(), truth.files);
  }

  /** Every record breaks one rule of the contract or none. */
  @Test
  void eachDefectHasOneReasonAndItIsTheStatedOne() {
    Map<String, Long> quarantined = new TreeMap<>();
    for (Received received : RECORDS) {
      List<String> reasons = judge(received.json);
      assertTrue(reasons.size() <= 1, () -> reasons + " in " + received.json);
      reasons.forEach(reason -> quarantined.merge(reason, 1L, Long::sum));
    }
    assertEquals(quarantined, truth.quarantined);
    Set<String> possible =
        Set.of(
            "/record",
            "status/enum",
            "/ended_after_started",
            "agent_id/required",
            "satisfaction/range",
            "hold_seconds/type");
    assertEquals(possible, quarantined.keySet(), "every defect occurs at this size");
    long broken = quarantined.values().stream().mapToLong(Long::longValue).sum();
    assertEquals(0.0044, broken / (double) RECORDS.size(), 0.0015);
  }

  @Test
  void theRulesNamedAreTheContracts() throws IOException {
    JsonNode table =
        new ObjectMapper(new YAMLFactory())
            .readTree(new File("conf/contracts/calls.yaml"))
            .get("schema")
            .get(0);
    Set<String> rules =
        StreamSupport.stream(table.get("quality").spliterator(), false)
            .filter(rule -> rule.get("engine").asText().equals("rule"))
            .map(rule -> rule.get("name").asText())
            .collect(Collectors.toSet());
    Set<String> fields =
        StreamSupport.stream(table.get("properties").spliterator(), false)
            .map(field -> field.get("name").asText())
            .collect(Collectors.toSet());
    for (String reason : truth.quarantined.keySet()) {
      String field = reason.substring(0, reason.indexOf('/'));
      String rule = reason.substring(reason.indexOf('/') + 1);
      assertTrue(
          field.isEmpty() ? rule.equals("record") || rules.contains(rule) : fields.contains(field),
          reason);
    }
  }

  /** Silver as the contract words it: each day is a batch, the newest version of a call wins. */
  @Test
  void silverAndGoldAreWhatTheTruthSays() {
    Truth counted = new Truth();
    Map<String, Row> silver = new TreeMap<>();
    Map<LocalDate, List<JsonNode>> batches =
        RECORDS.stream()
            .filter(received -> judge(received.json).isEmpty())
            .collect(
                Collectors.groupingBy(
                    Received::day,
                    TreeMap::new,
                    Collectors.mapping(Received::json, Collectors.toList())));
    batches.values().forEach(batch -> merge(batch, silver, counted));
    for (Row row : silver.values()) {
      JsonNode call = row.json;
      String day = call.get("started_at").asText().substring(0, 10);
      BigDecimal hold = BigDecimal.valueOf(call.get("hold_seconds").asLong());
      String agent = day + "|" + call.at("/agent/id").asText();
      String queue = day + "|" + call.get("queue").asText();
      counted.addRow(day);
      counted.addSum("hold_seconds", day, hold);
      counted.addGold("agent_daily", "calls", agent, BigDecimal.ONE);
      counted.addGold("agent_daily", "hold_seconds", agent, hold);
      counted.addGold("queue_daily", "offered", queue, BigDecimal.ONE);
      boolean soon = answered(call) && seconds(call, "started_at", "answered_at") <= 20;
      counted.addGold(
          "queue_daily", "answered_within_20s", queue, soon ? BigDecimal.ONE : BigDecimal.ZERO);
    }
    assertEquals(counted.rows, truth.rows);
    assertEquals(counted.sums, truth.sums);
    assertEquals(counted.gold, truth.gold);
    assertEquals(counted.duplicates, truth.duplicates);
    assertEquals(counted.superseded, truth.superseded);
    assertTrue(truth.duplicates > 0 && truth.superseded > 0);
    assertEquals(
        silver.values().stream()
            .map(Row::json)
            .filter(CallGeneratorTest::answered)
            .map(call -> call.get("call_id").asText())
            .collect(Collectors.toCollection(TreeSet::new)),
        truth.labels.get("sentiment").keySet());
  }

  @Test
  void surveysBringTheWholeRecordAgainOneToThreeDaysLater() {
    Map<String, JsonNode> first = new HashMap<>();
    int surveys = 0;
    int corrections = 0;
    for (Received received : RECORDS) {
      if (!judge(received.json).isEmpty()) {
        continue;
      }
      JsonNode before = first.putIfAbsent(received.json.get("call_id").asText(), received.json);
      if (before != null && updatedAt(before).isBefore(updatedAt(received.json))) {
        assertEquals(before.get("transcript"), received.json.get("transcript"));
        if (before.get("satisfaction").isNull() && !received.json.get("satisfaction").isNull()) {
          surveys++;
          long hours = (seconds(before, received.json)) / 3_600;
          assertTrue(hours >= 24 && hours <= 96, () -> hours + " h");
        }
        corrections += before.get("hold_seconds").equals(received.json.get("hold_seconds")) ? 0 : 1;
      }
    }
    assertTrue(surveys > RECORDS.size() / 10, "surveys " + surveys);
    assertTrue(corrections > RECORDS.size() / 200, "corrections " + corrections);
  }

  @Test
  void aTruncatedFileCannotBeReadAndItsHourComesAgain() {
    assertEquals(2, truth.unreadableFiles.size());
    for (String path : truth.unreadableFiles.keySet()) {
      assertThrows(EOFException.class, () -> unzip(MEMORY.files.get(path)));
      assertTrue(MEMORY.files.containsKey(path.replace(".jsonl.gz", "-retry.jsonl.gz")), path);
    }
  }

  @Test
  void someFilesAreEmptyAndSomeCompressed() {
    assertArrayEquals(new byte[0], MEMORY.files.get("calls/2026-11-02/hour-03-restart.jsonl"));
    long compressed = MEMORY.files.keySet().stream().filter(path -> path.endsWith(".gz")).count();
    assertTrue(compressed > MEMORY.files.size() / 5 && compressed < MEMORY.files.size() / 2);
    MEMORY
        .files
        .keySet()
        .forEach(
            path ->
                assertTrue(
                    path.matches(
                        "calls/2026-11-\\d\\d/hour-\\d\\d(-retry|-restart)?\\.jsonl(\\.gz)?"),
                    path));
  }

  @Test
  void theFieldChannelComesWithTheThirdDay() {
    for (Received received : RECORDS) {
      if (received.json != null) {
        assertEquals(!received.day.isBefore(FIRST.plusDays(2)), received.json.has("channel"));
      }
    }
  }

  @Test
  void callsPeakAtTenAndFifteenAndOnMondays() {
    int[] hours = new int[24];
    calls().forEach(call -> hours[Integer.parseInt(call.get("started_at").asText(), 11, 13, 10)]++);
    assertTrue(hours[10] > hours[8] && hours[10] > hours[12], "10 h");
    assertTrue(hours[15] > hours[13] && hours[15] > hours[17], "15 h");
    assertTrue(hours[3] < hours[10] / 20, "night");
    assertTrue(truth.rows.get("2026-11-02") > 2 * truth.rows.get("2026-11-08"), "Sunday");
  }

  @Test
  void callsAreSkewedAsCallsAre() {
    Map<String, Integer> byCaller = new HashMap<>();
    List<Long> handles = new ArrayList<>();
    int answered = 0;
    int all = 0;
    for (JsonNode call : calls()) {
      all++;
      byCaller.merge(call.at("/caller/id").asText(), 1, Integer::sum);
      if (answered(call)) {
        answered++;
        handles.add(seconds(call, "answered_at", "ended_at"));
      }
    }
    handles.sort(null);
    double mean = handles.stream().mapToLong(Long::longValue).average().orElseThrow();
    assertTrue(mean > 1.1 * handles.get(handles.size() / 2), "durations have a long tail");
    assertTrue(byCaller.values().stream().anyMatch(count -> count >= 20), "frequent callers");
    double share = answered / (double) all;
    assertTrue(share > 0.85 && share < 0.99, "answered " + share);
  }

  @Test
  void transcriptsHaveFourToTwentyTurnsInOrder() {
    Set<Integer> sizes = new HashSet<>();
    for (JsonNode call : calls()) {
      JsonNode transcript = call.get("transcript");
      assertEquals(answered(call), !transcript.isNull());
      if (transcript.isNull()) {
        continue;
      }
      JsonNode turns = transcript.get("turns");
      sizes.add(turns.size());
      long before = -1;
      for (JsonNode turn : turns) {
        long offset = turn.get("offset_ms").asLong();
        assertTrue(offset > before);
        assertTrue(offset <= seconds(call, "answered_at", "ended_at") * 1_000);
        assertTrue(Set.of("agent", "caller").contains(turn.get("speaker").asText()));
        assertFalse(turn.get("text").asText().isBlank());
        before = offset;
      }
    }
    assertEquals(4, sizes.stream().mapToInt(Integer::intValue).min().orElseThrow());
    assertEquals(20, sizes.stream().mapToInt(Integer::intValue).max().orElseThrow());
  }

  /**
   * The best rule "says this word, hence that sentiment" is hardly better than the most common
   * sentiment.
   */
  @Test
  void noSingleWordGivesTheSentimentAway() {
    Map<String, String> sentiments = truth.labels.get("sentiment");
    Map<String, Map<String, Integer>> byWord = new TreeMap<>();
    Map<String, Integer> total = new TreeMap<>();
    for (JsonNode call : calls()) {
      String sentiment = sentiments.get(call.get("call_id").asText());
      if (sentiment != null) {
        total.merge(sentiment, 1, Integer::sum);
        for (String word : callersWords(call)) {
          byWord.computeIfAbsent(word, w -> new TreeMap<>()).merge(sentiment, 1, Integer::sum);
        }
      }
    }
    assertEquals(Set.of("negative", "neutral", "positive"), total.keySet());
    double calls = total.values().stream().mapToInt(Integer::intValue).sum();
    total.values().forEach(count -> assertTrue(count > 0.2 * calls, total::toString));
    byWord.forEach(
        (word, with) -> {
          int saying = with.values().stream().mapToInt(Integer::intValue).max().orElseThrow();
          int silent =
              total.entrySet().stream()
                  .mapToInt(e -> e.getValue() - with.getOrDefault(e.getKey(), 0))
                  .max()
                  .orElseThrow();
          assertTrue((saying + silent) / calls < 0.55, () -> word + " " + with);
        });
  }

  @Test
  void sentimentShowsInTheSurvey() {
    Map<String, List<Integer>> answers = new TreeMap<>();
    for (JsonNode call : calls()) {
      String sentiment = truth.labels.get("sentiment").get(call.get("call_id").asText());
      if (sentiment != null && !call.get("satisfaction").isNull()) {
        answers
            .computeIfAbsent(sentiment, s -> new ArrayList<>())
            .add(call.get("satisfaction").asInt());
      }
    }
    assertTrue(mean(answers.get("negative")) + 0.5 < mean(answers.get("neutral")));
    assertTrue(mean(answers.get("neutral")) + 0.5 < mean(answers.get("positive")));
  }

  private static List<JsonNode> calls() {
    return RECORDS.stream().map(Received::json).filter(json -> judge(json).isEmpty()).toList();
  }

  private static Set<String> callersWords(JsonNode call) {
    Set<String> words = new HashSet<>();
    for (JsonNode turn : call.at("/transcript/turns")) {
      if (turn.get("speaker").asText().equals("caller")) {
        words.addAll(List.of(turn.get("text").asText().toLowerCase().split("[^a-z']+")));
      }
    }
    return words;
  }

  private static double mean(Collection<Integer> values) {
    return values.stream().mapToInt(Integer::intValue).average().orElseThrow();
  }

  private static void merge(List<JsonNode> batch, Map<String, Row> silver, Truth counted) {
    Map<String, List<JsonNode>> byCall =
        batch.stream().collect(Collectors.groupingBy(json -> json.get("call_id").asText()));
    byCall.forEach(
        (callId, versions) -> {
          Row before = silver.get(callId);
          boolean accepted = false;
          Row kept = before;
          for (JsonNode version : versions) {
            if (kept == null || updatedAt(version).isAfter(kept.updatedAt)) {
              kept = new Row(version, updatedAt(version));
              accepted = true;
            }
          }
          int equal = 0;
          for (JsonNode version : versions) {
            if (updatedAt(version).isBefore(kept.updatedAt)) {
              counted.superseded++;
            } else {
              equal++;
            }
          }
          counted.duplicates += accepted ? equal - 1 : equal;
          silver.put(callId, kept);
        });
  }

  /** The reasons a record is quarantined for, by the contract's words. */
  private static List<String> judge(JsonNode json) {
    if (json == null) {
      return List.of("/record");
    }
    List<String> reasons = new ArrayList<>();
    if (!json.get("call_id").asText().matches("CALL-[0-9]{10}")) {
      reasons.add("call_id/pattern");
    }
    if (json.at("/agent/id").asText("").isEmpty() || json.at("/agent/id").isNull()) {
      reasons.add("agent_id/required");
    } else if (!json.at("/agent/id").asText().matches("AG-[0-9]{5}")) {
      reasons.add("agent_id/pattern");
    }
    if (!json.at("/caller/id").asText().matches("CU-[0-9]{8}")) {
      reasons.add("caller_id/pattern");
    }
    if (!json.at("/caller/phone").asText().matches("\\+[0-9]{8,15}")) {
      reasons.add("caller_phone/pattern");
    }
    if (!Set.of("billing", "technical", "sales", "retention")
        .contains(json.get("queue").asText())) {
      reasons.add("queue/enum");
    }
    String status = json.get("status").asText();
    if (!Set.of("completed", "escalated", "dropped").contains(status)) {
      reasons.add("status/enum");
    }
    JsonNode satisfaction = json.get("satisfaction");
    if (!satisfaction.isNull() && (satisfaction.asInt() < 1 || satisfaction.asInt() > 5)) {
      reasons.add("satisfaction/range");
    }
    if (seconds(json, "started_at", "ended_at") < 0) {
      reasons.add("/ended_after_started");
    } else if (answered(json)
        && (seconds(json, "started_at", "answered_at") < 0
            || seconds(json, "answered_at", "ended_at") < 0)) {
      reasons.add("/answered_in_call");
    }
    if (Set.of("completed", "escalated").contains(status) && !answered(json)) {
      reasons.add("/answered_unless_dropped");
    }
    JsonNode hold = json.get("hold_seconds");
    if (!hold.isInt()) {
      reasons.add("hold_seconds/type");
    } else if (hold.asInt() < 0 || hold.asInt() > 14_400) {
      reasons.add("hold_seconds/range");
    } else {
      long longest = answered(json) ? seconds(json, "answered_at", "ended_at") : 0;
      if (longest >= 0 && hold.asInt() > longest) {
        reasons.add("/hold_within_call");
      }
    }
    if (updatedAt(json).isBefore(Instant.parse(json.get("started_at").asText()))) {
      reasons.add("/updated_after_started");
    }
    return reasons;
  }

  private static boolean answered(JsonNode call) {
    return !call.get("answered_at").isNull();
  }

  private static Instant updatedAt(JsonNode call) {
    return Instant.parse(call.get("updated_at").asText());
  }

  private static long seconds(JsonNode before, JsonNode after) {
    return updatedAt(after).getEpochSecond() - updatedAt(before).getEpochSecond();
  }

  private static long seconds(JsonNode call, String from, String to) {
    return Instant.parse(call.get(to).asText()).getEpochSecond()
        - Instant.parse(call.get(from).asText()).getEpochSecond();
  }

  private static JsonNode parse(String line) {
    try {
      return JSON.readTree(line);
    } catch (JsonProcessingException broken) {
      return null;
    }
  }

  private static List<String> lines(Map.Entry<String, byte[]> file) throws IOException {
    byte[] bytes = file.getKey().endsWith(".gz") ? unzip(file.getValue()) : file.getValue();
    return new String(bytes, StandardCharsets.UTF_8).lines().toList();
  }

  private static List<String> linesOf(Memory memory) throws IOException {
    List<String> lines = new ArrayList<>();
    for (Map.Entry<String, byte[]> file : memory.of(FIRST).entrySet()) {
      lines.addAll(lines(file));
    }
    return lines;
  }

  private static byte[] unzip(byte[] bytes) throws IOException {
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
      return in.readAllBytes();
    }
  }
}
