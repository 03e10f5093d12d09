package io.sluice.demo.calls;

import io.sluice.demo.calls.Staff.Agent;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Simulates a contact centre: writes nothing, gives the calls that start on a day, in the order
 * they start.
 *
 * <p>Arrivals follow a curve over the day with peaks at 10 and 15 h UTC, and the week (Mondays are
 * busiest, Sundays quiet). Each of four queues has its own mix over the day, patience, handle time
 * and mood; some days one of them has an incident, and waits grow. Handle, hold and wait times are
 * log-normal. An agent has a pace, an inclination to escalate and a skill that shows in the
 * caller's sentiment; part-timers take few calls, a few agents take many. Callers come back with a
 * power law.
 *
 * <p>A day depends on the seed and the day alone, so that any day can be made without the ones
 * before it.
 */
final class CallCentre {
  private static final long DAY_SECONDS = 86_400;
  private static final double CALLERS_PER_DAILY_CALL = 12;
  private static final double INCIDENT_SHARE = 0.04;
  private static final double OVERFLOW_SHARE = 0.08;
  private static final double CUT_OFF_SHARE = 0.012;
  private static final int LONGEST_CALL_SECONDS = 10_800;
  private static final int LONGEST_WAIT_SECONDS = 5_400;

  /** Relative calls by hour, UTC. */
  private static final double[] CURVE = {
    0.30, 0.22, 0.16, 0.15, 0.20, 0.45, 1.2, 3.0, 6.0, 8.4, 9.8, 8.3,
    6.8, 6.9, 8.5, 9.6, 8.2, 6.6, 4.6, 3.2, 2.2, 1.4, 0.8, 0.45
  };

  private static final double CURVE_PEAK = Arrays.stream(CURVE).max().orElseThrow();

  /** Relative calls by day of the week from Monday; the mean is 1. */
  private static final double[] WEEK = {1.34, 1.20, 1.14, 1.11, 1.08, 0.68, 0.45};

  enum Status {
    COMPLETED("completed"),
    ESCALATED("escalated"),
    DROPPED("dropped");

    /** As records and labels name it. */
    final String code;

    Status(String code) {
      this.code = code;
    }
  }

  enum Sentiment {
    NEGATIVE("negative"),
    NEUTRAL("neutral"),
    POSITIVE("positive");

    /** As records and labels name it. */
    final String code;

    Sentiment(String code) {
      this.code = code;
    }
  }

  enum Queue {
    BILLING("billing", 0.38, 9, 260, 270, 0.05, 0.30, -0.15),
    TECHNICAL("technical", 0.34, 16, 320, 510, 0.13, 0.45, -0.30),
    SALES("sales", 0.18, 6, 140, 350, 0.02, 0.20, 0.40),
    RETENTION("retention", 0.10, 12, 220, 430, 0.09, 0.35, -0.40);

    /** As records name it. */
    final String code;

    final double share;
    private final double medianWait;
    private final double patience;
    private final double medianHandle;
    private final double escalation;
    private final double holds;
    private final double mood;

    Queue(
        String code,
        double share,
        double medianWait,
        double patience,
        double medianHandle,
        double escalation,
        double holds,
        double mood) {
      this.code = code;
      this.share = share;
      this.medianWait = medianWait;
      this.patience = patience;
      this.medianHandle = medianHandle;
      this.escalation = escalation;
      this.holds = holds;
      this.mood = mood;
    }

    /**
     * Technical trouble shows in the evening, sales at lunch and on Saturdays; billing keeps office
     * hours.
     */
    private double weight(int hour, DayOfWeek weekday) {
      return share
          * switch (this) {
            case BILLING -> hour >= 8 && hour < 17 ? 1.15 : 0.7;
            case TECHNICAL -> hour >= 17 && hour < 23 ? 1.7 : 0.95;
            case SALES ->
                (hour >= 11 && hour < 14 ? 1.4 : 0.9) * (weekday == DayOfWeek.SATURDAY ? 1.6 : 1);
            case RETENTION -> weekday == DayOfWeek.MONDAY ? 1.3 : 0.95;
          };
    }
  }

  /**
   * A call as it happened; times are seconds since 1970.
   *
   * @param answeredAt {@link #NEVER} when the caller hung up in the queue
   * @param caller number of the customer
   * @param words seed of what was said
   */
  record Call(
      long number,
      LocalDate day,
      long startedAt,
      long answeredAt,
      long endedAt,
      Agent agent,
      int caller,
      Queue queue,
      Status status,
      int holdSeconds,
      Sentiment sentiment,
      long words) {
    static final long NEVER = -1;

    boolean answered() {
      return answeredAt != NEVER;
    }

    int handleSeconds() {
      return answered() ? (int) (endedAt - answeredAt) : 0;
    }
  }

  private final long seed;
  private final int callsPerDay;
  private final int callers;
  private final Staff staff;

  CallCentre(long seed, int callsPerDay) {
    this.seed = seed;
    this.callsPerDay = callsPerDay;
    this.callers = (int) Math.min(90_000_000, Math.max(300, callsPerDay * CALLERS_PER_DAILY_CALL));
    this.staff = Staff.hire(seed, callsPerDay);
  }

