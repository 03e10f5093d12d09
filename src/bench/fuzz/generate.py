"""Makes files of random values by independent writers, some of them damaged, and what is true of each record.

    generate.py OUT SEED FILES ROWS

OUT/landing/<source>/... are the files, OUT/contracts the contracts, OUT/truth.jsonl a line for each file: whether
all of it must come out exactly, or be refused as a whole, and its records with their values, or null for one that must
be quarantined.
"""
import bz2
import csv
import gzip
import io
import json
import pathlib
import random
import sys
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq

import grammar
from grammar import NONE
from lines import is_begun, is_refused, pieces

ODD = {
    "n": ["", "5.0", "1e3", "5.5", "0x10", "9223372036854775807", "9223372036854775808", "5L", "1_000", "٣", "--1"],
    "d": ["1.00005", "1e-2147483000", "1e2147483647", "1e14", "99999999999999.9999", "12f", "NaN", ".5", "5.", "1,5",
          "9" * 2000, "-0", "+1"],
    "r": ["NaN", "Infinity", "0x1p3", "12d", "1e309", "1e-400", "1e308", "4.9e-324", "inf", "1e"],
    "b": ["1", "yes", "TRUE", "False", "t", "tru", "0"],
    "day": ["46327", "2026", "2026-02-30", "2026-3-1", "0000-01-01", "10000-01-01", "2024-02-29", "0001-01-01",
            "9999-12-31", "2026-03-01T00:00:00Z", "today", "2026-03-01 rubbish"],
    "t": ["10:30:00", "2026-03-01", "2026-03-01T10:00:00BST", "2026-03-01T10:00:00.1234567Z", "1772359200",
          "0001-01-01T00:00:00+01:00", "2026-03-01T24:00:00Z", "2026-03-01 10:00", "2026-03-01T10:00:00-0130", "now"],
}
TEXTS = ["", " ", "a,b", 'say "hi"', "line\nbreak", "tab\there", "naïve", "日本語", "😀", "NULL", "null", "\\", "'", "#x",
         "a\r\nb", "=1+1", "x" * 300]
CODECS = ["none", "snappy", "gzip", "zstd", "lz4", "brotli"]


def text_of(rng, field):
    """A text of a field, more often a value than none."""
    if rng.random() < 0.08 and field in ODD:
        return rng.choice(ODD[field])
    if field == "n":
        return str(rng.randint(-(2 ** rng.randint(1, 63)), 2 ** rng.randint(1, 62)))
    if field == "d":
        return f"{rng.randint(-10**rng.randint(1, 13), 10**rng.randint(1, 13))}.{rng.randint(0, 9999):04d}"
    if field == "r":
        return repr(rng.uniform(-1, 1) * 10 ** rng.randint(-300, 300))
    if field == "b":
        return rng.choice(["true", "false"])
    if field == "day":
        return f"{rng.randint(1, 9999):04d}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
    if field == "t":
        places = rng.choice(["", ".5", f".{rng.randint(0, 999999):06d}"])
        zone = rng.choice(["Z", "", "+02:00", "-0930"])
        return (f"{rng.randint(2, 9998):04d}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}{rng.choice('T ')}"
                f"{rng.randint(0, 23):02d}:{rng.randint(0, 59):02d}:{rng.randint(0, 59):02d}{places}{zone}")
    return rng.choice(TEXTS) if rng.random() < 0.5 else "".join(chr(rng.randint(32, 0x2FF)) for _ in range(8))


def nested_of(rng):
    value = {}
    if rng.random() < 0.8:
        value["k"] = rng.choice(TEXTS)
    if rng.random() < 0.8:
        value["v"] = rng.choice([1, 2.5, "3.25", "x", 10.25, 0.5, -7]) if rng.random() < 0.9 else "1.005"
    if rng.random() < 0.6:
        value["l"] = [rng.choice([1, 2, None, -5, 10**12]) for _ in range(rng.randint(0, 4))]
        if rng.random() < 0.1:
            value["l"].append("two")
    return rng.choice(["text", [1], 7]) if rng.random() < 0.05 else value


