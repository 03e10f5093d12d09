package io.sluice.stream;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.sluice.run.RunResult;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What ends a query of a stream is told by whoever waits for it. */
class SupervisedQueryTest {
  private final CountDownLatch stopping = new CountDownLatch(1);

  private SupervisedQuery run(int tries, Supplier<RunResult> attempt) {
    SupervisedQuery query =
        new SupervisedQuery(
            "clicks",
            tries,
            stopping,
            new StreamMetrics(1000, Clock.systemUTC()).of("clicks", "clicks", "source"),
            attempt);
    query.start();
    query.join();
    return query;
  }

  @Test
  void anErrorIsNotTakenForAnEnd() {
    OutOfMemoryError full = new OutOfMemoryError("no room");
    SupervisedQuery query =
        run(
            10,
            () -> {
              throw full;
            });
    RuntimeException told =
        assertThrows(IllegalStateException.class, () -> SupervisedQuery.throwFirst(List.of(query)));
    assertSame(full, told.getCause());
  }

  @Test
  void whatFailsIsTriedAgainSoOften() {
    AtomicInteger attempts = new AtomicInteger();
    IllegalStateException last = new IllegalStateException("the store is away");
    SupervisedQuery query =
        run(
            2,
            () -> {
              attempts.incrementAndGet();
              throw last;
            });
    assertEquals(2, attempts.get());
    assertSame(
        last,
        assertThrows(
            IllegalStateException.class, () -> SupervisedQuery.throwFirst(List.of(query))));
  }

  @Test
  void whatWorksAtTheSecondTryIsDone() {
    AtomicInteger attempts = new AtomicInteger();
    SupervisedQuery query =
        run(
            3,
            () -> {
              if (attempts.incrementAndGet() == 1) {
                throw new IllegalStateException("once");
              }
              return RunResult.NOTHING_NEW;
            });
    assertEquals(2, attempts.get());
    assertDoesNotThrow(() -> SupervisedQuery.throwFirst(List.of(query)));
  }
}