  /**
   * The calls that start on {@code day}, numbered from {@code firstNumber} in the order they start.
   */
  List<Call> calls(LocalDate day, long firstNumber) {
    SplittableRandom random = Chance.random(seed, "day", day.toEpochDay());
    DayOfWeek weekday = day.getDayOfWeek();
    double volume = WEEK[weekday.ordinal()] * StrictMath.exp(0.06 * random.nextGaussian());
    int count = (int) Math.max(1, Math.round(callsPerDay * volume));
    long midnight = day.toEpochDay() * DAY_SECONDS;
    double[] curve = Chance.cumulate(CURVE);
    long[] starts = new long[count];
    for (int i = 0; i < count; i++) {
      starts[i] = midnight + Chance.draw(curve, random) * 3_600L + random.nextInt(3_600);
    }
    Arrays.sort(starts);
    double[][] mixes =
        IntStream.range(0, 24).mapToObj(hour -> demand(hour, weekday)).toArray(double[][]::new);
    double[] strain = strain(day, volume);
    Staff.Roster[][] rosters = staff.rosters(weekday);
    List<Call> calls = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int hour = (int) ((starts[i] - midnight) / 3_600);
      Queue queue = Queue.values()[Chance.draw(mixes[hour], random)];
      Queue answering =
          random.nextDouble() < OVERFLOW_SHARE
              ? Queue.values()[random.nextInt(Queue.values().length)]
              : queue;
      Agent agent = rosters[answering.ordinal()][Staff.Shift.at(hour).ordinal()].draw(random);
      double load = strain[queue.ordinal()] * CURVE[hour] / CURVE_PEAK;
      Arrival arrival = new Arrival(firstNumber + i, day, starts[i], queue, agent);
      calls.add(call(arrival, load, random));
    }
    return calls;
  }

  /** A call that begins; its start is in seconds since 1970. */
  private record Arrival(long number, LocalDate day, long start, Queue queue, Agent agent) {}

  /** What becomes of a call under a load, where 1 is what the centre is staffed for. */
  private Call call(Arrival arrival, double load, SplittableRandom random) {
    Queue queue = arrival.queue;
    Agent agent = arrival.agent;
    long start = arrival.start;
    int caller = (int) (callers * StrictMath.pow(random.nextDouble(), 2.2));
    long words = random.nextLong();
    int wait = wait(queue, load, random);
    int patience = 4 + (int) (queue.patience * -StrictMath.log(1 - random.nextDouble()));
    if (wait > patience) {
      return new Call(
          arrival.number,
          arrival.day,
          start,
          Call.NEVER,
          start + patience,
          agent,
          caller,
          queue,
          Status.DROPPED,
          0,
          Sentiment.NEGATIVE,
          words);
    }
    double mood = queue.mood + 0.6 * agent.skill() - 0.25 * StrictMath.log1p(wait / 20.0);
    double feeling = mood + 0.25 + random.nextGaussian();
    Sentiment sentiment =
        feeling < -0.55
            ? Sentiment.NEGATIVE
            : feeling < 0.55 ? Sentiment.NEUTRAL : Sentiment.POSITIVE;
    double escalation =
        queue.escalation
            * agent.escalating()
            * switch (sentiment) {
              case NEGATIVE -> 1.9;
              case NEUTRAL -> 0.8;
              case POSITIVE -> 0.3;
            };
    double fate = random.nextDouble();
    Status status =
        fate < CUT_OFF_SHARE
            ? Status.DROPPED
            : fate < CUT_OFF_SHARE + escalation ? Status.ESCALATED : Status.COMPLETED;
    double length =
        queue.medianHandle * agent.pace() * StrictMath.exp(0.55 * random.nextGaussian());
    length *= status == Status.ESCALATED ? 1.5 : status == Status.DROPPED ? random.nextDouble() : 1;
    int handle = (int) Math.min(LONGEST_CALL_SECONDS, Math.max(15, length));
    int hold =
        random.nextDouble() < queue.holds
            ? (int) Math.min(handle * 0.6, 45 * StrictMath.exp(0.9 * random.nextGaussian()))
            : 0;
    long answered = start + wait;
    return new Call(
        arrival.number,
        arrival.day,
        start,
        answered,
        answered + handle,
        agent,
        caller,
        queue,
        status,
        hold,
        sentiment,
        words);
  }

  private static int wait(Queue queue, double load, SplittableRandom random) {
    if (random.nextDouble() > 0.1 + 0.5 * load) {
      return 1 + random.nextInt(8); // An agent is free: the phone just rings.
    }
    double median = queue.medianWait * (0.6 + 2 * load * load);
    return (int)
        Math.min(LONGEST_WAIT_SECONDS, 3 + median * StrictMath.exp(0.95 * random.nextGaussian()));
  }

  private static double[] demand(int hour, DayOfWeek weekday) {
    return Chance.cumulate(
        Arrays.stream(Queue.values()).mapToDouble(q -> q.weight(hour, weekday)).toArray());
  }

  /** How much longer each queue is than staffed for; an incident strains one for a day. */
  private double[] strain(LocalDate day, double volume) {
    SplittableRandom random = Chance.random(seed, "incident", day.toEpochDay());
    return Arrays.stream(Queue.values())
        .mapToDouble(q -> volume * (random.nextDouble() < INCIDENT_SHARE ? 2.2 : 1))
        .toArray();
  }
}
