package io.sluice.demo.calls;

import com.fasterxml.jackson.core.JsonGenerator;
import io.sluice.demo.calls.CallCentre.Call;
import io.sluice.demo.calls.CallCentre.Sentiment;
import io.sluice.demo.calls.PhraseBook.Phrase;
import io.sluice.demo.calls.PhraseBook.Slot;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Writes what was said in a call, from phrase grammars: the caller's object and the transcript's,
 * as JSON.
 *
 * <p>A transcript has 4 to 20 turns, as speech recognition gives them (lower case, fillers, words
 * not heard). A caller's sentiment shows in the mix of phrases only: every sentiment uses all banks
 * of phrases, and the banks share their words, since good words come negated, bad ones too, praise
 * comes as sarcasm, and a happy caller starts with a complaint. {@value #MISLEADING_SHARE} of the
 * callers talk like someone of another sentiment, so that no model can be right about all. Callers
 * say their names, numbers and addresses.
 *
 * <p>The same call gives the same bytes each time it is written.
 */
final class Conversation {
  static final int FEWEST_TURNS = 4;
  static final int MOST_TURNS = 20;
  private static final double MISLEADING_SHARE = 0.05;

  /** How often a caller of each sentiment speaks from the banks of each sentiment. */
  private static final double[][] MIXTURE = {
    {0.54, 0.34, 0.12},
    {0.13, 0.74, 0.13},
    {0.12, 0.34, 0.54}
  };

  private final long seed;

  Conversation(long seed) {
    this.seed = seed;
  }

  /** Writes the caller's object: id, name and phone, always the same for a number. */
  void writeCaller(int caller, JsonGenerator json) throws IOException {
    Person person = person(caller);
    json.writeStartObject();
    json.writeStringField("id", "CU-" + Chance.digits(caller, 8));
    json.writeStringField("name", person.name());
    json.writeStringField("phone", person.phone());
    json.writeEndObject();
  }

  /** Writes the transcript's object. */
  void writeTranscript(Call call, JsonGenerator json) throws IOException {
    SplittableRandom random = new SplittableRandom(call.words());
    Script script = new Script(call, person(call.caller()), random);
    int span = call.handleSeconds();
    int turns =
        Math.min(
            MOST_TURNS,
            FEWEST_TURNS + random.nextInt(3) + (int) (span / 75.0 * (0.5 + random.nextDouble())));
    json.writeStartObject();
    json.writeStringField("language", script.person.american() ? "en-US" : "en-GB");
    json.writeArrayFieldStart("turns");
    long step = span * 1_000L / turns;
    for (int turn = 0; turn < turns; turn++) {
      long offset = turn * step + (turn == 0 ? 0 : random.nextLong(step));
      json.writeStartObject();
      json.writeStringField("speaker", turn % 2 == 0 ? "agent" : "caller");
      json.writeNumberField("offset_ms", offset);
      json.writeStringField(
          "text",
          turn % 2 == 1
              ? script.callerSays(turn, turns)
              : script.say(turn == 0 ? PhraseBook.GREETINGS : PhraseBook.ANSWERS));
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  /** What stays the same through a call, and the words drawn for it. */
  private static final class Script {
    private final Call call;
    private final Person person;
    private final SplittableRandom random;
    private final double[] mixture;
    private final Sentiment manner;
    private final String agent;
    private final String product;
    private final long order;
    private final long cents;
    private final long card;

    Script(Call call, Person person, SplittableRandom random) {
      this.call = call;
      this.person = person;
      this.random = random;
      this.manner =
          random.nextDouble() < MISLEADING_SHARE
              ? Sentiment.values()[random.nextInt(Sentiment.values().length)]
              : call.sentiment();
      this.mixture = MIXTURE[manner.ordinal()];
      this.agent =
          Names.OF_AGENTS.get(Math.floorMod(call.agent().id().hashCode(), Names.OF_AGENTS.size()));
      this.product = pick(PhraseBook.PRODUCTS.get(call.queue()));
      this.order = 10_000_000 + random.nextInt(89_999_999);
      this.cents = (long) (3_000 * StrictMath.exp(random.nextGaussian()));
      this.card = random.nextInt(10_000);
    }

    String callerSays(int turn, int turns) {
      if (turn == 1) {
        String introduction = say(PhraseBook.INTRODUCTIONS);
        return introduction + ". " + say(PhraseBook.MATTERS.get(call.queue()));
      }
      if (turn >= turns - 2) {
        String saying = say(PhraseBook.SAYINGS.get(bank()));
        Sentiment farewell = random.nextInt(3) == 0 ? Sentiment.NEUTRAL : manner;
        return saying + ". " + say(PhraseBook.FAREWELLS.get(farewell));
      }
      // A caller who ends happy mostly begins with what is wrong.
      boolean complains =
          manner == Sentiment.POSITIVE && turn < turns / 3 && random.nextInt(3) == 0;
      String filler = say(PhraseBook.FILLERS);
      String saying = say(PhraseBook.SAYINGS.get(complains ? Sentiment.NEGATIVE : bank()));
      return filler + saying + say(PhraseBook.TAILS);
    }

    String say(List<Phrase> phrases) {
      Phrase phrase = phrases.get(random.nextInt(phrases.size()));
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < phrase.slots().size(); i++) {
        text.append(phrase.texts().get(i)).append(fill(phrase.slots().get(i)));
      }
      return text.append(phrase.texts().get(phrase.slots().size())).toString();
    }

    private Sentiment bank() {
      double at = random.nextDouble();
      return at < mixture[0]
          ? Sentiment.NEGATIVE
          : at < mixture[0] + mixture[1] ? Sentiment.NEUTRAL : Sentiment.POSITIVE;
    }

    private String fill(Slot slot) {
      return switch (slot) {
        case NAME -> person.name();
        case AGENT -> agent;
        case PHONE -> person.phone();
        case EMAIL -> "customer" + call.caller() + "@example.com";
        case CARD -> Chance.digits(card, 4);
        case ORDER -> Chance.digits(order, 8);
        case PRODUCT -> product;
        case AMOUNT -> cents / 100 + "." + Chance.digits(cents % 100, 2);
        case THING -> pick(PhraseBook.THINGS);
        case GOOD -> pick(PhraseBook.GOOD);
        case BAD -> pick(PhraseBook.BAD);
        case NOT -> pick(PhraseBook.NOT);
        case VERY -> pick(PhraseBook.VERY);
        case DAYS -> Integer.toString(2 + random.nextInt(20));
        case TIMES -> pick(PhraseBook.TIMES);
      };
    }

    private String pick(List<String> words) {
      return words.get(random.nextInt(words.size()));
    }
  }

  private record Person(String first, String last, String prefix, long subscriber) {
    boolean american() {
      return prefix.equals("+1");
    }

    String name() {
      return first + " " + last;
    }

    String phone() {
      return prefix + Chance.digits(subscriber, 10);
    }
  }

  private Person person(int caller) {
    SplittableRandom random = Chance.random(seed, "caller", caller);
    String first = Names.FIRST.get(random.nextInt(Names.FIRST.size()));
    String last = Names.LAST.get(random.nextInt(Names.LAST.size()));
    int country = random.nextInt(10);
    return country < 5
        ? new Person(first, last, "+1", 2_010_000_000L + random.nextLong(7_000_000_000L))
        : new Person(
            first,
            last,
            country < 9 ? "+44" : "+353",
            7_000_000_000L + random.nextLong(999_999_999L));
  }
}
