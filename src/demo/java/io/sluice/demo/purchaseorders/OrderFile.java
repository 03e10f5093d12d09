package io.sluice.demo.purchaseorders;

import io.sluice.demo.Landing;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/**
 * Writes one file of order lines: RFC 4180, UTF-8, a header and a record per line and version,
 * defects included.
 *
 * <p>A name that ends in {@code .gz} is compressed. Plain files end their lines with CRLF,
 * compressed ones with LF, as exports from different systems do.
 */
final class OrderFile {

  /** A column; its name in a header is the constant's in lower case. */
  enum Column {
    ORDER_ID,
    LINE_NUMBER,
    ORDER_DATE,
    VENDOR_ID,
    CUSTOMER_ID,
    BUYER_ID,
    DEPARTMENT,
    ITEM_ID,
    ITEM_DESCRIPTION,
    QUANTITY,
    UNIT_PRICE,
    CURRENCY,
    AMOUNT,
    TAX_AMOUNT,
    BANK_ACCOUNT,
    REGION,
    STATUS,
    PRIORITY,
    CREATED_AT,
    UPDATED_AT
  }

  static final List<Column> WITH_PRIORITY = List.of(Column.values());
  static final List<Column> WITHOUT_PRIORITY =
      WITH_PRIORITY.stream().filter(column -> column != Column.PRIORITY).toList();

  private static final int BUFFER = 1 << 16;

  private static final List<String> NO_NUMBERS =
      List.of("n/a", "12 pcs", "1.234,50", "ten", "1O", "3 x 4", "--", "#REF!");
  private static final List<String> NO_CURRENCIES =
      List.of("EURO", "XXX", "BTC", "$", "US", "DM", "JPY?", "978");

  private final OutputStream out;
  private final String lineBreak;
  private final List<Column> columns;
  private final StringBuilder text = new StringBuilder(BUFFER + 4_096);
  private final Map<Long, String> dates = new HashMap<>();

  private OrderFile(String path, OutputStream stream, List<Column> columns) throws IOException {
    boolean compressed = path.endsWith(".gz");
    this.out = compressed ? new QuickGzip(stream) : stream;
    this.lineBreak = compressed ? "\n" : "\r\n";
    this.columns = columns;
    text.append(
        columns.stream()
            .map(column -> column.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.joining(",", "", lineBreak)));
  }

