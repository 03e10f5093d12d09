package io.sluice.demo.calls;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
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
  private static final double CALLS_OF_AN_AGENT = 45;
  private static final double CALLERS_PER_DAILY_CALL = 12;
  private static final double INCIDENT_SHARE = 0.04;
  private static final double OVERFLOW_SHARE = 0.08;
  private static final double CUT_OFF_SHARE = 0.012;
  private static final double GOLDEN_RATIO = 0.6180339887498949;
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

    private final double share;
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

  private enum Shift {
    EARLY("early", 0.52),
    LATE("late", 0.44),
    NIGHT("night", 0.04);

    private final String code;
    private final double share;

    Shift(String code, double share) {
      this.code = code;
      this.share = share;
    }

    private static Shift at(int hour) {
      if (hour < 6 || hour >= 22) {
        return NIGHT;
      }
      return hour < 14 ? EARLY : LATE;
    }
  }

  /**
   * One who answers.
   *
   * @param daysOff the first of two days off in a row
   * @param hours relative share of the team's calls
   * @param pace factor of the handle time
   * @param escalating factor of the escalations
   * @param skill added to the caller's sentiment
   */
  record Agent(
      String id,
      String team,
      Queue queue,
      Shift shift,
      DayOfWeek daysOff,
      double hours,
      double pace,
      double escalating,
      double skill) {
    private boolean worksOn(DayOfWeek weekday) {
      return weekday != daysOff && weekday != daysOff.plus(1);
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

  /** Agents on duty, drawn by their hours. */
  private record Roster(List<Agent> agents, double[] cumulated) {
    static Roster of(List<Agent> agents) {
      return new Roster(agents, cumulate(agents.stream().mapToDouble(Agent::hours).toArray()));
    }

    Agent draw(SplittableRandom random) {
      return agents.get(CallCentre.draw(cumulated, random));
    }
  }

  private final long seed;
  private final int callsPerDay;
  private final int callers;
  private final List<Agent> agents;

  CallCentre(long seed, int callsPerDay) {
    this.seed = seed;
    this.callsPerDay = callsPerDay;
    this.callers = (int) Math.min(90_000_000, Math.max(300, callsPerDay * CALLERS_PER_DAILY_CALL));
    this.agents = hire(seed, Math.max(12, (int) (callsPerDay * 1.6 / CALLS_OF_AN_AGENT)));
  }

  /** The generator of one purpose's random numbers on one day, independent of all others. */
  static SplittableRandom random(long seed, String purpose, long number) {
    return new SplittableRandom(mix(mix(seed ^ purpose.hashCode()) + number));
  }

  /**
   * The calls that start on {@code day}, numbered from {@code firstNumber} in the order they start.
   */
  List<Call> calls(LocalDate day, long firstNumber) {
    SplittableRandom random = random(seed, "day", day.toEpochDay());
    DayOfWeek weekday = day.getDayOfWeek();
    double volume = WEEK[weekday.ordinal()] * StrictMath.exp(0.06 * random.nextGaussian());
    int count = (int) Math.max(1, Math.round(callsPerDay * volume));
    long midnight = day.toEpochDay() * DAY_SECONDS;
    double[] curve = cumulate(CURVE);
    long[] starts = new long[count];
    for (int i = 0; i < count; i++) {
      starts[i] = midnight + draw(curve, random) * 3_600L + random.nextInt(3_600);
    }
    Arrays.sort(starts);
    double[][] mixes =
        IntStream.range(0, 24).mapToObj(hour -> demand(hour, weekday)).toArray(double[][]::new);
    double[] strain = strain(day, volume);
    Roster[][] rosters = rosters(weekday);
    List<Call> calls = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int hour = (int) ((starts[i] - midnight) / 3_600);
      Queue queue = Queue.values()[draw(mixes[hour], random)];
      Queue answering =
          random.nextDouble() < OVERFLOW_SHARE
              ? Queue.values()[random.nextInt(Queue.values().length)]
              : queue;
      Agent agent = rosters[answering.ordinal()][Shift.at(hour).ordinal()].draw(random);
      double load = strain[queue.ordinal()] * CURVE[hour] / CURVE_PEAK;
      calls.add(call(firstNumber + i, day, starts[i], queue, agent, load, random));
    }
    return calls;
  }

  private Call call(
      long number,
      LocalDate day,
      long start,
      Queue queue,
      Agent agent,
      double load,
      SplittableRandom random) {
    int caller = (int) (callers * StrictMath.pow(random.nextDouble(), 2.2));
    long words = random.nextLong();
    int wait = wait(queue, load, random);
    int patience = 4 + (int) (queue.patience * -StrictMath.log(1 - random.nextDouble()));
    if (wait > patience) {
      return new Call(
          number,
          day,
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
    double mood = queue.mood + 0.6 * agent.skill - 0.25 * StrictMath.log1p(wait / 20.0);
    double feeling = mood + 0.25 + random.nextGaussian();
    Sentiment sentiment =
        feeling < -0.55
            ? Sentiment.NEGATIVE
            : feeling < 0.55 ? Sentiment.NEUTRAL : Sentiment.POSITIVE;
    double escalation =
        queue.escalation
            * agent.escalating
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
    double length = queue.medianHandle * agent.pace * StrictMath.exp(0.55 * random.nextGaussian());
    length *= status == Status.ESCALATED ? 1.5 : status == Status.DROPPED ? random.nextDouble() : 1;
    int handle = (int) Math.min(LONGEST_CALL_SECONDS, Math.max(15, length));
    int hold =
        random.nextDouble() < queue.holds
            ? (int) Math.min(handle * 0.6, 45 * StrictMath.exp(0.9 * random.nextGaussian()))
            : 0;
    long answered = start + wait;
    return new Call(
        number,
        day,
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
    return cumulate(
        Arrays.stream(Queue.values()).mapToDouble(q -> q.weight(hour, weekday)).toArray());
  }

  /** How much longer each queue is than staffed for; an incident strains one for a day. */
  private double[] strain(LocalDate day, double volume) {
    SplittableRandom random = random(seed, "incident", day.toEpochDay());
    return Arrays.stream(Queue.values())
        .mapToDouble(q -> volume * (random.nextDouble() < INCIDENT_SHARE ? 2.2 : 1))
        .toArray();
  }

  /**
   * Those on duty by queue and shift; a team too small to fill a shift shares the work of its
   * others.
   */
  private Roster[][] rosters(DayOfWeek weekday) {
    Roster[][] rosters = new Roster[Queue.values().length][Shift.values().length];
    for (Queue queue : Queue.values()) {
      List<Agent> team = agents.stream().filter(a -> a.queue == queue).toList();
      List<Agent> present = team.stream().filter(a -> a.worksOn(weekday)).toList();
      for (Shift shift : Shift.values()) {
        List<Agent> onShift = present.stream().filter(a -> a.shift == shift).toList();
        rosters[queue.ordinal()][shift.ordinal()] =
            Roster.of(!onShift.isEmpty() ? onShift : !present.isEmpty() ? present : team);
      }
    }
    return rosters;
  }

  /**
   * Spreads agents over queues, shifts and days off evenly, as a planner would; the rest is chance.
   */
  private static List<Agent> hire(long seed, int count) {
    SplittableRandom random = random(seed, "agents", 0);
    double[] queues = cumulate(Arrays.stream(Queue.values()).mapToDouble(q -> q.share).toArray());
    double[] shifts = cumulate(Arrays.stream(Shift.values()).mapToDouble(s -> s.share).toArray());
    int[] hired = new int[Queue.values().length];
    List<Agent> agents = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      // The first four make sure that each queue has someone.
      int queue = i < hired.length ? i : draw(queues, i * GOLDEN_RATIO % 1);
      int inQueue = hired[queue]++;
      Queue of = Queue.values()[queue];
      Shift shift = Shift.values()[draw(shifts, inQueue * GOLDEN_RATIO % 1)];
      double skill = random.nextGaussian();
      agents.add(
          new Agent(
              String.format(Locale.ROOT, "AG-%05d", i + 1),
              of.code + "-" + shift.code,
              of,
              shift,
              DayOfWeek.of(1 + inQueue % 7),
              Math.min(2, StrictMath.exp(0.45 * random.nextGaussian())),
              StrictMath.exp(0.22 * random.nextGaussian() - 0.05 * skill),
              StrictMath.exp(0.45 * random.nextGaussian() - 0.25 * skill),
              skill));
    }
    return List.copyOf(agents);
  }

  private static double[] cumulate(double[] weights) {
    double[] cumulated = weights.clone();
    for (int i = 1; i < cumulated.length; i++) {
      cumulated[i] += cumulated[i - 1];
    }
    return cumulated;
  }

  private static int draw(double[] cumulated, SplittableRandom random) {
    return draw(cumulated, random.nextDouble());
  }

  /** The index whose share of the whole holds {@code fraction}, from 0 up to 1. */
  private static int draw(double[] cumulated, double fraction) {
    double at = fraction * cumulated[cumulated.length - 1];
    int found = Arrays.binarySearch(cumulated, at);
    return Math.min(cumulated.length - 1, found < 0 ? -found - 1 : found + 1);
  }

  /**
   * The finalizer of SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number
   * Generators, 2014).
   */
  private static long mix(long value) {
    long mixed = value + 0x9E3779B97F4A7C15L;
    mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return mixed ^ (mixed >>> 31);
  }
}
