package io.sluice.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class UpkeepTest {
  @Test
  void batchesGetTimeBetweenTwoTasksAndNoneIsLostWhenItEnds() throws Exception {
    List<Integer> done = new CopyOnWriteArrayList<>();
    CountDownLatch first = new CountDownLatch(1);
    Upkeep upkeep = new Upkeep();
    upkeep.later(
        () -> {
          pause(3000);
          done.add(1);
          first.countDown();
        });
    upkeep.later(
        () -> {
          throw new IllegalStateException("the store is away");
        });
    upkeep.later(() -> done.add(3));
    assertTrue(first.await(30, TimeUnit.SECONDS));
    pause(1000);
    // It rests four times as long as the first task took.
    assertEquals(List.of(1), done);

    long began = System.nanoTime();
    upkeep.close();
    assertEquals(List.of(1, 3), done);
    assertTrue(Duration.ofNanos(System.nanoTime() - began).toSeconds() < 10);
  }

  @Test
  void reportsComeAgainAfterOneThatFails() throws Exception {
    CountDownLatch three = new CountDownLatch(3);
    try (Upkeep upkeep = new Upkeep()) {
      upkeep.each(
          Duration.ofMillis(5),
          () -> {
            three.countDown();
            throw new IllegalStateException("the store is away");
          });
      assertTrue(three.await(30, TimeUnit.SECONDS));
    }
  }

  private static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