  /** Opens a file that can be read. */
  static OrderFile whole(String path, Landing landing, List<Column> columns) {
    try {
      return new OrderFile(path, landing.create(path), columns);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Opens a compressed file of which the first half arrives only. */
  static OrderFile breakingOff(String path, Landing landing, List<Column> columns) {
    try {
      return new OrderFile(path, new FirstHalf(path, landing), columns);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The text as a CSV field: in quotes if it needs them. */
  static String quoted(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == ',' || c == '"' || c == '\n' || c == '\r') {
        return '"' + text.replace("\"", "\"\"") + '"';
      }
    }
    return text;
  }

  void write(OrderLine line, LineVersion version) {
    if (version.defect() == LineDefect.RAGGED) {
      ragged(line, version);
    } else {
      int last = columns.size() - 1;
      for (int i = 0; i <= last; i++) {
        field(columns.get(i), line, version);
        text.append(i < last ? "," : lineBreak);
      }
    }
    if (text.length() >= BUFFER) {
      flush();
    }
  }

  void close() {
    flush();
    try {
      out.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void flush() {
    try {
      out.write(text.toString().getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    text.setLength(0);
  }

  /**
   * Leaves the last columns out, or forgets the quotes of a text with commas: quotes that never
   * close eat records.
   */
  private void ragged(OrderLine line, LineVersion version) {
    boolean tooMany = version.variant() % 2 == 0;
    int fields = tooMany ? columns.size() : 3 + version.variant() / 2 % (columns.size() - 3);
    for (int i = 0; i < fields; i++) {
      text.append(i > 0 ? "," : "");
      if (tooMany && columns.get(i) == Column.ITEM_DESCRIPTION) {
        text.append("Washer, spring, A2");
      } else {
        field(columns.get(i), line, version);
      }
    }
    text.append(lineBreak);
  }

  private void field(Column column, OrderLine line, LineVersion version) {
    var order = line.order;
    var defect = version.defect();
    int variant = version.variant();
    switch (column) {
      case ORDER_ID -> text.append(order.id);
      case LINE_NUMBER -> text.append(line.number);
      case ORDER_DATE -> text.append(date(order.day));
      case VENDOR_ID -> {
        if (defect == LineDefect.UNKNOWN_VENDOR) {
          text.append("V-").append(VendorRoster.FIRST_UNKNOWN + variant % 10_000);
        } else {
          text.append(order.vendor.id);
        }
      }
      case CUSTOMER_ID -> text.append(defect == LineDefect.NO_CUSTOMER ? "" : order.customer);
      case BUYER_ID -> text.append(order.buyer);
      case DEPARTMENT -> text.append(Purchasing.DEPARTMENTS.get(order.department));
      case ITEM_ID -> text.append(line.item);
      case ITEM_DESCRIPTION -> text.append(line.text);
      case QUANTITY -> {
        if (defect == LineDefect.BAD_NUMBER) {
          text.append(quoted(NO_NUMBERS.get(variant % NO_NUMBERS.size())));
        } else {
          decimal(stated(version).quantity(), 3, 0);
        }
      }
      case UNIT_PRICE -> decimal(version.price(), 4, 2);
      case CURRENCY -> text.append(currency(order.currency, defect, variant));
      case AMOUNT -> decimal(amount(version), 2, 2);
      case TAX_AMOUNT -> decimal(tax(order.taxPermille, version), 2, 2);
      case BANK_ACCOUNT -> text.append(order.account == null ? "" : order.account);
      case REGION -> text.append(order.region == null ? "" : order.region);
      case STATUS -> text.append(version.status());
      case PRIORITY -> text.append(order.priority == null ? "" : order.priority);
      case CREATED_AT -> timestamp(order.createdAt);
      case UPDATED_AT -> timestamp(version.updatedAt());
    }
  }

  /**
   * The version as the record states it: a record whose quantity is negative adds up all the same.
   */
  private static LineVersion stated(LineVersion version) {
    if (version.defect() != LineDefect.NEGATIVE) {
      return version;
    }
    return new LineVersion(
        -version.quantity(),
        version.price(),
        version.status(),
        version.updatedAt(),
        version.defect(),
        version.variant());
  }

  /**
   * In cents; a wrong one is too great, by a cent or by much, so that the tax on it stays
   * plausible.
   */
  private static long amount(LineVersion version) {
    long amount = stated(version).amount();
    if (version.defect() != LineDefect.WRONG_AMOUNT) {
      return amount;
    }
    return switch (version.variant() % 4) {
      case 0 -> amount + 1;
      case 1 -> amount + 1_000;
      case 2 -> amount * 10 + 10;
      default -> amount + amount / 9 + 9;
    };
  }

  /** In cents, rounded down; there is none on a negative amount. */
  private static long tax(int permille, LineVersion version) {
    return Math.max(0, stated(version).amount() * permille / 1_000);
  }

  /** Some people write a currency small or leave blanks around it. */
  private static String currency(int currency, LineDefect defect, int variant) {
    if (defect == LineDefect.UNKNOWN_CURRENCY) {
      return NO_CURRENCIES.get(variant % NO_CURRENCIES.size());
    }
    String code = Purchasing.CURRENCIES.get(currency);
    return switch (variant % 100) {
      case 0 -> code.toLowerCase(Locale.ROOT);
      case 1 -> " " + code;
      case 2 -> code + " ";
      default -> code;
    };
  }

  /** Appends {@code value / 10^scale} without trailing zeros beyond {@code least} decimals. */
  private void decimal(long value, int scale, int least) {
    if (value < 0) {
      text.append('-');
      value = -value;
    }
    int decimals = scale;
    while (decimals > least && value % 10 == 0) {
      value /= 10;
      decimals--;
    }
    long unit = 1;
    for (int i = 0; i < decimals; i++) {
      unit *= 10;
    }
    text.append(value / unit);
    if (decimals > 0) {
      text.append('.');
      long rest = value % unit;
      for (long digit = unit / 10; digit > 0; digit /= 10) {
        text.append((char) ('0' + rest / digit % 10));
      }
    }
  }

  private void timestamp(long second) {
    int ofDay = (int) Math.floorMod(second, 86_400L);
    text.append(date(Math.floorDiv(second, 86_400L))).append('T');
    twoDigits(ofDay / 3_600).append(':');
    twoDigits(ofDay / 60 % 60).append(':');
    twoDigits(ofDay % 60).append('Z');
  }

  private StringBuilder twoDigits(int number) {
    return text.append((char) ('0' + number / 10)).append((char) ('0' + number % 10));
  }

  private String date(long day) {
    return dates.computeIfAbsent(day, d -> LocalDate.ofEpochDay(d).toString());
  }

  /** Compresses lightly: the generator is to be faster than what it feeds. */
  private static final class QuickGzip extends GZIPOutputStream {
    QuickGzip(OutputStream out) throws IOException {
      super(out, 1 << 16);
      def.setLevel(Deflater.BEST_SPEED);
    }
  }

  /** Keeps what is written and lands the first half of it when closed. */
  private static final class FirstHalf extends ByteArrayOutputStream {
    private final String path;
    private final Landing landing;

    FirstHalf(String path, Landing landing) {
      this.path = path;
      this.landing = landing;
    }

    @Override
    public void close() throws IOException {
      try (var out = landing.create(path)) {
        out.write(buf, 0, count / 2);
      }
    }
  }
}