def record(rng, key):
    values = {"id": key, "seq": f"2026-03-01T10:00:00.{rng.randint(0, 999999):06d}Z"}
    for field in grammar.READERS:
        if rng.random() < 0.85:
            values[field] = text_of(rng, field)
    if rng.random() < 0.7:
        values["o"] = nested_of(rng)
    return values


def truth(values, empty_is_null=False, quoted=frozenset()):
    """The record's row; null if any value of it is none."""
    row = {"id": values["id"]}
    for field, reader in grammar.READERS.items():
        text = values.get(field)
        if text is None or (empty_is_null and text == ""):
            row[field] = None
            continue
        row[field] = reader(text)
    nested = values.get("o")
    row["o"] = None if nested is None else grammar.nested(nested)
    return None if NONE in row.values() else row


def pack(rng, name, data):
    way = rng.choice(["plain", "plain", "gzip", "members", "bz2", "zip", "zst"])
    if way == "gzip":
        return name + ".gz", gzip.compress(data)
    if way == "members":
        cut = rng.randint(0, len(data))
        return name, gzip.compress(data[:cut]) + gzip.compress(data[cut:])
    if way == "bz2":
        return name + ".bz2", bz2.compress(data)
    if way == "zip":
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("inside.txt", data)
        return name + ".zip", packed.getvalue()
    if way == "zst":
        return name + ".zst", pa.compress(data, codec="zstd", asbytes=True)
    return name, data


def damage(rng, data):
    """Bytes changed, put in, taken out, cut off."""
    data = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        if not data:
            break
        at = rng.randrange(len(data))
        way = rng.randint(0, 4)
        if way == 0:
            data[at] = rng.randint(0, 255)
        elif way == 1:
            data[at:at] = bytes(rng.choice([b'"', b"\n", b"\r", b",", b"{", b"}", b"\x00", b"\xff", b"\\"]))
        elif way == 2:
            del data[at:at + rng.randint(1, 50)]
        elif way == 3:
            del data[at:]
        else:
            data[at:at] = data[:rng.randint(0, len(data))]
    return bytes(data)


def csv_file(rng, keys):
    records = [record(rng, key) for key in keys]
    columns = ["id", "n", "d", "r", "b", "day", "t", "s", "o", "seq"]
    rng.shuffle(columns)
    if rng.random() < 0.3:
        columns.insert(rng.randint(0, len(columns)), "more")
    end = rng.choice(["\n", "\r\n"])
    out = io.StringIO()
    writer = csv.writer(out, lineterminator=end, quoting=rng.choice([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]))
    writer.writerow(columns)
    for one in records:
        writer.writerow(["" if one.get(name) is None else
                         json.dumps(one[name]) if name == "o" else one.get(name, "") for name in columns])
    data = out.getvalue().encode()
    if rng.random() < 0.2:
        data = b"\xef\xbb\xbf" + data
    rows = [truth(one, empty_is_null=True) for one in records]
    return data, [{"key": one["id"], "row": row} for one, row in zip(records, rows)]


def json_line(rng, one):
    sent = {}
    for name, value in one.items():
        if name in ("n", "d", "r") and grammar.NUMBER.fullmatch(value) and value[0] not in "+." and rng.random() < 0.5:
            try:
                json.loads(value)
                sent[name] = value
                continue
            except ValueError:
                pass
        sent[name] = json.dumps(value, ensure_ascii=rng.random() < 0.5)
    names = list(sent)
    rng.shuffle(names)
    return "{" + ",".join(f"{json.dumps(name)}:{sent[name]}" for name in names) + "}"


