"""Cells as numbers, lists of numbers, and classes; decided for a whole column, refused by line."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from anim.record.arrow import compute as pc
from anim.record.spelling import MISSING, is_missing
from anim.record.tables import Table, shown

_NUMBER = r"^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$"
_COMMA = r"^[+-]?(?:\d*,\d+)(?:[eE][+-]?\d+)?$"
_WHOLE = r"^[+-]?\d+(?:[eE][+-]?\d+)?$"
# What float32 holds.
_LARGEST = 3e38
_INTEGER = re.compile(r"([+-]?)0*(\d+)(?:\.0*)?")
# Of one list, such as numpy's or Spark's, within brackets.
_OPEN, _CLOSE = re.compile(r"^(?:tensor|array|DenseVector)?\(?\s*\[+"), re.compile(r"\]+[^\[\]]*$")


@dataclass(frozen=True)
class Coded:
    """A column of classes: its distinct values in order of appearance, and which one each row has.

    Attributes:
        column: its name.
        values: distinct texts.
        codes: [N], places in ``values``.
        key: the column of ids by which they were found, if they are from another table.
    """

    column: str
    values: tuple[str, ...]
    codes: np.ndarray
    key: str | None = None

    def row_of(self, code: int) -> int:
        """Return the first row that has a value."""
        return int((self.codes == code).argmax())


def is_text(kind: pa.DataType) -> bool:
    """Return whether a type is text."""
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or kind == pa.string_view()


def is_number(kind: pa.DataType) -> bool:
    """Return whether a type is a number."""
    return pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)


def is_list(kind: pa.DataType) -> bool:
    """Return whether a type is a list, or Spark's vector."""
    if pa.types.is_struct(kind):
        return kind.get_field_index("values") >= 0
    lists = (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list)
    return any(one(kind) for one in lists)


def stripped(table: Table, name: str) -> pa.Array:
    """Return a column of texts without spaces around them."""
    return pc.utf8_trim_whitespace(table.column(name))


def may_be_numbers(table: Table, name: str) -> bool:
    """Return whether a column has a number in some cell, or nothing in any."""
    kind = value_type(table.types[name])
    if not is_text(kind):
        return is_number(kind) or pa.types.is_null(kind)
    fits, gone = _numbers_and_gaps(table, name)
    return bool(pc.any(fits).as_py() or pc.all(gone).as_py())


def looks_like_numbers(table: Table, name: str) -> bool:
    """Return whether every cell of a column is a number; it may be missing in some."""
    kind = value_type(table.types[name])
    if not is_text(kind):
        return is_number(kind)
    fits, gone = _numbers_and_gaps(table, name)
    return bool(pc.any(fits).as_py() and pc.all(pc.or_(fits, gone)).as_py())


def looks_like_percent(table: Table, name: str) -> bool:
    """Return whether every cell of a column is a text that ends with a percent sign."""
    if not is_text(value_type(table.types[name])):
        return False
    return bool(pc.all(pc.ends_with(pc.fill_null(stripped(table, name), ""), "%")).as_py())


def _numbers_and_gaps(table: Table, name: str) -> tuple[pa.Array, pa.Array]:
    """Return which texts [N] are numbers, and which say that there is none."""
    texts = pc.fill_null(stripped(table, name), "")
    fits = pc.or_(pc.match_substring_regex(texts, _NUMBER), pc.match_substring_regex(texts, _COMMA))
    gaps = pa.array(["", "inf", "-inf", *MISSING], texts.type)
    return fits, pc.is_in(pc.utf8_lower(texts), gaps)


def has_fractions(table: Table, name: str) -> bool:
    """Return whether some cell of a column of numbers is not an integer."""
    column = table.column(name)
    if is_text(column.type):
        whole = pc.match_substring_regex(pc.fill_null(stripped(table, name), ""), _WHOLE)
        fits, _ = _numbers_and_gaps(table, name)
        return bool(pc.any(pc.and_not(fits, whole)).as_py())
    values = column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    return bool((np.isfinite(values) & (values != np.floor(values))).any())


