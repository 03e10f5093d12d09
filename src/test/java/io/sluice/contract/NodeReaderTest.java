package io.sluice.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.settings.ValidationErrors;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Holds what {@link NodeReader} reads, and that {@link FileErrors} names file and place. */
class NodeReaderTest {
  private final ValidationErrors all = new ValidationErrors();
  private final FileErrors errors = new FileErrors(all, "orders.yaml");
  private final NodeReader nodes = new NodeReader(errors);

  @Test
  void choiceIsConstantInLowerCase() {
    assertEquals(Field.Role.COLUMN, choice("column"));
    assertTrue(errors.isEmpty());
    assertEquals(Field.Role.PARTITION, choice("COLUMN"));
    assertEquals(List.of("orders.yaml: role: must be one of [partition, column]"), all.all());
  }

  @Test
  void unknownKeysAreNamedWithTheKnownOnes() throws JsonProcessingException {
    nodes.refuseUnknownKeys(json("{\"a\": 1, \"c\": 2}"), Set.of("b", "a"), "here");
    assertEquals(List.of("orders.yaml: here.c: unknown; known are [a, b]"), all.all());
  }

  @Test
  void lastOfTwoCustomPropertiesIsTakenAndBothAreReported() throws JsonProcessingException {
    String twice = "[{\"property\": \"a\", \"value\": 1}, {\"property\": \"a\", \"value\": 2}]";
    assertEquals(2, nodes.customProperties(json(twice), "here").get("a").asInt());
    assertEquals(List.of("orders.yaml: here.a: stated twice"), all.all());
  }

  @Test
  void textsAreReadAsTheyStand() throws JsonProcessingException {
    assertEquals(List.of("a", "1"), NodeReader.texts(json("[\"a\", 1]")));
    assertEquals("1", NodeReader.text(json("{\"a\": 1}"), "a"));
    assertNull(NodeReader.text(json("{}"), "a"));
  }

  @Test
  void errorsOfOtherFilesAreNotThisFiles() {
    FileErrors other = new FileErrors(all, "calls.yaml");
    other.add("", "empty");
    assertTrue(errors.isEmpty());
    assertEquals(List.of("calls.yaml: empty"), all.all());
  }

  private Field.Role choice(String text) {
    return nodes.choice(Field.Role.class, text, "role", Field.Role.PARTITION);
  }

  private static JsonNode json(String text) throws JsonProcessingException {
    return new ObjectMapper().readTree(text);
  }
}
