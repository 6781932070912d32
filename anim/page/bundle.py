"""ES modules, joined into one script when a page is written.

The modules of a player share one scope in a page, so they keep to a part of the language; anything
else is an error that names the file and the line:

- Imports are ``import { a, b } from "./module.mjs";``, each on one line, of names that the module
  exports. Nothing is renamed, there is no default, no circle, and no ``import()``.
- Exports stand before their declaration: ``export class``, ``const``, ``function``, ...
- A declaration at the top of a module declares one name, which no other module declares or uses
  without an import, unless after a dot. So nothing changes its meaning in the shared scope.

Each module runs after those that it imports. Left out are comments, and spaces and ends of
lines that separate nothing; a declaration and a member of a class still begin a line. Within them
`const` becomes `let`, and private members have short names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable
from string import ascii_letters

from anim.page.javascript import Token, tokens

_IMPORT = re.compile(r'import \{ (\w+(?:, \w+)*) \} from "\./([\w.]+)";')
# A space beside one of these separates nothing: no two of them mean something else when they touch.
_SEPARATORS = frozenset("{}()[],;:=?&|")
# Nor does a space between one of these and a word or a string.
_OPERATORS = frozenset("+-*/%<>!")
# No statement ends with one of these, so that the end of a line after it separates nothing.
_OPEN = frozenset("([,")
# Nor does it after one of these; it is kept around declarations, and members of a class.
_ENDS = frozenset("{;")
_DECLARATIONS = {"class", "const", "function", "let", "var"}


@dataclass
class _Module:
    """A module without its imports, and without the word ``export``.

    Attributes:
        name: of its file.
        code: its text.
        imports: line, name and module of each import.
        declared: line of each name that is declared at its top.
        exports: those of them that other modules may import.
        used: line of each word of the code, but for names of members after a dot.
    """

    name: str
    code: str = ""
    imports: list[tuple[int, str, str]] = field(default_factory=list)
    declared: dict[str, int] = field(default_factory=dict)
    exports: set[str] = field(default_factory=set)
    used: dict[str, int] = field(default_factory=dict)


def bundle(folder: Traversable, entry: str, reserved: frozenset[str] = frozenset()) -> str:
    """Return the code of a module and of all that it imports, for one scope.

    Args:
        folder: of the modules.
        entry: name of the file to begin with.
        reserved: names that are declared around the code.

    Raises:
        ValueError: a module does not keep to what this file's docstring says.
    """
    modules = _in_order(folder, entry, [], {})
    owners = dict.fromkeys(reserved, "the page")
    for module in modules.values():
        for name, line in module.declared.items():
            if name in owners:
                raise _error(module, line, f"{name} is declared by {owners[name]} already")
            owners[name] = module.name
    for module in modules.values():
        for line, name, origin in module.imports:
            if name not in modules[origin].exports:
                raise _error(module, line, f"{origin} does not export {name}")
        known = {name for _, name, _ in module.imports} | module.declared.keys() | reserved
        for name, line in module.used.items():
            if name in owners and name not in known:
                raise _error(module, line, f"{name} is declared by {owners[name]}: import it")
    return _with_short_names("\n".join(module.code for module in modules.values()))


def _with_short_names(code: str) -> str:
    """Return code whose private members have short names: none is known outside of its class."""
    stream = list(tokens(code))
    private = {token.text for token in stream if token.kind == "word" and token.text[0] == "#"}
    several = [
        f"#{letter}{more}" for more in ("", *range(len(private))) for letter in ascii_letters
    ]
    short = dict(zip(sorted(private), several, strict=False))
    return "".join(short.get(token.text, token.text) for token in stream)


def _in_order(
    folder: Traversable, name: str, above: list[str], found: dict[str, _Module]
) -> dict[str, _Module]:
    """Return a module, and before it all that it imports.

    Args:
        folder: of the modules.
        name: of the module.
        above: the modules that lead to it by their imports.
        found: modules that are there already; it is added to.
    """
    if name in found:
        return found
    if name in above:
        raise ValueError(f"modules import each other: {' -> '.join([*above, name])}")
    path = folder / name
    if not path.is_file():
        raise ValueError(f"{above[-1] if above else name}: there is no module {name}")
    module = _parse(name, path.read_text("utf-8"))
    for _, _, origin in module.imports:
        _in_order(folder, origin, [*above, name], found)
    found[name] = module
    return found


def _parse(name: str, text: str) -> _Module:
    """Return a module, read from its text."""
    module = _Module(name)
    try:
        stream = _without_comments(text)
    except ValueError as error:
        raise ValueError(f"{name}, {error}") from None
    depth, at = 0, 0
    kept: list[Token] = []
    while at < len(stream):
        token = stream[at]
        at += 1
        if depth == 0 and token.text == "import":
            at = _read_import(module, stream, at - 1)
            continue
        if depth == 0 and token.text == "export":
            at = _read_export(module, stream, at)
            continue
        if depth == 0:
            _read_declaration(module, stream, at - 1)
        if token.kind == "sign":
            depth += (token.text in "([{") - (token.text in ")]}")
        elif token.kind == "word" and (not kept or kept[-1].text != "."):
            module.used.setdefault(token.text, token.line)
        kept.append(token)
    module.code = _joined(kept)
    return module


def _without_comments(text: str) -> list[Token]:
    """Return tokens with one space or one line's end between them, where there was any."""
    kept: list[Token] = []
    for token in tokens(text):
        if token.kind == "comment":
            continue
        if token.kind != "space":
            kept.append(token)
            continue
        space = "\n" if "\n" in token.text else " "
        if kept and kept[-1].kind == "space":
            space = max(space, kept.pop().text, key="\n".__eq__)
        kept.append(token._replace(text=space))
    return kept


