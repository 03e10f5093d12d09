package io.sluice.demo.calls;

import io.sluice.demo.calls.CallCentre.Call;
import io.sluice.demo.calls.CallCentre.Queue;
import io.sluice.demo.calls.CallCentre.Sentiment;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Writes what was said in a call, from phrase grammars: the caller's JSON and the transcript's
 * JSON, as bytes.
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

  /** A gap in a phrase. The first group is resolved once for a call, the others each time. */
  private enum Slot {
    NAME,
    AGENT,
    PHONE,
    EMAIL,
    CARD,
    ORDER,
    PRODUCT,
    AMOUNT,
    THING,
    GOOD,
    BAD,
    NOT,
    VERY,
    DAYS,
    TIMES
  }

  /** Text with gaps: {@code texts[0] slots[0] texts[1] … texts[n]}. */
  private record Phrase(byte[][] texts, Slot[] slots) {
    static Phrase parse(String text) {
      List<byte[]> texts = new ArrayList<>();
      List<Slot> slots = new ArrayList<>();
      int from = 0;
      for (int open = text.indexOf('{'); open >= 0; open = text.indexOf('{', from)) {
        int close = text.indexOf('}', open);
        texts.add(JsonLine.escaped(text.substring(from, open)));
        slots.add(Slot.valueOf(text.substring(open + 1, close)));
        from = close + 1;
      }
      texts.add(JsonLine.escaped(text.substring(from)));
      return new Phrase(texts.toArray(byte[][]::new), slots.toArray(Slot[]::new));
    }
  }

  private static final byte[][] FIRST_NAMES =
      words(
          "Anna",
          "James",
          "Maria",
          "Mohammed",
          "Olivia",
          "Liam",
          "Sofía",
          "Noah",
          "Zoë",
          "Lukas",
          "Priya",
          "Chen",
          "Fatima",
          "David",
          "Emily",
          "Jürgen",
          "Aisha",
          "Robert",
          "Grace",
          "Łukasz",
          "Ingrid",
          "Kofi",
          "Hannah",
          "Tomás",
          "Yuki",
          "Daniel",
          "Chloe",
          "Ahmed",
          "Laura",
          "Peter",
          "Robert \"Bob\"",
          "Nadia",
          "Oscar",
          "Beatrice",
          "Ivan",
          "Mei",
          "Samuel",
          "Ruth",
          "Björn",
          "Leila",
          "Patrick",
          "Simone",
          "Victor",
          "Amara",
          "George",
          "Elena",
          "Hugo",
          "Martha",
          "李",
          "Joy",
          "Grant",
          "Faith");

  private static final byte[][] LAST_NAMES =
      words(
          "Smith",
          "O'Brien",
          "García",
          "Müller",
          "Nguyen",
          "Patel",
          "Kowalski",
          "Johnson",
          "Okafor",
          "Andersson",
          "Rossi",
          "Dubois",
          "Kim",
          "Hernández",
          "Brown",
          "Taylor",
          "Wilson",
          "Ivanova",
          "Schneider",
          "Tanaka",
          "Ali",
          "Cohen",
          "Murphy",
          "Walker",
          "Lindqvist",
          "Moreau",
          "Becker",
          "Singh",
          "Clarke",
          "Silva",
          "van der Berg",
          "MacDonald",
          "Popescu",
          "Novák",
          "Haddad",
          "Jensen",
          "Fischer",
          "Osei",
          "Young",
          "Wright",
          "Costa",
          "Weber",
          "Bailey",
          "Good",
          "Bright",
          "Sharma",
          "Lopez",
          "Petrov",
          "Nowak",
          "Thompson-Reyes");

  private static final byte[][] AGENT_NAMES =
      words(
          "sam", "nina", "alex", "ravi", "julia", "mark", "tessa", "omar", "kate", "luis", "wendy",
          "paul", "dina", "greg", "mila");

  private static final Map<Queue, byte[][]> PRODUCTS =
      new EnumMap<>(
          Map.of(
              Queue.BILLING,
                  words(
                      "invoice",
                      "direct debit",
                      "family plan",
                      "annual plan",
                      "late fee",
                      "refund"),
              Queue.TECHNICAL,
                  words(
                      "router",
                      "tv box",
                      "modem",
                      "mobile app",
                      "voicemail",
                      "sim card",
                      "booster"),
              Queue.SALES,
                  words("fibre package", "phone bundle", "tablet", "starter plan", "business line"),
              Queue.RETENTION,
                  words("contract", "mobile plan", "tv package", "broadband line", "old tariff")));

  private static final byte[][] THINGS =
      words(
          "the service",
          "the app",
          "your website",
          "this call",
          "the bill",
          "the installation",
          "the connection",
          "the delivery",
          "the last agent",
          "the whole process",
          "the offer",
          "your support",
          "the setup",
          "the new price",
          "the engineer",
          "the waiting time");

  private static final byte[][] GOOD =
      words(
          "helpful",
          "clear",
          "quick",
          "easy",
          "reliable",
          "fair",
          "great",
          "friendly",
          "smooth",
          "reasonable",
          "good",
          "professional");

  private static final byte[][] BAD =
      words(
          "confusing",
          "slow",
          "unfair",
          "unreliable",
          "rude",
          "frustrating",
          "disappointing",
          "complicated",
          "broken",
          "expensive",
          "bad",
          "annoying");

  private static final byte[][] NOT =
      words("not", "not really", "hardly", "never", "far from", "not exactly", "anything but");

  private static final byte[][] VERY =
      words("really", "very", "so", "pretty", "quite", "a bit", "rather");

  private static final byte[][] TIMES = words("second", "third", "fourth", "first", "fifth");

  private static final Phrase[] FILLERS =
      phrases(
          "um, ",
          "uh, ",
          "well, ",
          "okay, ",
          "look, ",
          "right, ",
          "so, ",
          "yeah, ",
          "i mean, ",
          "to be honest, ",
          "honestly, ",
          "actually, ",
          "sorry, ",
          "",
          "",
          "",
          "",
          "",
          "",
          "",
          "");

  private static final Phrase[] TAILS =
      phrases(
          ", you know",
          ", thanks",
          ", please",
          ", if that's okay",
          ", i guess",
          ", to be fair",
          ", really",
          ", [inaudible]",
          ", like i said",
          "",
          "",
          "",
          "",
          "",
          "",
          "",
          "",
          "",
          "");

  private static final Phrase[] GREETINGS =
      phrases(
          "thank you for calling, this is {AGENT}, how can i help you today",
          "good day, you're speaking with {AGENT}, who am i talking to",
          "hi, this is {AGENT}, sorry for the wait, what can i do for you",
          "hello, {AGENT} speaking, can i have your order number please");

  private static final Phrase[] INTRODUCTIONS =
      phrases(
          "hi {AGENT}, my name is {NAME}, it's about my {PRODUCT}",
          "hello, this is {NAME}, i'm calling about order {ORDER}",
          "hi, {NAME} here, my number is {PHONE}, i have a question about the {PRODUCT}",
          "yes hello, it's about the {PRODUCT}, order {ORDER}",
          "good morning, i got a letter about my {PRODUCT} and {AMOUNT}",
          "hi, i'm calling again about the {PRODUCT}, this is the {TIMES} time");

  private static final Map<Queue, Phrase[]> MATTERS =
      new EnumMap<>(
          Map.of(
              Queue.BILLING,
                  phrases(
                      "there's a charge of {AMOUNT} i don't recognize",
                      "the {PRODUCT} shows {AMOUNT} and i paid it {DAYS} days ago",
                      "can you explain the {AMOUNT} on my last statement",
                      "i want to change the card, the new one ends in {CARD}",
                      "i was told the {PRODUCT} would be {AMOUNT} cheaper"),
              Queue.TECHNICAL,
                  phrases(
                      "the {PRODUCT} has been dropping out for {DAYS} days",
                      "the {PRODUCT} says \"error {CARD}\" when i restart it",
                      "i can't log in since the update, it's the {PRODUCT}",
                      "the light on the {PRODUCT} is red, is that normal",
                      "i need help to set up the {PRODUCT}"),
              Queue.SALES,
                  phrases(
                      "i saw the {PRODUCT} for {AMOUNT}, is that still on",
                      "i'd like to order a {PRODUCT} for my mother",
                      "how long is the {PRODUCT} bound for",
                      "what's the difference between the {PRODUCT} and the other one",
                      "could you send the offer to {EMAIL}"),
              Queue.RETENTION,
                  phrases(
                      "i want to end the {PRODUCT}",
                      "another provider offers the same for {AMOUNT}",
                      "when does the {PRODUCT} run out",
                      "i'm moving in {DAYS} days and i may not need the {PRODUCT}",
                      "what can you offer if i stay with the {PRODUCT}")));

  private static final Map<Sentiment, Phrase[]> SAYINGS =
      new EnumMap<>(
          Map.of(
              Sentiment.NEGATIVE,
                  phrases(
                      "{THING} has been {VERY} {BAD}",
                      "{THING} was {NOT} {GOOD}",
                      "{THING} is {NOT} {GOOD} and {VERY} {BAD}",
                      "i'm {NOT} happy with how this was handled",
                      "this is the {TIMES} time i explain this and nothing has changed",
                      "i still don't have my {PRODUCT}",
                      "nobody called me back, thanks for nothing",
                      "oh great, another {DAYS} days of waiting, wonderful",
                      "i want to speak to a manager",
                      "that's not what i was promised",
                      "i was supposed to get {AMOUNT} back {DAYS} days ago",
                      "it worked fine before you people touched it",
                      "so that was your quick and easy solution, was it",
                      "how is that fair",
                      "i thought {THING} would be {GOOD}, but it's {VERY} {BAD}",
                      "if that's the best you can do i'll go elsewhere"),
              Sentiment.NEUTRAL,
                  phrases(
                      "okay, and what happens next",
                      "can you change the address on order {ORDER}",
                      "is {THING} usually {GOOD} or {BAD}",
                      "{THING} is neither {GOOD} nor {BAD}",
                      "i don't mind either way",
                      "it should arrive in {DAYS} days, is that right",
                      "my number is {PHONE}",
                      "the email is {EMAIL}",
                      "the card ends in {CARD}",
                      "that's {AMOUNT} then",
                      "let me write that down",
                      "someone told me {THING} can be {BAD}, is that so",
                      "yes, that's correct",
                      "no, i haven't tried that",
                      "i read that {THING} is {GOOD}, i haven't used it myself",
                      "hold on, i'm looking for the {PRODUCT}"),
              Sentiment.POSITIVE,
                  phrases(
                      "{THING} has been {VERY} {GOOD}",
                      "{THING} was {NOT} {BAD}",
                      "{THING} is {NOT} {BAD} and {VERY} {GOOD}",
                      "i can't complain about {THING}",
                      "i expected {THING} to be {BAD}, but it was {VERY} {GOOD}",
                      "you fixed in {DAYS} minutes what nobody else could",
                      "i was going to cancel, now i'm staying",
                      "no problem at all, {DAYS} days of waiting is fine",
                      "oh great, that's what i hoped for",
                      "i got my {AMOUNT} back, wonderful",
                      "that was quick and easy",
                      "nothing to be sorry about",
                      "tell your manager you did well",
                      "i wasn't happy the {TIMES} time, but this time it's different",
                      "that's more than i was promised",
                      "it works fine again since you touched it")));

  private static final Phrase[] ANSWERS =
      phrases(
          "let me check that for you",
          "i see order {ORDER} here",
          "i understand, that must be frustrating",
          "i'm sorry about that, {NAME}",
          "can you confirm the number {PHONE}",
          "one moment, i'll put you on hold",
          "thanks for waiting",
          "i can offer you {AMOUNT} off the {PRODUCT}",
          "could you restart the {PRODUCT} please",
          "that should take {DAYS} days",
          "unfortunately i can't do that from here",
          "good news, the {PRODUCT} is on its way",
          "i've made a note on your account",
          "i'll send the confirmation to {EMAIL}",
          "is there anything else",
          "that's a fair question",
          "i've escalated this to my supervisor",
          "the system is a bit slow today",
          "great, that's done",
          "i see {AMOUNT} from {DAYS} days ago");

  private static final Map<Sentiment, Phrase[]> FAREWELLS =
      new EnumMap<>(
          Map.of(
              Sentiment.NEGATIVE,
                  phrases(
                      "fine, i'll call again then",
                      "whatever, bye",
                      "okay, thanks, but i'm still waiting",
                      "that's not good enough, goodbye",
                      "okay bye"),
              Sentiment.NEUTRAL,
                  phrases(
                      "okay, thank you, bye",
                      "alright, that's all, goodbye",
                      "okay bye",
                      "fine, thanks",
                      "that's it then, bye"),
              Sentiment.POSITIVE,
                  phrases(
                      "thank you so much, bye",
                      "you've been good to me, {AGENT}, goodbye",
                      "fine, thanks, have a good day",
                      "not bad at all, thanks, bye",
                      "okay, thank you, bye")));

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
  void writeCaller(int caller, JsonLine line) {
    Person person = person(caller);
    line.raw("{\"id\":\"CU-").digits(caller, 8).raw("\",\"name\":\"");
    name(person, line);
    line.raw("\",\"phone\":\"");
    phone(person, line);
    line.raw("\"}");
  }

  /** Writes the transcript's object. */
  void writeTranscript(Call call, JsonLine line) {
    SplittableRandom random = new SplittableRandom(call.words());
    Script script = new Script(call, person(call.caller()), random);
    int span = call.handleSeconds();
    int turns =
        Math.min(
            MOST_TURNS,
            FEWEST_TURNS + random.nextInt(3) + (int) (span / 75.0 * (0.5 + random.nextDouble())));
    line.raw("{\"language\":\"")
        .raw(script.person.american() ? "en-US" : "en-GB")
        .raw("\",\"turns\":[");
    long step = span * 1_000L / turns;
    for (int turn = 0; turn < turns; turn++) {
      long offset = turn * step + (turn == 0 ? 0 : random.nextLong(step));
      line.raw(turn == 0 ? "{\"speaker\":\"" : ",{\"speaker\":\"")
          .raw(turn % 2 == 0 ? "agent" : "caller")
          .raw("\",\"offset_ms\":")
          .digits(offset, 1)
          .raw(",\"text\":\"");
      if (turn % 2 == 0) {
        script.say(turn == 0 ? GREETINGS : ANSWERS, line);
      } else {
        script.callerSays(turn, turns, line);
      }
      line.raw("\"}");
    }
    line.raw("]}");
  }

  /** What stays the same through a call, and the words drawn for it. */
  private static final class Script {
    private final Call call;
    private final Person person;
    private final SplittableRandom random;
    private final double[] mixture;
    private final Sentiment manner;
    private final byte[] agent;
    private final byte[] product;
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
      this.agent = AGENT_NAMES[Math.floorMod(call.agent().id().hashCode(), AGENT_NAMES.length)];
      this.product = pick(PRODUCTS.get(call.queue()));
      this.order = 10_000_000 + random.nextInt(89_999_999);
      this.cents = (long) (3_000 * StrictMath.exp(random.nextGaussian()));
      this.card = random.nextInt(10_000);
    }

    void callerSays(int turn, int turns, JsonLine line) {
      if (turn == 1) {
        say(INTRODUCTIONS, line);
        line.raw(". ");
        say(MATTERS.get(call.queue()), line);
      } else if (turn >= turns - 2) {
        say(SAYINGS.get(bank()), line);
        line.raw(". ");
        say(FAREWELLS.get(random.nextInt(3) == 0 ? Sentiment.NEUTRAL : manner), line);
      } else {
        // A caller who ends happy mostly begins with what is wrong.
        boolean complains =
            manner == Sentiment.POSITIVE && turn < turns / 3 && random.nextInt(3) == 0;
        say(FILLERS, line);
        say(SAYINGS.get(complains ? Sentiment.NEGATIVE : bank()), line);
        say(TAILS, line);
      }
    }

    void say(Phrase[] phrases, JsonLine line) {
      Phrase phrase = phrases[random.nextInt(phrases.length)];
      for (int i = 0; i < phrase.slots.length; i++) {
        line.raw(phrase.texts[i]);
        fill(phrase.slots[i], line);
      }
      line.raw(phrase.texts[phrase.slots.length]);
    }

    private Sentiment bank() {
      double at = random.nextDouble();
      return at < mixture[0]
          ? Sentiment.NEGATIVE
          : at < mixture[0] + mixture[1] ? Sentiment.NEUTRAL : Sentiment.POSITIVE;
    }

    private void fill(Slot slot, JsonLine line) {
      switch (slot) {
        case NAME -> name(person, line);
        case AGENT -> line.raw(agent);
        case PHONE -> phone(person, line);
        case EMAIL -> line.raw("customer").digits(call.caller(), 1).raw("@example.com");
        case CARD -> line.digits(card, 4);
        case ORDER -> line.digits(order, 8);
        case PRODUCT -> line.raw(product);
        case AMOUNT -> line.digits(cents / 100, 1).raw(".").digits(cents % 100, 2);
        case THING -> line.raw(pick(THINGS));
        case GOOD -> line.raw(pick(GOOD));
        case BAD -> line.raw(pick(BAD));
        case NOT -> line.raw(pick(NOT));
        case VERY -> line.raw(pick(VERY));
        case DAYS -> line.digits(2 + random.nextInt(20), 1);
        case TIMES -> line.raw(pick(TIMES));
      }
    }

    private byte[] pick(byte[][] words) {
      return words[random.nextInt(words.length)];
    }
  }

  private record Person(byte[] first, byte[] last, String prefix, long subscriber) {
    boolean american() {
      return prefix.equals("+1");
    }
  }

  private Person person(int caller) {
    SplittableRandom random = CallCentre.random(seed, "caller", caller);
    byte[] first = FIRST_NAMES[random.nextInt(FIRST_NAMES.length)];
    byte[] last = LAST_NAMES[random.nextInt(LAST_NAMES.length)];
    int country = random.nextInt(10);
    return country < 5
        ? new Person(first, last, "+1", 2_010_000_000L + random.nextLong(7_000_000_000L))
        : new Person(
            first,
            last,
            country < 9 ? "+44" : "+353",
            7_000_000_000L + random.nextLong(999_999_999L));
  }

  private static void name(Person person, JsonLine line) {
    line.raw(person.first).raw(" ").raw(person.last);
  }

  private static void phone(Person person, JsonLine line) {
    line.raw(person.prefix).digits(person.subscriber, 10);
  }

  private static byte[][] words(String... words) {
    byte[][] bytes = new byte[words.length][];
    for (int i = 0; i < words.length; i++) {
      bytes[i] = JsonLine.escaped(words[i]);
    }
    return bytes;
  }

  private static Phrase[] phrases(String... texts) {
    Phrase[] phrases = new Phrase[texts.length];
    for (int i = 0; i < texts.length; i++) {
      phrases[i] = Phrase.parse(texts[i]);
    }
    return phrases;
  }
}
