package io.sluice.contract;

import static io.sluice.contract.ContractChange.Effect.MIGRATE;
import static io.sluice.contract.ContractChange.Effect.NEW_SOURCE;
import static io.sluice.contract.ContractChange.Effect.NEXT_PUBLISH;
import static io.sluice.contract.ContractChange.Readers.BREAK;
import static io.sluice.contract.ContractChange.Readers.GO_ON;

import io.sluice.contract.ContractChange.Effect;
import io.sluice.contract.ContractChange.Readers;
import io.sluice.engine.Expressions;
import io.sluice.settings.ValidationErrors;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Compares a contract with its earlier form: what each difference does to the table and to those
 * who read it. Pure. How records arrive, checks and alerts are not compared: they change no column.
 */
public final class ContractChanges {
  private static final Pattern VERSION = Pattern.compile("([0-9]{1,9})\\.[0-9]+\\.[0-9]+([-+].*)?");

  private final Contract before;
  private final Contract now;
  private final List<ContractChange> found = new ArrayList<>();

  private ContractChanges(Contract before, Contract now) {
    this.before = before;
    this.now = now;
  }

  /** All differences, in the order of the file as it is now; fields that are gone come last. */
  public static List<ContractChange> between(Contract before, Contract now) {
    ContractChanges changes = new ContractChanges(before, now);
    changes.compareFields();
    changes.compareTables();
    return List.copyOf(changes.found);
  }

  /**
   * Adds an error for each change that breaks readers, unless the contract has a new major version;
   * and one if its version is no version, or less than it was.
   */
  public static void judgeVersion(
      Contract before, Contract now, List<ContractChange> changes, ValidationErrors errors) {
    FileErrors file = new FileErrors(errors, now.id() + ".yaml");
    Optional<Integer> was = major(before.version());
    Optional<Integer> is = major(now.version());
    boolean isBreaking = changes.stream().anyMatch(ContractChange::breaksReaders);
    if (is.isEmpty()) {
      file.add("version", "must be MAJOR.MINOR.PATCH, such as 2.0.0; it is " + now.version());
    } else if (was.isPresent() && is.get() < was.get()) {
      file.add("version", "must not fall: it was " + before.version());
    } else if (isBreaking && was.isPresent() && is.get().equals(was.get())) {
      changes.stream()
          .filter(ContractChange::breaksReaders)
          .forEach(
              change ->
                  file.add(
                      change.place(),
                      change.what()
                          + ", which breaks readers: take it back, or make version "
                          + (was.get() + 1)
                          + ".0.0 of "
                          + now.version()));
    }
  }

  private static Optional<Integer> major(String version) {
    Matcher parts = VERSION.matcher(version);
    return parts.matches() ? Optional.of(Integer.valueOf(parts.group(1))) : Optional.empty();
  }

  private void add(String place, String what, Effect effect, Readers readers, String then) {
    found.add(new ContractChange(place, what, effect, readers, then));
  }

  private String migrate() {
    return "sluice migrate --source " + now.id();
  }

  // Fields.

  private void compareFields() {
    Set<String> continued = new HashSet<>();
    for (int i = 0; i < now.fields().size(); i++) {
      Field field = now.fields().get(i);
      String place = FieldMapper.place(i, field.name());
      Optional<Field> earlier = earlier(field);
      earlier.ifPresent(was -> continued.add(was.name()));
      earlier.ifPresentOrElse(was -> compare(was, field, place), () -> added(field, place));
    }
    for (Field was : before.fields()) {
      if (!continued.contains(was.name())) {
        add("schema[0].properties (" + was.name() + ")", "is dropped", MIGRATE, BREAK, migrate());
      }
    }
  }

  /** The field that one was: by its name, by its name in another case, by what it says it was. */
  private Optional<Field> earlier(Field field) {
    return before
        .field(field.name())
        .or(
            () ->
                before.fields().stream()
                    .filter(was -> was.name().equalsIgnoreCase(field.name()))
                    .findFirst())
        .or(
            () ->
                field.earlierNames().stream()
                    .flatMap(name -> before.field(name).stream())
                    .findFirst());
  }

  private void added(Field field, String place) {
    add(
        place,
        "is new"
            + (field.isRequired()
                ? " and required: new records without it go to quarantine"
                : "; rows that are there have none of it until they are made anew"),
        NEXT_PUBLISH,
        GO_ON,
        "");
  }

  private void compare(Field was, Field is, String place) {
    if (!was.name().equals(is.name())) {
      boolean byCase = was.name().equalsIgnoreCase(is.name());
      add(
          place,
          "was called "
              + was.name()
              + (byCase ? ", in another case" : "")
              + (is.isProtected() ? "; its protected values are others" : ""),
          MIGRATE,
          BREAK,
          migrate());
    }
    TypeChange type = TypeChange.of(was.type(), is.type());
    if (type != TypeChange.NONE) {
      add(place, typed(was, is, type), MIGRATE, type.breaksReaders() ? BREAK : GO_ON, migrate());
    }
    if (was.protection() != is.protection()) {
      add(
          place,
          "is kept as " + lower(is.protection()) + ", no longer as " + lower(was.protection()),
          MIGRATE,
          BREAK,
          migrate());
    }
    if (was.isRequired() && !is.isRequired()) {
      add(place, "may be null now", NEXT_PUBLISH, BREAK, "");
    }
    if (!was.isRequired() && is.isRequired()) {
      add(
          place,
          "is required now: new records without it go to quarantine",
          NEXT_PUBLISH,
          GO_ON,
          "");
    }
    if (!judged(was).equals(judged(is)) || !isMadeAlike(was, is)) {
      add(
          place,
          "is made or judged otherwise; rows that are there stay as they are until they are made"
              + " anew",
          NEXT_PUBLISH,
          GO_ON,
          "");
    }
  }

