package io.sluice;

import io.sluice.lineage.Trace;
import io.sluice.model.Model;
import io.sluice.model.Registry;
import io.sluice.ops.Account;
import io.sluice.ops.Run;
import io.sluice.quality.Check;
import io.sluice.quality.Verdict;
import io.sluice.settings.Faults;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/**
 * Reads a model's versions and moves: makes a version that passed its gate the champion, or lets it
 * serve some of the entities (a canary), or gives back to the champion before; writes the move.
 *
 * <p>The champion that is replaced is scored beside the new one, so that it can be seen which was
 * better. Cost: two small tables read, one row written; no data is scored anew.
 */
final class Promote {
  private final Workplace place;
  private final Model model;
  private final Registry registry;

  Promote(Workplace place, Model model) {
    this.place = place;
    this.model = model;
    this.registry = new Registry(place.spark(), place.lake(), Clock.systemUTC());
  }

  /** Makes a version the champion; without a number, the newest. */
  Workplace.Published promote(Optional<Integer> number) {
    return place.run(
        "promote",
        model.name(),
        (run, trace) -> {
          Registry.State state = registry.state(model.name());
          Registry.Version version = passed(run, trace, number);
          if (state.champion().equals(Optional.of(version.version()))) {
            return Workplace.Published.NOTHING_NEW;
          }
          return move(
              run,
              state,
              Registry.Kind.PROMOTE,
              Optional.of(version.version()),
              state.champion(),
              0,
              "promoted");
        });
  }

  /** Lets a version serve some of a hundred buckets of entities beside the champion. */
  Workplace.Published canary(Optional<Integer> number, int percent) {
    return place.run(
        "promote",
        model.name(),
        (run, trace) -> {
          Registry.State state = registry.state(model.name());
          if (state.champion().isEmpty()) {
            throw fault("has no champion yet; promote a version without --canary first");
          }
          Registry.Version version = passed(run, trace, number);
          if (state.champion().equals(Optional.of(version.version()))) {
            throw fault("version " + version.version() + " is the champion already");
          }
          return move(
              run,
              state,
              Registry.Kind.CANARY,
              state.champion(),
              Optional.of(version.version()),
              percent,
              "serves " + percent + " of a hundred buckets");
        });
  }

  /** Gives back to the champion before; the one that goes is not scored any more. */
  Workplace.Published rollback(String reason) {
    return place.run(
        "rollback",
        model.name(),
        (run, trace) -> {
          Registry.State state = registry.state(model.name());
          if (state.canary().isPresent()) {
            return move(
                run, state, Registry.Kind.WITHDRAW, state.champion(), Optional.empty(), 0, reason);
          }
          if (state.predecessors().isEmpty()) {
            throw fault("has no earlier champion to roll back to");
          }
          return move(
              run,
              state,
              Registry.Kind.ROLLBACK,
              Optional.of(state.predecessors().get(0)),
              Optional.empty(),
              0,
              reason);
        });
  }

  private Workplace.Published move(
      Run run,
      Registry.State from,
      Registry.Kind kind,
      Optional<Integer> champion,
      Optional<Integer> rival,
      int percent,
      String reason) {
    registry.move(run, model.name(), from, kind, champion, rival, percent, reason);
    return new Workplace.Published(Account.EMPTY, registry.movesTable().version());
  }

  /** The version asked for, unless the gate keeps it back: that stops the run. */
  private Registry.Version passed(Run run, Trace trace, Optional<Integer> number) {
    List<Registry.Version> versions = registry.versions(model.name());
    if (versions.isEmpty()) {
      throw fault("has no version yet; train it first");
    }
    int wanted = number.orElse(versions.size());
    if (wanted < 1 || wanted > versions.size()) {
      throw fault("has versions 1 to " + versions.size() + ", not " + wanted);
    }
    Registry.Version version = versions.get(wanted - 1);
    place.judge(
        run,
        trace,
        "models." + model.name(),
        List.of(
            new Verdict(
                "gate",
                Check.Severity.ERROR,
                "version " + wanted + " is better than what it would replace",
                version.passed() ? Verdict.Outcome.PASSED : Verdict.Outcome.FAILED,
                version.merit(),
                version.passed() ? "" : String.join("; ", version.reasons()))),
        "The champion goes on serving; version " + wanted + " stays its challenger.");
    return version;
  }

  private RuntimeException fault(String why) {
    Faults faults = new Faults();
    faults.add("model " + model.name(), why);
    return faults.exception();
  }
}
