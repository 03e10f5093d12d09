"""Writes Parquet files with pyarrow, and beside each what pyarrow reads of it, as JSON lines.

Usage: parquet_files.py FOLDER SEED
"""

import base64
import datetime
import decimal
import json
import math
import pathlib
import random
import sys
import uuid

import numpy
import pyarrow
import pyarrow.parquet

CODECS = ["none", "snappy", "gzip", "zstd", "lz4"]
EPOCH = datetime.date(1970, 1, 1)


def digits(number, scale):
    text = str(abs(number)).rjust(scale + 1, "0")
    if scale:
        text = text[:-scale] + "." + text[-scale:]
    return ("-" if number < 0 else "") + text


def date(days):
    return (EPOCH + datetime.timedelta(days=days)).isoformat()


def time(units, scale):
    seconds, fraction = divmod(units, 10**scale)
    text = "%02d:%02d:%02d" % (seconds // 3600, seconds // 60 % 60, seconds % 60)
    if fraction:
        text += "." + str(fraction).rjust(scale, "0").rstrip("0")
    return text


def timestamp(units, scale, zone):
    days, rest = divmod(units, 86400 * 10**scale)
    return date(days) + "T" + time(rest, scale) + ("Z" if zone else "")


UNITS = {"s": 0, "ms": 3, "us": 6, "ns": 9}


class Number:
    """A number as it is to stand in JSON."""

    def __init__(self, text):
        self.text = text


def value(scalar, kind):
    """What stands for a value, made from pyarrow's own reading of it."""
    types = pyarrow.types
    if not scalar.is_valid:
        return None
    if types.is_boolean(kind):
        return scalar.as_py()
    if types.is_integer(kind):
        return Number(str(scalar.as_py()))
    if types.is_floating(kind):
        number = scalar.as_py()
        if math.isnan(number):
            return "NaN"
        if math.isinf(number):
            return "Infinity" if number > 0 else "-Infinity"
        return Number(repr(float(number)))
    if types.is_decimal(kind):
        sign, figures, exponent = scalar.as_py().as_tuple()
        number = int("".join(map(str, figures))) * 10 ** (exponent + kind.scale)
        return Number(digits(-number if sign else number, kind.scale))
    if types.is_date(kind):
        return date(scalar.cast(pyarrow.date32()).cast(pyarrow.int32()).as_py())
    if types.is_time(kind):
        return time(scalar.value, UNITS[kind.unit])
    if types.is_timestamp(kind):
        return timestamp(scalar.value, UNITS[kind.unit], kind.tz)
    if types.is_string(kind) or types.is_large_string(kind):
        return scalar.as_py()
    if types.is_binary(kind) or types.is_large_binary(kind) or types.is_fixed_size_binary(kind):
        try:
            return scalar.as_py().decode("utf-8")
        except UnicodeDecodeError:
            return base64.b64encode(scalar.as_py()).decode("ascii")
    if types.is_struct(kind):
        return {field.name: value(scalar[field.name], field.type) for field in kind}
    if types.is_map(kind):
        members = {}
        for entry in scalar.values:
            key = value(entry["key"], kind.key_type)
            text = key.text if isinstance(key, Number) else key
            members[json.dumps(text) if isinstance(text, bool) else text] = value(
                entry["value"], kind.item_type
            )
        return members
    if types.is_list(kind) or types.is_large_list(kind):
        return [value(item, kind.value_type) for item in scalar.values]
    raise ValueError(str(kind))


def render(one):
    if isinstance(one, Number):
        return one.text
    if isinstance(one, dict):
        return (
            "{" + ",".join(json.dumps(name) + ":" + render(member) for name, member in one.items()) + "}"
        )
    if isinstance(one, list):
        return "[" + ",".join(map(render, one)) + "]"
    return json.dumps(one)


def lines(table):
    names = table.schema.names
    columns = [table.column(i) for i in range(len(names))]
    for row in range(table.num_rows):
        yield render(
            {name: value(columns[i][row], columns[i].type) for i, name in enumerate(names)}
        )


class Random:
    """Values of each type, with its ends and with nulls among them."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def often_null(self, make, size, share):
        return [None if self.random.random() < share else make() for _ in range(size)]

    def text(self):
        alphabet = 'ab\u00e4\u20ac\U0001f600"\\\n\t\u0000\u007f\u2028 '
        return "".join(self.random.choice(alphabet) for _ in range(self.random.randrange(12)))

    def bits(self, width, signed):
        low, high = (-(2 ** (width - 1)), 2 ** (width - 1) - 1) if signed else (0, 2**width - 1)
        if self.random.random() < 0.2:
            return self.random.choice([low, high, 0])
        return self.random.randint(low, high)

    def real(self, kind):
        special = [0.0, -0.0, math.inf, -math.inf, math.nan, 1e23, 2.2250738585072014e-308, 0.1, 1.5]
        if self.random.random() < 0.2:
            return float(kind(self.random.choice(special)))
        with numpy.errstate(all="ignore"):
            return float(kind(self.random.uniform(-1, 1) * 10.0 ** self.random.randint(-9, 9)))

    def decimal(self, precision, scale):
        number = self.random.randint(-(10**precision) + 1, 10**precision - 1)
        return decimal.Decimal(number).scaleb(-scale, decimal.Context(prec=100))


def columns(make, size, share):
    """A column of each type that pyarrow can write."""
    kinds = {
        "flag": (pyarrow.bool_(), lambda: make.random.random() < 0.5),
        "text": (pyarrow.string(), make.text),
        "large_text": (pyarrow.large_string(), make.text),
        "bytes": (pyarrow.binary(), lambda: make.random.randbytes(make.random.randrange(9))),
        "plain_bytes": (pyarrow.binary(), lambda: make.text().encode("utf-8")),
        "fixed": (pyarrow.binary(5), lambda: make.random.randbytes(5)),
        "date": (pyarrow.date32(), lambda: date_of(make.random.randint(-719162, 2932896))),
        "half": (pyarrow.float16(), lambda: numpy.float16(make.real(numpy.float16))),
        "single": (pyarrow.float32(), lambda: make.real(numpy.float32)),
        "double": (pyarrow.float64(), lambda: make.real(numpy.float64)),
        "never": (pyarrow.null(), lambda: None),
    }
    for width in (8, 16, 32, 64):
        for signed in (True, False):
            kinds[("int" if signed else "uint") + str(width)] = (
                getattr(pyarrow, ("int" if signed else "uint") + str(width))(),
                lambda width=width, signed=signed: make.bits(width, signed),
            )
    for precision, scale in ((1, 0), (9, 2), (18, 18), (38, 10), (76, 38)):
        wide = pyarrow.decimal128 if precision <= 38 else pyarrow.decimal256
        kinds["decimal_%d_%d" % (precision, scale)] = (
            wide(precision, scale),
            lambda precision=precision, scale=scale: make.decimal(precision, scale),
        )
    for unit in ("ms", "us", "ns"):
        least, most = {"ms": (-62135596800000, 253402300799999)}.get(
            unit, {"us": (-62135596800000000, 253402300799999999)}.get(unit, (-(2**62), 2**62))
        )
        kinds["local_" + unit] = (
            pyarrow.timestamp(unit),
            lambda least=least, most=most: make.random.randint(least, most),
        )
        kinds["instant_" + unit] = (
            pyarrow.timestamp(unit, "UTC"),
            lambda least=least, most=most: make.random.randint(least, most),
        )
    kinds["time_ms"] = (pyarrow.time32("ms"), lambda: make.random.randrange(86400000))
    kinds["time_us"] = (pyarrow.time64("us"), lambda: make.random.randrange(86400000000))
    kinds["time_ns"] = (pyarrow.time64("ns"), lambda: make.random.randrange(86400000000000))
    fields, arrays = [], []
    for name, (kind, one) in kinds.items():
        fields.append(pyarrow.field(name, kind))
        values = make.often_null(one, size, share)
        if pyarrow.types.is_timestamp(kind) or pyarrow.types.is_time(kind):
            width = pyarrow.int32() if kind.bit_width == 32 else pyarrow.int64()
            arrays.append(pyarrow.array(values, width).cast(kind))
        else:
            arrays.append(pyarrow.array(values, kind))
    return fields, arrays


def date_of(days):
    return EPOCH + datetime.timedelta(days=days)


def nested(make, size):
    """Lists, maps and structures, in one another."""
    number = lambda: make.bits(32, True)
    some = lambda one, most=4: lambda: [
        None if make.random.random() < 0.2 else one() for _ in range(make.random.randrange(most))
    ]
    pairs = lambda key, one: lambda: list(
        {key(): one() for _ in range(make.random.randrange(4))}.items()
    )
    point = lambda: {
        "x": number(),
        "in.ner": None if make.random.random() < 0.3 else {"y": make.text(), "z": some(number)()},
    }
    inner = pyarrow.struct([("y", pyarrow.string()), ("z", pyarrow.list_(pyarrow.int32()))])
    point_kind = pyarrow.struct([("x", pyarrow.int32()), ("in.ner", inner)])
    kinds = {
        "list": (pyarrow.list_(pyarrow.int32()), some(number)),
        "list_of_lists": (pyarrow.list_(pyarrow.list_(pyarrow.string())), some(some(make.text))),
        "structure": (point_kind, point),
        "list_of_structures": (pyarrow.list_(point_kind), some(point)),
        "map": (pyarrow.map_(pyarrow.string(), pyarrow.int32()), pairs(make.text, number)),
        "map_of_numbers": (pyarrow.map_(pyarrow.int32(), point_kind), pairs(number, point)),
        "map_of_lists": (
            pyarrow.map_(pyarrow.string(), pyarrow.list_(pyarrow.float64())),
            pairs(make.text, some(lambda: make.real(numpy.float64))),
        ),
        "list_of_maps": (
            pyarrow.list_(pyarrow.map_(pyarrow.string(), pyarrow.string())),
            some(pairs(make.text, make.text)),
        ),
    }
    fields = [pyarrow.field(name, kind) for name, (kind, _) in kinds.items()]
    arrays = [pyarrow.array(make.often_null(one, size, 0.2), kind) for kind, one in kinds.values()]
    return fields, arrays


def write(folder, name, table, **options):
    path = folder / (name + ".parquet")
    pyarrow.parquet.write_table(table, path, **options)
    read = pyarrow.parquet.ParquetFile(path).read()
    if options.get("use_deprecated_int96_timestamps"):
        # pyarrow gives no zone to these; other programs write and read them in UTC.
        instant = pyarrow.timestamp("ns", "UTC")
        read = read.cast(pyarrow.schema([(name, instant) for name in read.schema.names]))
    (folder / (name + ".json")).write_text("".join(line + "\n" for line in lines(read)), "utf-8")


def main(folder, seed):
    make = Random(seed)
    fields, arrays = columns(make, 120, 0.2)
    more, others = nested(make, 120)
    table = pyarrow.table(arrays + others, pyarrow.schema(fields + more))
    for codec in CODECS:
        for version in ("1.0", "2.0"):
            options = {"compression": codec, "data_page_version": version}
            name = "all-%s-%s" % (codec, version)
            write(folder, name, table, **options)
            options.update(use_dictionary=False, data_page_size=200, row_group_size=50)
            write(folder, name + "-small", table, write_page_checksum=True, **options)
    required = pyarrow.schema(
        [pyarrow.field(one.name, one.type, nullable=one.type == pyarrow.null()) for one in fields]
    )
    write(folder, "required", pyarrow.table(columns(make, 100, 0)[1], required))
    write(folder, "few-values", pyarrow.concat_tables([table.slice(0, 3)] * 500))
    write(folder, "no-rows", table.slice(0, 0))
    write(folder, "old", table.select(["text", "instant_us", "list", "decimal_9_2"]), version="1.0")
    instants = table.select(["instant_ns", "local_ns"])
    write(folder, "int96", instants, use_deprecated_int96_timestamps=True)
    write(folder, "decimals", table.select(["decimal_1_0", "decimal_9_2", "decimal_18_18"]),
          store_decimal_as_integer=True)
    write(folder, "two-level", table.select(["list", "list_of_lists"]), use_compliant_nested_type=False)
    encodings = {
        "DELTA_BINARY_PACKED": ["int8", "uint16", "int32", "uint32", "int64", "uint64", "date"],
        "DELTA_LENGTH_BYTE_ARRAY": ["text", "bytes"],
        "DELTA_BYTE_ARRAY": ["text", "bytes", "fixed", "decimal_38_10"],
        "BYTE_STREAM_SPLIT": ["single", "double", "int32", "int64", "fixed", "half"],
        "RLE": ["flag"],
        "PLAIN": ["flag", "text", "int64", "fixed"],
    }
    for encoding, names in encodings.items():
        for version in ("1.0", "2.0"):
            for size in (1, 2, 120):
                write(
                    folder,
                    "%s-%s-%d" % (encoding.lower(), version, size),
                    table.select(names).slice(0, size),
                    use_dictionary=False,
                    column_encoding={name: encoding for name in names},
                    data_page_version=version,
                    data_page_size=300,
                )
    odd = ["a.b", "`c`", 'd"\\', "Name", "name", "", " ", "\u00e4\n", "_file"]
    write(folder, "names", pyarrow.table([pyarrow.array([i, None]) for i in range(len(odd))], odd))
    many = pyarrow.table({"n": pyarrow.array(range(200000), pyarrow.int64()),
                          "even": pyarrow.array([i % 2 == 0 for i in range(200000)])})
    write(folder, "many", many, row_group_size=60000)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), int(sys.argv[2]))
