package io.sluice.demo.purchaseorders;

import io.sluice.demo.Landing;
import io.sluice.demo.Truth;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Writes the vendor register, whole, to {@code vendors/<day>.csv} each day, and keeps the vendors
 * that orders go to.
 *
 * <p>Every day some vendors change and now and then one is admitted; each third day one is admitted
 * by mistake, which nobody orders from and which is gone the day after. A share of {@value
 * #DEFECT_SHARE} of the records is defective; only vendors that silver holds already are hit, so
 * that no order is placed with a vendor that silver does not know.
 */
public final class VendorRoster {

  static final double DEFECT_SHARE = 0.002;

  static final int FIRST_UNKNOWN = 90_000;

  /** Of numbers given by mistake. */
  private static final int FIRST_MISTAKE = 80_000;

  private static final int MISTAKE_EVERY_DAYS = 3;

  private static final int FIRST_VENDORS = 240;
  private static final double ADMITTED_PER_DAY = 0.4;
  private static final double UPDATED_PER_DAY = 3;
  private static final double ACCOUNT_CHANGE_SHARE = 1.0 / 250;
  private static final int NEW_FOR_DAYS = 30;

  public static final List<String> CATEGORIES =
      List.of(
          "hardware",
          "logistics",
          "marketing",
          "office",
          "raw_material",
          "services",
          "software",
          "travel");

  private static final List<String> COUNTRIES =
      List.of("DE", "US", "GB", "FR", "SE", "PL", "CH", "NL");
  private static final double[] COUNTRY_SHARES = {0.27, 0.22, 0.12, 0.12, 0.08, 0.08, 0.06, 0.05};
  private static final List<String> LEGAL_FORMS =
      List.of("GmbH", "Inc.", "Ltd", "S.A.S.", "AB", "Sp. z o.o.", "AG", "B.V.");
  private static final List<String> FAMILIES =
      List.of(
          "Müller",
          "Nordlicht",
          "Okafor",
          "Lindqvist",
          "Kowalski",
          "Beaumont",
          "Whitfield",
          "van Dijk",
          "Rossi",
          "Hartmann",
          "Silva",
          "Nguyen",
          "Fjellström",
          "Łukasik",
          "Dubois",
          "Carmichael",
          "Brandt",
          "Zieliński",
          "Aebischer",
          "Pemberton");
  private static final List<String> RATINGS =
      List.of("low", "low", "low", "low", "low", "low", "medium", "medium", "high");

  /** A vendor as the register and the buyers know it today. */
  public static final class Vendor {
    final int number;
    final String id;
    final String country;
    final int category;
    final long onboardedOn;

    /** How the vendor's prices stand to the catalogue's. */
    final double priceLevel;

    private String name;
    private String rating;
    private long updatedAt;
    private long versionInSilver = Long.MIN_VALUE;
    private String account;
    private final String secondAccount;

    private Vendor(int number, long onboardedOn, SplittableRandom random) {
      this(number, id(number), onboardedOn, random);
    }

    private Vendor(int number, String id, long onboardedOn, SplittableRandom random) {
      this.number = number;
      this.id = id;
      int place = weighted(COUNTRY_SHARES, random);
      this.country = COUNTRIES.get(place);
      this.category = random.nextInt(CATEGORIES.size());
      this.onboardedOn = onboardedOn;
      this.priceLevel = StrictMath.exp(0.12 * random.nextGaussian());
      this.name = name(place, random);
      this.rating = RATINGS.get(random.nextInt(RATINGS.size()));
      this.updatedAt = onboardedOn * 86_400 + 30_000 + random.nextInt(30_000);
      this.account = newAccount(country, random);
      this.secondAccount = random.nextDouble() < 0.15 ? newAccount(country, random) : null;
    }

    /** Where an invoice of the vendor is paid to: nearly always its main account. */
    String account(SplittableRandom random) {
      return secondAccount != null && random.nextDouble() < 0.1 ? secondAccount : account;
    }

    private String name(int place, SplittableRandom random) {
      String family = FAMILIES.get(random.nextInt(FAMILIES.size()));
      String trade = CATEGORIES.get(category).replace('_', ' ');
      String form = LEGAL_FORMS.get(place);
      return switch (random.nextInt(4)) {
        case 0 -> family + " & " + FAMILIES.get(random.nextInt(FAMILIES.size())) + " " + form;
        case 1 ->
            family
                + ", "
                + FAMILIES.get(random.nextInt(FAMILIES.size()))
                + " and Partners, "
                + form;
        case 2 -> "\"" + family + "\" " + trade + " " + form;
        default -> family + " " + trade + " " + (number + 1) + " " + form;
      };
    }
  }

  private final long seed;
  private final List<Vendor> vendors = new ArrayList<>();
  private int usable;
  private long records;
  private long files;
  private long removed;

  /** How many rows silver has of the newest register. */
  private long rows;

  private final Truth errors = new Truth();

  public VendorRoster(long seed, LocalDate firstDay) {
    this.seed = seed;
    var random = Purchasing.random(seed, "vendors", 0);
    for (int n = 0; n < FIRST_VENDORS; n++) {
      vendors.add(new Vendor(n, firstDay.toEpochDay() - 1 - random.nextInt(1_200), random));
    }
  }

  /**
   * Writes the register as it stands on {@code day}; vendors admitted on the day get orders from
   * the next day on.
   */
  public void arrive(LocalDate day, Landing landing) throws IOException {
    long today = day.toEpochDay();
    var random = Purchasing.random(seed, "vendors", today);
    usable = vendors.size();
    for (int n = poisson(ADMITTED_PER_DAY, random); n > 0; n--) {
      vendors.add(new Vendor(vendors.size(), today, random));
    }
    for (int n = 1 + poisson(UPDATED_PER_DAY - 1, random); n > 0; n--) {
      change(vendors.get(random.nextInt(usable)), today, random);
    }
    for (Vendor vendor : vendors) {
      if (random.nextDouble() < ACCOUNT_CHANGE_SHARE) {
        vendor.account = newAccount(vendor.country, random);
      }
    }
    List<Vendor> listed = new ArrayList<>(vendors);
    if (today % MISTAKE_EVERY_DAYS == 0) {
      int number = (int) (today % (FIRST_UNKNOWN - FIRST_MISTAKE));
      String id = String.format(Locale.ROOT, "V-%05d", FIRST_MISTAKE + number);
      listed.add(new Vendor(number, id, today, Purchasing.random(seed, "mistakes", today)));
    }
    write("vendors/" + day + ".csv", listed, landing, random);
  }

  /** The vendors that orders can go to today, the greatest first. */
  public List<Vendor> usable() {
    return vendors.subList(0, usable);
  }

  /** Those of {@link #usable()} that were admitted a short while ago; may be none. */
  List<Vendor> newOn(long today) {
    return usable().stream().filter(vendor -> vendor.onboardedOn > today - NEW_FOR_DAYS).toList();
  }

  /**
   * The truth about {@code vendors}; its table has no partitions, so its rows stand under the empty
   * day.
   */
  Truth truth() {
    var truth = new Truth();
    truth.records = records;
    truth.files = files;
    truth.quarantined.putAll(errors.quarantined);
    truth.removed = removed;
    if (rows > 0) {
      truth.rows.put("", rows);
    }
    return truth;
  }

  private static void change(Vendor vendor, long today, SplittableRandom random) {
    long now = today * 86_400 + 25_000 + random.nextInt(35_000);
    if (now <= vendor.updatedAt) {
      return;
    }
    vendor.updatedAt = now;
    if (random.nextDouble() < 0.8) {
      vendor.rating = RATINGS.get(random.nextInt(RATINGS.size()));
    } else {
      vendor.name = vendor.name(COUNTRIES.indexOf(vendor.country), random);
    }
  }

  private void write(String path, List<Vendor> listed, Landing landing, SplittableRandom random)
      throws IOException {
    try (var out =
        new BufferedWriter(new OutputStreamWriter(landing.create(path), StandardCharsets.UTF_8))) {
      out.write("vendor_id,vendor_name,country,category,onboarded_on,risk_rating,updated_at\r\n");
      long broken = 0;
      for (Vendor vendor : listed) {
        String name = vendor.name;
        String rating = vendor.rating;
        boolean known = vendor.versionInSilver == vendor.updatedAt;
        records++;
        if (known && random.nextDouble() < DEFECT_SHARE) {
          broken++;
          if (random.nextBoolean()) {
            name = "";
            errors.addQuarantined("vendor_name/required");
          } else {
            rating = "unrated";
            errors.addQuarantined("risk_rating/enum");
          }
        } else if (!known) {
          vendor.versionInSilver = vendor.updatedAt;
        }
        out.write(
            String.join(
                ",",
                vendor.id,
                OrderFile.quoted(name),
                vendor.country,
                CATEGORIES.get(vendor.category),
                LocalDate.ofEpochDay(vendor.onboardedOn).toString(),
                rating,
                Instant.ofEpochSecond(vendor.updatedAt).toString()));
        out.write("\r\n");
      }
      // Of a broken record the row stays that silver has; all others make room.
      removed += rows - broken;
      rows = listed.size();
    }
    files++;
  }

  /**
   * Spreads the vendors over the numbers below 80000, so that a number says nothing about size or
   * age. Those from {@value #FIRST_UNKNOWN} on are no vendor's: orders with them refer to nobody.
   */
  static String id(int number) {
    return "V-" + (10_000 + number * 7_919 % 70_000);
  }

  private static String newAccount(String country, SplittableRandom random) {
    return country
        + (10 + random.nextInt(90))
        + (100_000_000_000_000_000L + random.nextLong(900_000_000_000_000_000L));
  }

  private static int weighted(double[] shares, SplittableRandom random) {
    double u = random.nextDouble();
    int i = 0;
    while (i < shares.length - 1 && u >= shares[i]) {
      u -= shares[i++];
    }
    return i;
  }

  /**
   * Knuth, The Art of Computer Programming 3.4.1: counts uniform factors until their product falls
   * below e^-mean.
   */
  private static int poisson(double mean, SplittableRandom random) {
    double limit = StrictMath.exp(-mean);
    int n = 0;
    for (double product = random.nextDouble(); product > limit; product *= random.nextDouble()) {
      n++;
    }
    return n;
  }
}