def value_type(kind: pa.DataType) -> pa.DataType:
    """Return the type of values, of dictionaries too."""
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def looks_like_lists(table: Table, name: str) -> bool:
    """Return whether a column holds lists of numbers, as such or as texts in brackets."""
    kind = value_type(table.types[name])
    if is_list(kind):
        return True
    return is_text(kind) and bool(_OPEN.match(stripped(table, name)[0].as_py() or ""))


def numbers(table: Table, name: str) -> np.ndarray:
    """Return a column as float64 [N]: decimal points, or decimal commas, and percent signs.

    Raises:
        SettingError: a cell that is missing, or not a finite number; its line is named.
    """
    column = table.column(name)
    if pa.types.is_boolean(column.type):
        column = column.cast(pa.int8())
    if not is_number(column.type):
        column = _parsed(table, name)
    else:
        if column.null_count:
            table.refuse(name, _first(pc.is_null(column)), "a number")
        column = column.cast(pa.float64(), safe=False)
    values = column.to_numpy(zero_copy_only=False)
    if not (np.abs(values) < _LARGEST).all():
        table.refuse(name, int((~(np.abs(values) < _LARGEST)).argmax()), "a finite number")
    return values


def _parsed(table: Table, name: str) -> pa.Array:
    """Return texts as float64."""
    if not is_text(table.column(name).type):
        table.fail(f"column {shown(name)}: expected numbers, got {table.types[name]}")
    texts = pc.fill_null(stripped(table, name), "")
    scale = 1.0
    if pc.all(pc.ends_with(texts, "%")).as_py():
        texts, scale = pc.utf8_trim_whitespace(pc.utf8_rtrim(texts, "%")), 0.01
    fits, commas = (pc.match_substring_regex(texts, one) for one in (_NUMBER, _COMMA))
    # The rarer mark is the wrong one, if there are both.
    has_commas = pc.any(commas).as_py()
    has_comma = has_commas and pc.sum(commas).as_py() >= pc.sum(_with_point(texts, fits)).as_py()
    if has_comma:
        fits = pc.or_(commas, pc.match_substring_regex(texts, _WHOLE))
    if not pc.all(fits).as_py():
        mark = "comma" if has_comma else "point"
        mark = f" with a decimal {mark}, as in other cells of the column" if has_commas else ""
        table.refuse(name, _first(pc.invert(fits)), f"a number{mark}")
    texts = pc.replace_substring(texts, ",", ".") if has_comma else texts
    # Arrow reads no sign in front of a number but a minus.
    texts = pc.utf8_ltrim(texts, "+")
    return pc.multiply(pc.cast(texts, pa.float64()), scale)


def _with_point(texts: pa.Array, fits: pa.Array) -> pa.Array:
    return pc.and_(fits, pc.match_substring(texts, "."))


def _first(mask: pa.Array) -> int:
    return pc.index(mask, True).as_py()


def lists(table: Table, name: str) -> np.ndarray:
    """Return a column of lists as float64 [N, K].

    They are lists, Spark's dense vectors, or texts such as ``[0.1, 0.9]``.

    Raises:
        SettingError: lists of different lengths, or of something else; the line is named.
    """
    column = table.column(name)
    if is_text(column.type):
        rows = [_floats(text or "") for text in stripped(table, name).to_pylist()]
        wrong = next((i for i, row in enumerate(rows) if row is None), None)
        if wrong is not None:
            table.refuse(name, wrong, "a list of numbers such as [0.1, 0.9]")
        column = pa.array(rows, pa.list_(pa.float64()))
    if pa.types.is_struct(column.type):
        column = _of_vectors(table, name, column)
    if column.null_count:
        table.refuse(name, _first(pc.is_null(column)), "a list")
    if not is_number(value_type(column.type.value_type)):
        table.fail(f"column {shown(name)}: expected lists of numbers, got {column.type}")
    lengths = pc.list_value_length(column).to_numpy(zero_copy_only=False)
    if (lengths != lengths[0]).any() or not lengths[0]:
        row = int((lengths != lengths[0]).argmax())
        where = f"{table.place(row)}, column {shown(name)}"
        table.fail(f"{where}: expected lists of one length, got {lengths[row]} and {lengths[0]}")
    flat = pc.list_flatten(column).cast(pa.float64(), safe=False)
    values = flat.to_numpy(zero_copy_only=False).reshape(len(lengths), lengths[0])
    if not (np.abs(values) < _LARGEST).all():
        wrong = ~(np.abs(values) < _LARGEST).all(1)
        table.refuse(name, int(wrong.argmax()), "finite numbers")
    return values