  private static String typed(Field was, Field is, TypeChange change) {
    String what =
        change == TypeChange.MEMBERS_ADDED
            ? "has got members or another order of them: "
            : change.isLossless() ? "holds more: " : "is of another type: ";
    String how =
        change == TypeChange.FINER
            ? "; records hold a day, so say how it is read as a time, such as transformLogic:"
                + " concat(`"
                + is.name()
                + "`, 'T00:00:00Z')"
            : "";
    return what + was.type().sql() + " has become " + is.type().sql() + how;
  }

  /** What is asked of a value, its type and whether it must be there left out. */
  private static List<Object> judged(Field field) {
    Shape shape = field.shape();
    return List.of(shape.accepted(), shape.bounds(), shape.format());
  }

  private static boolean isMadeAlike(Field was, Field is) {
    Optional<String> column = Expressions.column(was.expression());
    return was.expression().equals(is.expression())
        || (column.isPresent() && column.equals(Expressions.column(is.expression())))
        || (isAsNamed(was) && isAsNamed(is));
  }

  private static boolean isAsNamed(Field field) {
    return field.expression().equals(FieldMapper.asNamed(field.name(), field.earlierNames()));
  }

  private static String lower(Field.Protection protection) {
    return protection == Field.Protection.NONE
        ? "what it is"
        : protection.name().toLowerCase(Locale.ROOT);
  }

  // The table.

  private void compareTables() {
    String place = "customProperties.changes";
    if (before.changes().kind() != now.changes().kind()
        || before.changes().deletes() != now.changes().deletes()) {
      add(
          place,
          "rows mean something else: " + kind(before) + " has become " + kind(now),
          NEW_SOURCE,
          BREAK,
          "give the source as it is now an id of its own");
      return;
    }
    if (!names(before.keyColumns()).equals(now.keyColumns())) {
      add(
          "schema[0].properties",
          "primaryKey was " + before.keyColumns() + " and is " + now.keyColumns(),
          MIGRATE,
          BREAK,
          migrate());
    }
    if (!names(List.of(before.ordering())).equals(List.of(now.ordering()))) {
      add(
          "customProperties.orderingColumn",
          "was " + before.ordering() + " and is " + now.ordering() + ": other versions may be kept",
          MIGRATE,
          GO_ON,
          migrate());
    }
    List<String> partition = before.partition().map(Field::name).stream().toList();
    if (!names(partition).equals(now.partition().map(Field::name).stream().toList())) {
      add("schema[0].properties", "is kept by other days", MIGRATE, GO_ON, migrate());
    }
    if (!names(before.changes().scope()).equals(now.changes().scope())) {
      add(
          place + ".scope",
          "deliveries are the whole truth of " + now.changes().scope(),
          MIGRATE,
          GO_ON,
          migrate());
    }
    compareOthers();
  }

  private void compareOthers() {
    List<Reference> references =
        before.references().stream()
            .map(was -> new Reference(names(was.fields()), was.source(), was.to()))
            .toList();
    if (!references.equals(now.references())) {
      add(
          "relationships",
          "new rows refer to other values; rows that are there stay as they are",
          NEXT_PUBLISH,
          GO_ON,
          "");
    }
    if (before.keepsHistory() && !now.keepsHistory()) {
      add("customProperties.history", "is filled no more", NEXT_PUBLISH, BREAK, "");
    } else if (!before.keepsHistory() && now.keepsHistory()) {
      add("customProperties.history", "is kept from now on", NEXT_PUBLISH, GO_ON, "");
    } else if (!Objects.equals(
        before.validFrom() == null ? null : named(before.validFrom()), now.validFrom())) {
      add("customProperties.history.validFrom", "is another column", MIGRATE, BREAK, migrate());
    }
    boolean kept = before.schemaPolicy().added() == SchemaPolicy.Added.KEEP;
    boolean keeps = now.schemaPolicy().added() == SchemaPolicy.Added.KEEP;
    if (kept && !keeps) {
      add("customProperties.schemaPolicy.added", "_extra is dropped", MIGRATE, BREAK, migrate());
    } else if (keeps && !kept) {
      add("customProperties.schemaPolicy.added", "_extra is new", NEXT_PUBLISH, GO_ON, "");
    }
  }

  private static String kind(Contract contract) {
    String kind = contract.changes().kind().name().toLowerCase(Locale.ROOT);
    return contract.changes().keepsDeleted() ? kind + " with deletes: keep" : kind;
  }

  /** What some columns of before are called now; those that are gone by their old names. */
  private List<String> names(List<String> columns) {
    return columns.stream().map(this::named).toList();
  }

  private String named(String column) {
    return now.fields().stream()
        .filter(field -> earlier(field).filter(was -> was.name().equals(column)).isPresent())
        .map(Field::name)
        .findFirst()
        .orElse(column);
  }
}
