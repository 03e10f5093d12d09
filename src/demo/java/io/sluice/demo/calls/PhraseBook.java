package io.sluice.demo.calls;

import io.sluice.demo.calls.CallCentre.Queue;
import io.sluice.demo.calls.CallCentre.Sentiment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The words and phrases that {@link Conversation} puts together. */
final class PhraseBook {
  private PhraseBook() {}

  /** A gap in a phrase. The first group is resolved once for a call, the others each time. */
  enum Slot {
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
  record Phrase(List<String> texts, List<Slot> slots) {
    static Phrase parse(String text) {
      List<String> texts = new ArrayList<>();
      List<Slot> slots = new ArrayList<>();
      int from = 0;
      for (int open = text.indexOf('{'); open >= 0; open = text.indexOf('{', from)) {
        int close = text.indexOf('}', open);
        texts.add(text.substring(from, open));
        slots.add(Slot.valueOf(text.substring(open + 1, close)));
        from = close + 1;
      }
      texts.add(text.substring(from));
      return new Phrase(List.copyOf(texts), List.copyOf(slots));
    }
  }

  static final Map<Queue, List<String>> PRODUCTS =
      new EnumMap<>(
          Map.of(
              Queue.BILLING,
                  List.of(
                      "invoice",
                      "direct debit",
                      "family plan",
                      "annual plan",
                      "late fee",
                      "refund"),
              Queue.TECHNICAL,
                  List.of(
                      "router",
                      "tv box",
                      "modem",
                      "mobile app",
                      "voicemail",
                      "sim card",
                      "booster"),
              Queue.SALES,
                  List.of(
                      "fibre package", "phone bundle", "tablet", "starter plan", "business line"),
              Queue.RETENTION,
                  List.of(
                      "contract", "mobile plan", "tv package", "broadband line", "old tariff")));

  static final List<String> THINGS =
      List.of(
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

  static final List<String> GOOD =
      List.of(
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

  static final List<String> BAD =
      List.of(
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

  static final List<String> NOT =
      List.of("not", "not really", "hardly", "never", "far from", "not exactly", "anything but");

  static final List<String> VERY =
      List.of("really", "very", "so", "pretty", "quite", "a bit", "rather");

  static final List<String> TIMES = List.of("second", "third", "fourth", "first", "fifth");

  static final List<Phrase> FILLERS =
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

  static final List<Phrase> TAILS =
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

  static final List<Phrase> GREETINGS =
      phrases(
          "thank you for calling, this is {AGENT}, how can i help you today",
          "good day, you're speaking with {AGENT}, who am i talking to",
          "hi, this is {AGENT}, sorry for the wait, what can i do for you",
          "hello, {AGENT} speaking, can i have your order number please");

  static final List<Phrase> INTRODUCTIONS =
      phrases(
          "hi {AGENT}, my name is {NAME}, it's about my {PRODUCT}",
          "hello, this is {NAME}, i'm calling about order {ORDER}",
          "hi, {NAME} here, my number is {PHONE}, i have a question about the {PRODUCT}",
          "yes hello, it's about the {PRODUCT}, order {ORDER}",
          "good morning, i got a letter about my {PRODUCT} and {AMOUNT}",
          "hi, i'm calling again about the {PRODUCT}, this is the {TIMES} time");

  static final Map<Queue, List<Phrase>> MATTERS =
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

  static final Map<Sentiment, List<Phrase>> SAYINGS =
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

  static final List<Phrase> ANSWERS =
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

  static final Map<Sentiment, List<Phrase>> FAREWELLS =
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

  private static List<Phrase> phrases(String... texts) {
    return Arrays.stream(texts).map(Phrase::parse).toList();
  }
}
