"""JavaScript as tokens: enough of its grammar to know what is a comment and what is a string."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple


class Token(NamedTuple):
    """A piece of JavaScript.

    Attributes:
        kind: ``comment``, ``space``, ``word``, ``sign``, or ``literal`` for strings, regular
            expressions and the texts of templates.
        text: as it is written.
        line: where it begins, from 1.
    """

    kind: str
    text: str
    line: int


_PLAIN = re.compile(
    r"""
    (?P<comment> //[^\n]* | /\*[\s\S]*?\*/ )
    | (?P<literal> "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*' )
    | (?P<word> [\w$\#]+ )
    | (?P<space> \s+ )
    | (?P<sign> (?!/\*)[^"'`] )
    """,
    re.VERBOSE,
)
_REGEX = re.compile(r"/(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*")
# The text of a template: from ` or from the } of a value, to ` or to the ${ of a value.
_TEMPLATE = re.compile(r"[`}](?:[^`\\$]|\\[\s\S]|\$(?!\{))*(?:`|\$\{)")
# A regular expression may follow these words; after any other word a slash divides.
_OPERATORS = {"await", "case", "delete", "in", "of", "return", "typeof", "void", "yield"}


def tokens(code: str) -> Iterator[Token]:
    """Yield all tokens; their texts, joined, are the code.

    A slash after ``)``, ``]``, ``}``, a literal or a name is a division: a regular expression
    cannot begin a statement.

    Raises:
        ValueError: a string, template, comment or regular expression does not end; with its line.
    """
    place, line = 0, 1
    before: Token | None = None
    # How many braces are open in the value of each template around this place.
    values: list[int] = []
    while place < len(code):
        pattern, kind = _pattern(code, place, before, in_value=bool(values) and not values[-1])
        found = pattern.match(code, place)
        if found is None:
            raise ValueError(f"line {line}: what begins with {code[place]} does not end")
        token = Token(kind or str(found.lastgroup), found.group(), line)
        _count_braces(values, token, is_template=pattern is _TEMPLATE)
        yield token
        line += token.text.count("\n")
        place = found.end()
        if token.kind not in ("comment", "space"):
            before = token
    if values:
        raise ValueError(f"line {line}: a template does not end")


def _pattern(
    code: str, place: int, before: Token | None, *, in_value: bool
) -> tuple[re.Pattern[str], str | None]:
    """Return the pattern of the token at a place, and its kind unless a group says it."""
    if code[place] == "`" or (in_value and code[place] == "}"):
        return _TEMPLATE, "literal"
    is_slash = code[place] == "/" and code[place + 1 : place + 2] not in ("/", "*")
    if is_slash and not _is_operand(before):
        return _REGEX, "literal"
    return _PLAIN, None


def _is_operand(token: Token | None) -> bool:
    if token is None:
        return False
    if token.kind == "literal":
        return not token.text.endswith("${")
    if token.kind == "word":
        return token.text not in _OPERATORS
    return token.text in ")]}"


def _count_braces(values: list[int], token: Token, *, is_template: bool) -> None:
    """Follow the values of templates, which end with a brace that was not opened in them."""
    if is_template:
        if token.text[0] == "}":
            values.pop()
        if token.text.endswith("${"):
            values.append(0)
    elif values and token.text in ("{", "}"):
        values[-1] += 1 if token.text == "{" else -1
