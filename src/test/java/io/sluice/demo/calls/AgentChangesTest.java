package io.sluice.demo.calls;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class AgentChangesTest {
  private static final Set<String> SHIFTS = Set.of("early", "late", "night");

  @Test
  void eventsSayWhatTheTruthSays() throws IOException {
    AgentChanges changes = new AgentChanges(1, 40, 400);
    Map<String, String> agents = new TreeMap<>();
    Map<String, BigInteger> places = new HashMap<>();
    long broken = 0;
    long deleted = 0;
    long twice = 0;
    byte[] last = null;
    for (AgentChanges.Event event : changes.events()) {
      String id = new ObjectMapper().readTree(event.key()).path("agent_id").asText();
      if (event.value() == null) {
        assertTrue(!agents.containsKey(id), "a tombstone follows its deletion");
        continue;
      }
      twice += event.value() == last ? 1 : 0;
      last = event.value();
      JsonNode value = new ObjectMapper().readTree(event.value());
      BigInteger place = new BigInteger(value.at("/source/lsn").asText());
      assertTrue(places.getOrDefault(id, BigInteger.ZERO).compareTo(place) <= 0);
      places.put(id, place);
      JsonNode after = value.path("after");
      if (value.path("op").asText().equals("d")) {
        deleted++;
        agents.remove(id);
      } else if (SHIFTS.contains(after.path("shift").asText())) {
        agents.put(id, id + "|" + after.path("team").asText() + "|" + after.path("shift").asText());
      } else {
        broken++;
      }
    }
    assertEquals(agents, changes.truth().agents);
    assertEquals(broken, changes.truth().quarantined);
    assertTrue(broken > 0 && deleted > 0 && twice > 0);
    assertTrue(changes.truth().versions.size() > 400);
  }

  @Test
  void aSeedGivesTheSameEvents() {
    List<AgentChanges.Event> first = new AgentChanges(3, 10, 50).events();
    List<AgentChanges.Event> again = new AgentChanges(3, 10, 50).events();
    assertEquals(first.size(), again.size());
    for (int i = 0; i < first.size(); i++) {
      assertArrayEquals(first.get(i).value(), again.get(i).value());
    }
  }
}
