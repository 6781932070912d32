"""Texts from others control no terminal, hide nothing, and stay short."""

import pytest

from anim.settings import one_line, plain, printable, shortened, value_text

ESCAPE, OVERRIDE, MARK = "\x1b[31m", "\u202e", "\u200f"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\nb\tc", "a b c"),
        (f"{ESCAPE}red", " [31mred"),
        (f"exe{OVERRIDE}gpj.a", "exegpj.a"),
        (f"a{MARK}b\u2066c\u2069", "abc"),
        ("a\x9bb\x7fc\x85d", "a b c d"),
        ("a\ud800b", "a b"),
        ("a\u2028b\u2029c", "a b c"),
        ("\ufeffa\u00adb\u200bc", "abc"),
    ],
)
def test_what_controls_a_terminal_or_hides_text_is_left_out(text, expected):
    assert plain(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a  b",
        "Größe 10\u2009%",
        "日本語\u3000文",
        "שלום",
        "\u0645\u06cc\u200c\u062e",
        "👨\u200d👩\u200d👧",
    ],
)
def test_texts_of_any_script_stay_as_they_are(text):
    assert plain(text) == printable(text) == text


def test_one_line_has_single_spaces():
    assert one_line("  a \n\n b  ") == "a b"
    assert one_line(7) == one_line(None) == ""


def test_what_is_unprintable_is_written_as_python_writes_it():
    assert printable("a\x1b[2Jb\nc") == r"a\x1b[2Jb\nc"
    assert printable(f"a{OVERRIDE}b\udcff") == r"a\u202eb\udcff"


def test_a_long_line_keeps_its_start_and_its_end():
    text = "start" + "x" * 10**6 + "end"
    found = printable(text)
    assert len(found) <= 1000
    assert found.startswith("start")
    assert found.endswith("end")
    assert " ... " in found
    assert printable(text, None) == text


def test_a_text_of_the_longest_length_is_whole():
    assert shortened("x" * 200) == "x" * 200
    assert len(shortened("x" * 201)) == 200


HUGE = {
    "text": "x" * 10**6,
    "number": 10**400,
    "number that Python does not write": 10**5000,
    "list": list(range(10**5)),
    "bytes": b"x" * 10**6,
}


@pytest.mark.parametrize("value", HUGE.values(), ids=HUGE)
def test_a_value_in_an_error_is_short(value):
    assert len(value_text(value)) <= 200


def test_a_short_value_is_as_python_writes_it():
    assert value_text("a'b") == '"a\'b"'
    assert value_text(1.5) == "1.5"
