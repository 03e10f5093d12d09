package io.sluice.demo.cloudcosts;

import java.time.LocalDate;
import java.util.Locale;

/**
 * One charge in one version, as a provider knows it before it writes it in the shape of its own
 * export.
 *
 * <p>A cost is quantity (in 1/10,000 of a unit) times rate (in 1/1,000,000 of the currency), so
 * every cost is exact in {@value #COST_DECIMALS} decimals and FOCUS's "unit price times quantity is
 * the cost" holds to the last digit.
 *
 * @param hour 0 to 23, or {@link #WHOLE_DAY}
 * @param team the tag as it stands on the line; null when the line carries none
 * @param exportedAt when the provider made this version, UTC, ISO-8601
 */
record CostLine(
    Fleet.Resource resource,
    Charge charge,
    Day day,
    int hour,
    long quantity,
    long listRate,
    long contractedRate,
    long effectiveRate,
    long billedRate,
    String team,
    String exportedAt) {

  static final int WHOLE_DAY = -1;
  static final int QUANTITY_DECIMALS = 4;
  static final int RATE_DECIMALS = 6;
  static final int COST_DECIMALS = QUANTITY_DECIMALS + RATE_DECIMALS;

  /** What is charged for. */
  enum Charge {
    USAGE,
    /**
     * Usage under a commitment: nothing is billed, the commitment's amortised price is effective.
     */
    COVERED,
    /** The day's share of a commitment's price: billed, never effective. */
    COMMITMENT,
    /** AWS's counter-entry of covered usage; it costs nothing in FOCUS. */
    NEGATION,
    /** A commitment nobody used: effective, never billed. */
    UNUSED_COMMITMENT,
    /** A capacity reservation nobody used: billed as if it ran. */
    UNUSED_CAPACITY,
    TAX,
    CREDIT,
    REFUND
  }

  /** A rule that a defective record breaks, and how often one is broken. */
  enum Defect {
    /** The record is cut off: 0.15% of all lines. */
    MALFORMED("/record", 0.0015),
    /** The cost reads N/A: 0.1% of the FOCUS file's lines. */
    COST_NOT_A_NUMBER("BilledCost/type", 0.001),
    /** No account is named: 0.1% of AWS's lines. */
    NO_ACCOUNT("BillingAccountId/required", 0.001),
    /** The billing period does not begin: 0.1% of AWS's, Azure's and the FOCUS file's lines. */
    NO_BILLING_PERIOD("BillingPeriodStart/required", 0.001),
    /** No currency is named: 0.1% of Azure's and Google Cloud's lines. */
    NO_CURRENCY("BillingCurrency/required", 0.001),
    /** A kind of charge that FOCUS does not know: 0.1% of all lines. */
    UNKNOWN_CATEGORY("ChargeCategory/enum", 0.001),
    /**
     * The charge period ends an hour before it starts: 0.1% of AWS's, Google Cloud's and the FOCUS
     * file's lines.
     */
    END_BEFORE_START("/charge_period_in_order", 0.001);

    final String reason;
    final double share;

    Defect(String reason, double share) {
      this.reason = reason;
      this.share = share;
    }
  }

  /** A calendar day and the texts that exports need of it, made once a day and not once a line. */
  static final class Day {
    final LocalDate date;
    final int index;
    final String iso;
    final String nextIso;
    final String american;
    final String monthStart;
    final String nextMonthStart;
    final String monthStartAmerican;
    final String monthEndAmerican;
    final String month;

    /** The provider's assembly in the night after the day. */
    final String assembledAt;

    /**
     * @param index 0 on the generator's first day
     */
    Day(LocalDate date, int index) {
      this.date = date;
      this.index = index;
      this.iso = date.toString();
      this.nextIso = date.plusDays(1).toString();
      this.american = american(date);
      LocalDate first = date.withDayOfMonth(1);
      this.monthStart = first.toString();
      this.nextMonthStart = first.plusMonths(1).toString();
      this.monthStartAmerican = american(first);
      this.monthEndAmerican = american(first.plusMonths(1).minusDays(1));
      this.month = iso.substring(0, 4) + iso.substring(5, 7);
      this.assembledAt = nextIso + "T03:14:15Z";
    }

    private static String american(LocalDate date) {
      return String.format(
          Locale.ROOT,
          "%02d/%02d/%04d",
          date.getMonthValue(),
          date.getDayOfMonth(),
          date.getYear());
    }
  }

  long listCost() {
    return quantity * listRate;
  }

  long contractedCost() {
    return quantity * contractedRate;
  }

  long effectiveCost() {
    return quantity * effectiveRate;
  }

  long billedCost() {
    return quantity * billedRate;
  }

  /** The group of {@code cost_daily} the line belongs to, without its day. */
  String group() {
    return team == null ? resource.unallocatedGroup() : resource.group();
  }

  CostLine exportedAt(String time) {
    return new CostLine(
        resource,
        charge,
        day,
        hour,
        quantity,
        listRate,
        contractedRate,
        effectiveRate,
        billedRate,
        team,
        time);
  }

  /**
   * The line restated with another quantity, in 1/1,000 of the one before, and the tag its resource
   * has by now.
   */
  CostLine metered(long permille, String time) {
    long corrected = Math.max(1, quantity * permille / 1000);
    return new CostLine(
        resource,
        charge,
        day,
        hour,
        corrected,
        listRate,
        contractedRate,
        effectiveRate,
        billedRate,
        resource.team(),
        time);
  }

  /**
   * The line restated at other prices, in 1/1,000 of the ones before, and the tag its resource has
   * by now.
   */
  CostLine priced(long permille, String time) {
    return new CostLine(
        resource,
        charge,
        day,
        hour,
        quantity,
        listRate,
        contractedRate * permille / 1000,
        effectiveRate * permille / 1000,
        billedRate * permille / 1000,
        resource.team(),
        time);
  }

  /** A number that stays the same through all versions of a line and differs between lines. */
  long identity() {
    return Fleet.mix(
        Fleet.mix(((long) resource.ordinal() << 32) ^ day.date.toEpochDay())
            + charge.ordinal() * 64L
            + hour
            + 1);
  }
}
