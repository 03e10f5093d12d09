package io.sluice.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.run.StoppedException;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class FailuresTest {
  private final Failures failures = new Failures();

  private void collect(Exception failure) {
    failures.collect(
        () -> {
          throw failure;
        });
  }

  @Test
  void aCheckedFailureIsCollectedLikeAnyOther() {
    IOException checked = new IOException("the disk is full");
    collect(checked);
    IllegalStateException thrown = assertThrows(IllegalStateException.class, failures::throwIfAny);
    assertSame(checked, thrown.getCause());
    assertEquals("the disk is full", thrown.getMessage());
  }

  @Test
  void aCrashGoesBeforeAStopAndTheOthersAreSuppressed() {
    StoppedException stop = new StoppedException("models.a", List.of(), "");
    RuntimeException crash = new IllegalArgumentException("crash");
    IOException second = new IOException("second");
    collect(stop);
    collect(crash);
    collect(second);
    RuntimeException thrown = assertThrows(RuntimeException.class, failures::throwIfAny);
    assertSame(crash, thrown);
    assertEquals(List.of(second, stop), List.of(thrown.getSuppressed()));
  }

  @Test
  void aStopAloneStaysAStop() {
    collect(new StoppedException("models.a", List.of(), ""));
    assertThrows(StoppedException.class, failures::throwIfAny);
  }

  @Test
  void theSameFailureTwiceIsNoTrouble() {
    RuntimeException crash = new IllegalArgumentException("crash");
    collect(crash);
    collect(crash);
    assertSame(crash, assertThrows(RuntimeException.class, failures::throwIfAny));
  }

  @Test
  void nothingIsThrownIfNothingFailed() {
    failures.collect(() -> {});
    failures.throwIfAny();
  }

  @Test
  void anInterruptIsNotForgotten() {
    collect(new InterruptedException());
    assertTrue(Thread.interrupted());
  }
}
