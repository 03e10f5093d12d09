"""The grammar of docs/contracts.md, written a second time: what a text is a value of, and which one.

A value is given as the text that the check compares: numbers without zeros that say nothing, dates and moments
in ISO 8601. NONE stands for a text that is no value.
"""
import datetime
import json
import re
from decimal import Decimal

NONE = object()
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?", re.ASCII)
DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
MOMENT = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?(Z|z|[+-]\d{2}(?::?\d{2})?)?", re.ASCII)


def number(text):
    text = text.strip(" \t")
    if len(text) > 1000 or not NUMBER.fullmatch(text):
        return NONE
    return Decimal(text)


def plain(value):
    if value == 0:
        return "0"
    text = format(value.normalize(), "f")
    return text


def exact(value):
    sign, digits, exponent = value.as_tuple()
    stripped = list(digits)
    while len(stripped) > 1 and stripped[-1] == 0:
        stripped.pop()
        exponent += 1
    while len(stripped) > 1 and stripped[0] == 0:
        stripped.pop(0)
    return sign, stripped, exponent


def decimal(text, precision, scale):
    value = number(text)
    if value is NONE:
        return NONE
    sign, digits, exponent = exact(value)
    if digits == [0]:
        return "0"
    if -exponent > scale or len(digits) + exponent > precision - scale:
        return NONE
    shifted = "".join(map(str, digits)) + "0" * max(0, exponent)
    if exponent < 0:
        shifted = shifted.rjust(-exponent + 1, "0")
        shifted = shifted[:exponent] + "." + shifted[exponent:]
    return ("-" if sign else "") + shifted


def integer(text):
    whole = decimal(text, 19, 0)
    if whole is NONE or not -(2**63) <= int(whole) < 2**63:
        return NONE
    return str(int(whole))


def real(text):
    value = number(text)
    if value is NONE:
        return NONE
    nearest = float(text.strip(" \t"))
    if nearest in (float("inf"), float("-inf")) or (nearest == 0 and exact(value)[1] != [0]):
        return NONE
    return repr(nearest + 0.0 if nearest else 0.0)


def boolean(text):
    lower = text.strip(" \t").lower()
    return lower if lower in ("true", "false") and lower.isascii() else NONE


def date(text):
    match = DATE.fullmatch(text.strip(" \t"))
    if not match:
        return NONE
    try:
        return datetime.date(*map(int, match.groups())).isoformat()
    except ValueError:
        return NONE


def timestamp(text):
    match = MOMENT.fullmatch(text.strip(" \t"))
    if not match:
        return NONE
    day, hour, minute, second, fraction, zone = match.groups()
    fraction = fraction or "0"
    if fraction[6:].strip("0"):
        return NONE
    if date(day) is NONE or int(hour) > 23 or int(minute) > 59 or int(second or 0) > 59:
        return NONE
    moment = datetime.datetime.fromisoformat(f"{day}T{hour}:{minute}:{second or '00'}")
    moment = moment.replace(microsecond=int(fraction[:6].ljust(6, "0")))
    if zone and zone not in "Zz":
        hours, minutes = int(zone[1:3]), int(zone[3:].lstrip(":") or 0)
        if hours > 18 or minutes > 59 or (hours == 18 and minutes):
            return NONE
        shift = datetime.timedelta(hours=hours, minutes=minutes)
        try:
            moment = moment - shift if zone[0] == "+" else moment + shift
        except OverflowError:
            return NONE
    return moment.isoformat(timespec="microseconds")


def string(text):
    return text


READERS = {
    "n": integer,
    "d": lambda text: decimal(text, 18, 4),
    "r": real,
    "b": boolean,
    "day": date,
    "t": timestamp,
    "s": string,
}


def nested(value):
    """An object {k: string, v: DECIMAL(10,2), l: [integer]} as JSON; NONE if any value in it is none."""
    if not isinstance(value, dict):
        return NONE
    made = {"k": None, "v": None, "l": None}
    if value.get("k") is not None:
        k = value["k"]
        made["k"] = k if isinstance(k, str) else NONE
    if value.get("v") is not None:
        v = value["v"]
        made["v"] = decimal(str(v), 10, 2) if not isinstance(v, (dict, list, bool)) else NONE
    if value.get("l") is not None:
        if not isinstance(value["l"], list):
            return NONE
        made["l"] = []
        for item in value["l"]:
            if isinstance(item, (dict, list, bool)):
                return NONE
            made["l"].append(None if item is None else integer(str(item)))
    if NONE in (made["k"], made["v"]) or NONE in (made["l"] or []):
        return NONE
    return json.dumps(made, ensure_ascii=False)


CONTRACT = """apiVersion: v3.2.0
kind: DataContract
id: {name}
name: {name}
version: 1.0.0
status: active
schema:
  - name: {name}
    logicalType: object
    properties:
      - {{name: id, logicalType: string, required: true, primaryKey: true}}
      - {{name: n, logicalType: integer}}
      - {{name: d, logicalType: number, physicalType: "DECIMAL(18,4)"}}
      - {{name: r, logicalType: number, physicalType: DOUBLE}}
      - {{name: b, logicalType: boolean}}
      - {{name: day, logicalType: date}}
      - {{name: t, logicalType: timestamp}}
      - {{name: s, logicalType: string}}
      - name: o
        logicalType: object
        properties:
          - {{name: k, logicalType: string}}
          - {{name: v, logicalType: number, physicalType: "DECIMAL(10,2)"}}
          - {{name: l, logicalType: array, items: {{logicalType: integer}}}}
      - {{name: seq, logicalType: timestamp, required: true}}
customProperties:
  - {{property: orderingColumn, value: seq}}
  - {{property: quarantineLimit, value: 1}}
  - property: arrivals
    value:
      - {{name: files, format: {format}, location: {name}/{options}}}
"""
