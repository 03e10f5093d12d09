package io.sluice.demo.calls;

import io.sluice.demo.calls.CallCentre.Queue;
import java.time.DayOfWeek;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/** Who answers in a contact centre, and who of them is on duty. */
record Staff(List<Agent> agents) {
  private static final double CALLS_OF_AN_AGENT = 45;
  private static final double GOLDEN_RATIO = 0.6180339887498949;

  enum Shift {
    EARLY("early", 0.52),
    LATE("late", 0.44),
    NIGHT("night", 0.04);

    private final String code;
    private final double share;

    Shift(String code, double share) {
      this.code = code;
      this.share = share;
    }

    static Shift at(int hour) {
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
    boolean worksOn(DayOfWeek weekday) {
      return weekday != daysOff && weekday != daysOff.plus(1);
    }
  }

  /** Agents on duty, drawn by their hours. */
  record Roster(List<Agent> agents, double[] cumulated) {
    static Roster of(List<Agent> agents) {
      return new Roster(
          agents, Chance.cumulate(agents.stream().mapToDouble(Agent::hours).toArray()));
    }

    Agent draw(SplittableRandom random) {
      return agents.get(Chance.draw(cumulated, random));
    }
  }

  /**
   * Hires as many as the calls of an average day need. Spreads agents over queues, shifts and days
   * off evenly, as a planner would; the rest is chance.
   */
  static Staff hire(long seed, int callsPerDay) {
    int count = Math.max(12, (int) (callsPerDay * 1.6 / CALLS_OF_AN_AGENT));
    SplittableRandom random = Chance.random(seed, "agents", 0);
    double[] queues =
        Chance.cumulate(Arrays.stream(Queue.values()).mapToDouble(q -> q.share).toArray());
    double[] shifts =
        Chance.cumulate(Arrays.stream(Shift.values()).mapToDouble(s -> s.share).toArray());
    int[] hired = new int[Queue.values().length];
    List<Agent> agents = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      // The first four make sure that each queue has someone.
      int queue = i < hired.length ? i : Chance.draw(queues, i * GOLDEN_RATIO % 1);
      int inQueue = hired[queue]++;
      Queue of = Queue.values()[queue];
      Shift shift = Shift.values()[Chance.draw(shifts, inQueue * GOLDEN_RATIO % 1)];
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
    return new Staff(List.copyOf(agents));
  }

  /**
   * Those on duty by queue and shift; a team too small to fill a shift shares the work of its
   * others.
   */
  Roster[][] rosters(DayOfWeek weekday) {
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
}