def _joined(stream: list[Token]) -> str:
    """Return the text of tokens, without spaces that separate nothing."""
    texts = [token.text for token in stream]
    found, depth, shallow = [], 0, 0
    for token, before, after in zip(stream, ["", *texts], [*texts[1:], ""], strict=False):
        if depth == 0 and token.text in _DECLARATIONS:
            shallow = int(token.text == "class")
        if token.kind == "sign":
            depth += (token.text == "{") - (token.text == "}")
        if depth and token.text == "const" and before != "." and after == " ":
            found.append("let")
        elif _needs(before, token.text, after, is_deep=depth > shallow):
            found.append(token.text)
    return "".join(found).strip()


def _needs(before: str, text: str, after: str, *, is_deep: bool) -> bool:
    """Return whether code needs a text between two others, or shows with it what begins there."""
    if text == "\n" and is_deep and (before in _ENDS or after == "}"):
        return False
    if text == "\n":
        return before not in _OPEN
    if text != " " or before in _SEPARATORS or after in _SEPARATORS:
        return text != " "
    # A regular expression and a division would begin a comment.
    is_regex = any(len(one) > 1 and one[0] == "/" for one in (before, after))
    return is_regex or (before in _OPERATORS) == (after in _OPERATORS)


def _read_import(module: _Module, stream: list[Token], at: int) -> int:
    """Read an import, and return where the next line begins."""
    line = stream[at].line
    end = next((i for i in range(at, len(stream)) if stream[i].text == "\n"), len(stream))
    found = _IMPORT.fullmatch("".join(token.text for token in stream[at:end]))
    if found is None:
        raise _error(module, line, 'an import is import { a, b } from "./module.mjs"; on one line')
    module.imports += [(line, name, found[2]) for name in found[1].split(", ")]
    return end + 1


def _read_export(module: _Module, stream: list[Token], at: int) -> int:
    """Read what is exported, and return where its declaration begins."""
    words = [token.text for token in stream[at : at + 6] if token.kind != "space"]
    words = words[1:] if words[:1] == ["async"] else words
    if len(words) < 2 or words[0] not in _DECLARATIONS:
        raise _error(module, stream[at - 1].line, "an export stands before a declaration")
    module.exports.add(words[1])
    return at + 1


def _read_declaration(module: _Module, stream: list[Token], at: int) -> None:
    """Note the name that is declared, if a declaration begins here."""
    token = stream[at]
    if token.text == ",":
        raise _error(module, token.line, "a declaration at the top declares one name")
    if token.kind != "word" or token.text not in _DECLARATIONS:
        return
    names = [token for token in stream[at + 1 : at + 5] if token.text not in (" ", "\n", "*")]
    if not names or names[0].kind != "word":
        raise _error(module, token.line, "a declaration at the top declares one name")
    name = names[0].text
    if name in module.declared:
        raise _error(module, token.line, f"{name} is declared by {module.name} already")
    module.declared[name] = token.line


def _error(module: _Module, line: int, text: str) -> ValueError:
    return ValueError(f"{module.name}, line {line}: {text}")
