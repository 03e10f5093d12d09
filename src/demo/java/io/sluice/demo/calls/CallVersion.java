package io.sluice.demo.calls;

import io.sluice.demo.calls.CallCentre.Call;
import io.sluice.demo.calls.CallCentre.Status;

/** A state of a call's record; all versions of a call differ in {@code updatedAt}. */
record CallVersion(Call call, long updatedAt, Status status, int holdSeconds, int satisfaction) {
  /** The survey was not answered, or not yet. */
  static final int NO_ANSWER = 0;
}
