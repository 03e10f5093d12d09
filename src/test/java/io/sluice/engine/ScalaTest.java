package io.sluice.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What Scala is given does not change behind its back. */
class ScalaTest {
  @Test
  void aListIsCopiedInItsOrder() {
    List<String> list = new ArrayList<>(List.of("c", "a", "b"));
    var seq = Scala.<String>seq(list);
    list.clear();
    assertEquals(List.of("c", "a", "b"), Scala.list(seq));
    assertTrue(Scala.seq(List.of()).isEmpty());
  }

  @Test
  void aMapIsCopiedWithItsNulls() {
    Map<String, String> map = new LinkedHashMap<>();
    map.put("day", null);
    map.put("kind", "x");
    var copy = Scala.<String, String>map(map);
    Map<String, String> before = new LinkedHashMap<>(map);
    map.clear();
    assertEquals(before, Scala.javaMap(copy));
  }
}
