package io.sluice.demo.calls;

import java.time.LocalDate;

/**
 * A record sent.
 *
 * @param at when it arrives, in seconds since 1970
 * @param lastDay the day of the call's last record, after which its state need not be kept
 */
record CallDelivery(CallVersion version, long at, CallDefect defect, LocalDate lastDay) {}
