"""Text tables: separators, decimal marks, quotes, encodings; what is wrong is named by its line."""

import bz2
import gzip

import pyarrow as pa
import pytest

from tests.support.tables import ACCURACY, accuracy, frame, recorded, refused

PROB = ["prob_0", "prob_1", "prob_2"]
TEXT = frame(PROB).to_csv(index=False)
COMMA = frame(PROB).to_csv(index=False, sep=";", decimal=",")
# A blank row as spreadsheets write it.
COMMAS = "," * TEXT.partition("\n")[0].count(",")
FORMS = {
    "comma.csv": TEXT,
    "semicolon.csv": TEXT.replace(",", ";"),
    "decimal_comma.csv": COMMA,
    "tab.tsv": TEXT.replace(",", "\t"),
    "decimal_comma.tsv": COMMA.replace(";", "\t"),
    "bar.txt": TEXT.replace(",", "|"),
    "spaces.csv": TEXT.replace(",", " , "),
    "quoted.csv": '"' + TEXT.strip().replace(",", '","').replace("\n", '"\n"') + '"\n',
    "spaces_and_quotes.csv": '"' + TEXT.strip().replace(",", '", "').replace("\n", '"\n"') + '"',
    "quoted_decimal_comma.csv": frame(PROB).to_csv(index=False, decimal=","),
    "blank_lines.csv": "\n\n" + TEXT.replace("\n", "\n  \n") + "\n\n",
    "blank_cells_at_the_end.csv": TEXT + ",\n, ,\n",
    "blank_rows.csv": TEXT.replace("\n", "\n" + COMMAS + "\n"),
    "blank_rows_of_spaces.csv": TEXT.replace("\n", "\n" + COMMAS.replace(",", " ,") + "\n"),
    "blank_rows_and_quotes.csv": TEXT.replace("label", '"label"').replace("\n", f"\n{COMMAS}\n"),
    "blank_rows.tsv": TEXT.replace("\n", "\n" + COMMAS + "\n").replace(",", "\t"),
    "blank_rows_above.csv": COMMAS + "\n" + TEXT,
    "windows.csv": TEXT.replace("\n", "\r\n"),
    "old_mac.csv": TEXT.replace("\n", "\r"),
    "no_last_newline.csv": TEXT.rstrip("\n"),
    "excel.csv": "sep=;\r\n" + COMMA,
    "bom.csv": ("\ufeff" + TEXT).encode(),
    "utf16.csv": TEXT.encode("utf-16"),
    "utf16_without_mark.csv": TEXT.encode("utf-16-le"),
    "utf32.csv": ("\ufeff" + TEXT).encode("utf-32-le"),
    "a.csv.gz": gzip.compress(TEXT.encode()),
    "a.csv.bz2": bz2.compress(TEXT.encode()),
    "a.csv.zst": pa.compress(TEXT.encode(), codec="zstd", asbytes=True),
}


@pytest.mark.parametrize("name", FORMS)
def test_every_form_of_a_table_gives_the_accuracy_of_its_numbers(tmp_path, name):
    assert accuracy(recorded(tmp_path, FORMS[name], name=name)) == ACCURACY


HEAD = "label,prob_0,prob_1\n0,.9,.1\n"
WRONG = {
    "a remark above": (
        "# resnet\n" + HEAD,
        "line 2: expected 1 cells as in the header, got 3; the h",
    ),
    "separated by spaces": (HEAD.replace(",", " "), "expected cells separated by a comma, semico"),
    "ragged": (HEAD + "1,.2\n", "line 3: expected 3 cells as in the header, got 2"),
    "ragged with quotes": (HEAD + '"1",.2,.8,1\n', "line 3: expected 3 cells"),
    "ragged after blank lines": (HEAD + "\n\n1,.2,.8,1\n", "line 5: expected 3 cells"),
    "cell after blank rows": (HEAD + ",,\n,,\n1,x,.8\n", "line 5, column 'prob_0'"),
    "empty cell after blank rows": (HEAD + ",,\n1,,.8\n", "line 4, column 'prob_0': expected"),
    "line after a cell of lines": ('label,"a\nb"\n0,"x\ny"\n1\n', "line 5: expected 2 cells"),
    "open quote": (HEAD + '1,".2,.8\n', "line 3: a quote that is opened here is never closed"),
    "text after a quote": (HEAD + '1,".2"5,.8\n', "line 3: expected a separator"),
    "long cell": (HEAD + f"1,{'1' * 200_000},.8\n", "line 3: expected at most 131,072"),
    "long quoted cell": (HEAD + f'1,"{"1" * 200_000}",.8\n', "line 3: expected at most 131,072"),
    "no header": ("0,.9,.1\n1,.2,.8\n", "line 1: expected a header"),
    "empty": ("", "a header and rows, got 0 columns"),
    "blank": ("\n \n\n", "a header and rows"),
    "twice": ("label,p_0,p_0\n0,.9,.1\n", "columns 2 and 3 are both named 'p_0'"),
    "latin1": (HEAD.encode() + b"1,\xe9,.8\n", "line 3: expected UTF-8 text, got byte 0xe9"),
    "NUL": (HEAD + "1,\0,.8\n" + "1,.2,.8\n" * 9, "line 3: expected text, got a NUL byte"),
    "mixed marks": (
        "label;prob_0;prob_1\n0;0,9;0.1\n1;0.2;0.8\n",
        "line 3, column 'prob_0': expected a number with a decimal comma",
    ),
    "not zlib": (b"\x1f\x8b\x08junk", "cannot be read"),
    "bomb": (gzip.compress(b"label,a\n" + b"0,1\n" * 20_000_000), "at most 67,108,864 bytes"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_refused_with_its_line(tmp_path, name, capsys):
    content, problem = WRONG[name]
    is_packed = name in ("not zlib", "bomb")
    file = "table.csv.gz" if is_packed else "table.csv"
    assert problem in refused(tmp_path, capsys, content, name=file)


def test_a_message_stays_short_and_shows_no_control_characters(tmp_path, capsys):
    text = "label,prob_0,prob_1\n0,.9,\x1b[31m\u202e" + "x" * 5000 + "\n"
    problem = refused(tmp_path, capsys, text)
    assert "\x1b" not in problem
    assert "\u202e" not in problem
    assert len(problem) < 400