def _of_vectors(table: Table, name: str, column: pa.Array) -> pa.Array:
    """Return the values of Spark's vectors, which a sparse one has only some of."""
    if column.type.get_field_index("size") >= 0:
        sizes = pc.struct_field(column, "size")
        if sizes.null_count < len(sizes):
            table.refuse(name, _first(pc.is_valid(sizes)), "a dense vector")
    values = pc.struct_field(column, "values")
    if not is_list(values.type):
        table.fail(f"column {shown(name)}: expected lists of numbers, got {column.type}")
    return values


def _floats(text: str) -> list[float] | None:
    """Return the numbers in a text such as ``[0.1, 0.9]`` or ``[0.1 0.9]``; None if it is none."""
    if not _OPEN.match(text) or "..." in text:
        return None
    parts = _CLOSE.sub("", _OPEN.sub("", text)).replace(",", " ").split()
    try:
        return [float(part) for part in parts]
    except ValueError:
        return None


def coded(table: Table, name: str, known: tuple[str, ...] = ()) -> Coded:
    """Return a column of classes; whole numbers are spelled without zeros around them.

    Args:
        table: the table.
        name: of the column.
        known: classes that are called as a missing value often is, such as ``None``.

    Raises:
        SettingError: a missing cell, or one that names no class (a list, a number with decimals).
    """
    column = table.column(name)
    if is_list(column.type):
        problem = "expected one class per row, got lists (several labels, or one-hot, are not read)"
        table.fail(f"column {shown(name)}: {problem}")
    if not is_text(column.type):
        if not (is_number(column.type) or pa.types.is_boolean(column.type)):
            if column.null_count < len(column):
                problem = f"expected one class per row, got {str(column.type)[:60]}"
                table.fail(f"column {shown(name)}: {problem}")
            table.refuse(name, 0, "a class")
        column = pc.cast(column, pa.string())
    column = pc.fill_null(pc.utf8_trim_whitespace(column), "")
    encoded = column.dictionary_encode()
    texts = encoded.dictionary.to_pylist()
    codes = encoded.indices.to_numpy(zero_copy_only=False)
    for code, text in enumerate(texts):
        if is_missing(text) and text not in known:
            hint = "" if not text else "; --classes names it, if it is a class"
            table.refuse(name, int((codes == code).argmax()), f"a class{hint}")
    keys = [key_of(text) for text in texts]
    if all(re.match(_NUMBER, text) for text in texts):
        wrong = next((i for i, key in enumerate(keys) if _INTEGER.fullmatch(key) is None), None)
        if wrong is not None:
            table.refuse(name, int((codes == wrong).argmax()), "a class: a name or an integer")
    ranks = {key: rank for rank, key in enumerate(dict.fromkeys(keys))}
    return Coded(name, tuple(ranks), np.array([ranks[key] for key in keys])[codes])


def ids_in(table: Table, name: str) -> list[str]:
    """Return a column of ids as N texts, integers without zeros around them."""
    values = table.column(name)
    texts = (stripped(table, name) if is_text(values.type) else values).to_pylist()
    return [key_of(str(text)) for text in texts]


def key_of(text: str) -> str:
    """Return the name of a class; an integer without zeros around it (``01``, ``1.0``)."""
    match = _INTEGER.fullmatch(text)
    return text if match is None else ("-" if match[1] == "-" else "") + match[2]


def integer_in(text: str) -> int | None:
    """Return the integer that a text is; None if it is none."""
    match = _INTEGER.fullmatch(text)
    return int(match[1] + match[2]) if match and len(match[2]) < 18 else None