def odd_lines(rng, key):
    """Lines that are not an object each, and what is true of their records."""
    broken = {"key": None, "row": None}
    first, second = record(rng, key), record(rng, key + "b")
    line, more = json_line(rng, first), json_line(rng, second)
    way = rng.choices(["none", "cut off", "two", "text between", "on two lines"], [8, 4, 3, 2, 0.3])[0]
    if way == "two":
        return [line + rng.choice(["", " "]) + more], [{"key": one["id"], "row": truth(one)} for one in (first, second)]
    if way == "text between":
        return [line + rng.choice([",", " x "]) + more], [broken] * 2
    if way == "cut off":
        return [line[:rng.randrange(1, len(line))]], [broken]
    if way == "on two lines":
        cuts = [at for at in range(1, len(line)) if is_begun(line[:at])]
        cut = rng.choice(cuts)
        return [line[:cut], line[cut:]], [broken] * 2
    none = rng.choice(["[]", "{", "nothing", '{"id":', '"text"', "{}{", '{"id":"x","id":"y"}', "\\ud800"])
    return [none], [broken] * len(pieces(none))


def json_file(rng, keys):
    lines, truths = [], []
    for key in keys:
        if rng.random() < 0.03:
            odd, true = odd_lines(rng, key)
            lines.extend(odd)
            truths.extend(true)
            continue
        one = record(rng, key)
        lines.append(json_line(rng, one))
        truths.append({"key": key, "row": truth(one)})
    end = rng.choice(["\n", "\r\n"])
    return (end.join(lines) + rng.choice(["", end])).encode(), truths, is_refused(lines)


def array_file(rng, keys):
    records = [record(rng, key) for key in keys]
    gap = rng.choice(["", " ", "\n", "\r\n  "])
    body = ("," + gap).join(json_line(rng, one) for one in records)
    return ("[" + gap + body + gap + "]").encode(), [{"key": one["id"], "row": truth(one)} for one in records]


