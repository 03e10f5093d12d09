"""What docs/contracts.md says of JSON objects on lines, written a second time by Python's own reader of JSON.

For the lines that are generated here: none begins with a comma that goes on with nothing, none ends with one.
"""
import json
import re

READER = json.JSONDecoder()
NO_OBJECT = re.compile(r'[^"{]*')
TEXT = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\\?$)')


def pieces(line):
    """The records of a line: each object behind another one begins one, whatever stands between them."""
    made, begin = [], 0
    while True:
        try:
            value, end = READER.raw_decode(line, begin)
        except ValueError:
            break
        behind = NO_OBJECT.match(line, end).end()
        if not isinstance(value, dict) or line[behind:behind + 1] != "{":
            break
        made.append(line[begin:behind])
        begin = behind
    return made + [line[begin:]]


def is_begun(text):
    """Whether a text begins a JSON value and does not end it: whatever is wrong with it is that it ends."""
    try:
        json.loads(text)
        return False
    except json.JSONDecodeError as fault:
        return fault.pos >= len(text.rstrip())


def goes_on(text, following):
    """Whether JSON may have what follows, as far as its first character tells, behind a text that is begun."""
    first = following.lstrip(" \t\r")[0]
    more = text + (first if first in "{}[]:," else '""' if first == '"' else "0")
    return is_begun(text) and (is_begun(more) or is_value(more))


def is_value(text):
    """Whether a text is one JSON value."""
    try:
        json.loads(text)
        return True
    except ValueError:
        return False


def closes_other(piece):
    """Whether a bracket closes that does not open in it."""
    depth = 0
    for one in TEXT.sub("", piece):
        depth += (one in "{[") - (one in "}]")
        if depth < 0:
            return True
    return False


def is_refused(lines):
    """Whether objects of a file may go on over the ends of their lines, so that nobody knows what is inside of them.

    A line that leaves an object open, with which the next may go on, was cut off if something comes that JSON does not
    have there. Else it goes on: to a line that closes more than it opens, or to the end of a file that is cut off.
    """
    text, is_going_on, is_suspect = "0", False, False
    for line in lines:
        for piece in pieces(line):
            is_going_on = goes_on(text, piece)
            is_suspect |= is_going_on
            if is_suspect and closes_other(piece):
                return True
            text = (text if is_going_on else "") + piece + "\n"
    return is_going_on
