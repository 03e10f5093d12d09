package io.sluice.demo.calls;

/**
 * The one thing wrong with a record: the reason it is quarantined for, and the share of the records
 * sent.
 */
enum CallDefect {
  NONE(1, ""),
  /** The line is cut, or lacks a colon: not JSON. */
  BROKEN_LINE(0.0008, "/record"),
  UNKNOWN_STATUS(0.0008, "status/enum"),
  ENDED_BEFORE_STARTED(0.0006, "/ended_after_started"),
  NO_AGENT(0.0010, "agent_id/required"),
  SATISFACTION_OUT_OF_RANGE(0.0006, "satisfaction/range"),
  HOLD_NOT_A_NUMBER(0.0006, "hold_seconds/type");

  final double share;
  final String reason;

  CallDefect(double share, String reason) {
    this.share = share;
    this.reason = reason;
  }
}