def column(rng, field, texts):
    """A column of some type of Parquet, and its values as the grammar gives them."""
    way = rng.random()
    if field == "n" and way < 0.7:
        kind = rng.choice([pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint32(), pa.uint64()])
        top = {"int8": 127, "int16": 2**15 - 1, "int32": 2**31 - 1, "uint8": 255, "uint32": 2**32 - 1,
               "uint64": 2**64 - 1}.get(str(kind), 2**63 - 1)
        values = [None if text is None else rng.randint(0, top) for text in texts]
        return pa.array(values, kind), [None if v is None else v if v < 2**63 else NONE for v in values]
    if field == "d" and way < 0.7:
        precision = rng.choice([9, 18, 38])
        scale = rng.randint(0, min(8, precision))
        values = [None if text is None else grammar.Decimal(rng.randint(-10**8, 10**8)).scaleb(-scale)
                  for text in texts]
        return pa.array(values, pa.decimal128(precision, scale)), [
            None if v is None else grammar.decimal(format(v, "f"), 18, 4) for v in values]
    if field == "r" and way < 0.7:
        values = [None if text is None else rng.choice([rng.uniform(-1e9, 1e9), 0.1, float("nan"), 1e300])
                  for text in texts]
        return pa.array(values, pa.float64()), [
            None if v is None else NONE if v != v else repr(v) for v in values]
    if field == "b" and way < 0.7:
        values = [None if text is None else rng.random() < 0.5 for text in texts]
        return pa.array(values, pa.bool_()), [None if v is None else str(v).lower() for v in values]
    if field == "day" and way < 0.7:
        days = [None if text is None else rng.randint(-719162, 2932896) for text in texts]
        return pa.array(days, pa.int32()).cast(pa.date32()), [
            None if day is None else (grammar.datetime.date(1970, 1, 1)
                                      + grammar.datetime.timedelta(days=day)).isoformat() for day in days]
    if field == "t" and way < 0.7:
        unit = rng.choice(["ms", "us", "ns"])
        micros = [None if text is None else rng.randint(-10**15, 10**15) for text in texts]
        if unit == "ms":
            micros = [None if one is None else one // 1000 * 1000 for one in micros]
        scale = {"ms": 1, "us": 1, "ns": 1000}[unit]
        raw = [None if one is None else one // 1000 if unit == "ms" else one * scale for one in micros]
        lost = [False] * len(raw)
        if unit == "ns":
            for i, one in enumerate(raw):
                if one is not None and rng.random() < 0.1:
                    raw[i], lost[i] = one + 1, True
        zone = rng.choice([None, "UTC"])
        epoch = grammar.datetime.datetime(1970, 1, 1)
        return pa.array(raw, pa.int64()).cast(pa.timestamp(unit, tz=zone)), [
            None if one is None else NONE if lost[i] else
            (epoch + grammar.datetime.timedelta(microseconds=one)).isoformat(timespec="microseconds")
            for i, one in enumerate(micros)]
    kind = rng.choice([pa.string(), pa.large_string()])
    array = pa.array(texts, kind)
    if rng.random() < 0.3:
        array = array.dictionary_encode() if kind == pa.string() else array
    return array, [None if text is None else grammar.READERS[field](text) for text in texts]


def parquet_file(rng, keys):
    records = [record(rng, key) for key in keys]
    columns = {"id": pa.array(keys), "seq": pa.array([one["seq"] for one in records])}
    values = {}
    for field in grammar.READERS:
        columns[field], values[field] = column(rng, field, [one.get(field) for one in records])
    if rng.random() < 0.3:
        columns["odd.name `x`"] = pa.array(list(range(len(keys))))
    names = list(columns)
    rng.shuffle(names)
    out = io.BytesIO()
    codec = rng.choice(CODECS)
    # The older versions have no nanoseconds: they would be rounded by the writer.
    has_nanos = any(pa.types.is_timestamp(one.type) and one.type.unit == "ns" for one in columns.values())
    pq.write_table(pa.table({name: columns[name] for name in names}), out, compression=codec,
                   use_dictionary=rng.random() < 0.5, version="2.6" if has_nanos else rng.choice(["1.0", "2.4", "2.6"]),
                   data_page_version=rng.choice(["1.0", "2.0"]), row_group_size=rng.choice([7, 1000]),
                   write_page_checksum=rng.random() < 0.5, use_deprecated_int96_timestamps=rng.random() < 0.1)
    truths = []
    for i, key in enumerate(keys):
        row = {"id": key, "o": None} | {field: values[field][i] for field in values}
        for name in row:
            if isinstance(row[name], int) and not isinstance(row[name], bool):
                row[name] = str(row[name])
        truths.append({"key": key, "row": None if NONE in row.values() else row})
    return out.getvalue(), truths, codec


def main(out, seed, files, rows):
    rng = random.Random(seed)
    out = pathlib.Path(out)
    (out / "contracts").mkdir(parents=True)
    sources = {"fuzz_csv": ("csv", ""), "fuzz_json": ("json", ""), "fuzz_parquet": ("parquet", ""),
               "fuzz_array": ("json", ", options: {layout: array}")}
    for name, (form, options) in sources.items():
        (out / "contracts" / f"{name}.yaml").write_text(
            grammar.CONTRACT.format(name=name, format=form, options=options))
    makers = {"fuzz_csv": csv_file, "fuzz_json": json_file, "fuzz_array": array_file}
    with open(out / "truth.jsonl", "w") as written:
        for i in range(files):
            source = rng.choices(list(sources), [4, 4, 4, 1])[0]
            keys = [f"{i}-{j}" for j in range(rng.randint(1, 2 * rows - 1))]
            odd = rng.choice(["", "[1]", " ", "{a}", "#", "%41", "é", "*", "?", "+"])
            name = f"{i}{odd}.{source[5:]}"
            note = ""
            refused = False
            if source == "fuzz_parquet":
                data, truths, codec = parquet_file(rng, keys)
                exact = codec != "brotli"
                note = codec
            else:
                data, truths, *rest = makers[source](rng, keys)
                refused = any(rest)
                name, data = pack(rng, name, data)
                exact = True
            if rng.random() < 0.25:
                data, exact = damage(rng, data), False
            path = out / "landing" / source / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            written.write(json.dumps({"source": source, "file": f"{source}/{name}", "exact": exact,
                                      "refused": refused, "note": note, "records": truths}) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
