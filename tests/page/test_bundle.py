"""Modules joined into one script: what is kept, in which order, and what is refused."""

import json
import subprocess
from pathlib import Path

import pytest

import anim.page
from anim.page.bundle import bundle

PLAYER = Path(anim.page.__file__).parent / "player"


@pytest.fixture
def written(tmp_path):
    """Write modules, named by keywords, and return their folder."""

    def write(**modules):
        for name, text in modules.items():
            (tmp_path / f"{name}.mjs").write_text(text)
        return tmp_path

    return write


def test_a_module_comes_after_those_it_imports(written):
    folder = written(
        main='import { b } from "./b.mjs";\nimport { a } from "./a.mjs";\na(b);\n',
        a="export function a(x) {\n  return x;\n}\n",
        b='import { a } from "./a.mjs";\nexport const b = a(1);\n',
    )
    code = bundle(folder, "main.mjs")
    assert code == "function a(x){return x;}\nconst b=a(1);\na(b);"


def test_declarations_and_members_of_classes_begin_a_line_each(written):
    text = """
export class A {
  one = 1;

  two() {
    const three = { const: 3 };
    if (three.const) return 2;
    return () => {
      return 4
    }
  }
}

export const five = 5;
"""
    expected = """class A{
one=1;
two(){let three={const:3};if(three.const)return 2;return()=>{return 4}}
}
const five=5;"""
    assert bundle(written(main=text), "main.mjs") == expected


# Each is an expression; what looks like a comment, a string or an end is none.
TRICKY = [
    r'"// no comment"',
    r"'/* none */ it\'s \\'",
    r'"a  b ; { c"',
    "`two\n      lines // ${1 + 1} /* ${`in ${'}'} side`} */`",
    r"`\` \${ $ { ${{ a: '}' }.a}`",
    r"""/["'`/]\/\//.test("'")""",
    "[8 / 2 / 2, (4) / 2, [6][0] / 3] // a comment's end",
    "((x) => /* it's `one */ x / 2)(3)",
    "[1 - -1, 1 + +1, 2 ** 3, 5 % 3, 1 < 2, true ? .5 : 1]",
    "(() => { for (const x of [/b/]) return typeof /a/ + x; })()",
    "[7 - - 1, 7 + + 1, ! ! 1, 1 < ! 2, 8 / 2 / 2, - 1 / 2, 'a' + - 1, typeof - 1]",
    "[6].map((x) => x > 5 ? x - 1 : - x)",
]


def test_private_members_have_short_names_everywhere(written, node):
    text = """
export class A {
  #first = "#first";
  #second = 2;

  all() {
    return `${this.#first} #first ${#second in this} ${this.#second}`;
  }
}
process.stdout.write(new A().all());
"""
    code = bundle(written(main=text), "main.mjs")
    assert code.count("first") == 2
    assert "#second" not in code
    done = subprocess.check_output([node, "-e", code], text=True)
    assert done == "#first #first true 2"


def test_strings_and_templates_stay_whole(written, node):
    declarations = "".join(f"export const v{i} = {text}\n;" for i, text in enumerate(TRICKY))
    folder = written(main=f"{declarations}")
    names = ", ".join(f"v{i}" for i in range(len(TRICKY)))
    show = "\nprocess.stdout.write(JSON.stringify([{}]))"
    code = f'"use strict";{bundle(folder, "main.mjs")}{show.format(names)}'
    module = f'import {{ {names} }} from "./main.mjs";{show.format(names)}'
    (folder / "shown.mjs").write_text(module)
    (folder / "bundled.cjs").write_text(code)
    by_module, by_bundle = (
        json.loads(subprocess.check_output([node, folder / name]))
        for name in ("shown.mjs", "bundled.cjs")
    )
    assert by_bundle == by_module
    assert "a comment's end" not in code
    assert "it's `one" not in code
    assert "=>x>5?x-1:-x" in code


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('import {\n  a\n} from "./a.mjs";', r"main.mjs, line 1: an import is import \{ a, b \}"),
        ('import a from "./a.mjs";', "line 1: an import is"),
        ('import { a as b } from "./a.mjs";', "line 1: an import is"),
        ('import * as a from "./a.mjs";', "line 1: an import is"),
        ('import { a } from "other";', "line 1: an import is"),
        ('import { b } from "./a.mjs";', "line 1: a.mjs does not export b"),
        ('import { a } from "./none.mjs";', "main.mjs: there is no module none.mjs"),
        ("// first\n\nexport default 1;", "line 3: an export stands before a declaration"),
        ("const b = 1;\nexport { b };", "line 2: an export stands before a declaration"),
        ('export * from "./a.mjs";', "line 1: an export stands before a declaration"),
        ("const b = 1, c = 2;", "line 1: a declaration at the top declares one name"),
        ("const [b, c] = [1, 2];", "line 1: a declaration at the top declares one name"),
        ("let b = 1;\n\nfunction b() {}", "line 3: b is declared by main.mjs already"),
        ('import { a } from "./a.mjs";\nconst a = 1;', "line 2: a is declared by a.mjs already"),
        ("const STYLE = 1;", "line 1: STYLE is declared by the page already"),
        ('import { c } from "./a.mjs";\nc(a);', "line 2: a is declared by a.mjs: import it"),
        ('const b = "no end;', 'main.mjs, line 1: what begins with " does not end'),
        ("const b = 1;\nconst c = `no\nend;", "main.mjs, line 2: what begins with ` does not end"),
        ("const b = `${1 + 1;", "main.mjs, line 1: a template does not end"),
        ("1;\n/* no end", "main.mjs, line 2: what begins with / does not end"),
    ],
)
def test_what_cannot_be_joined_is_refused(written, text, message):
    folder = written(main=text, a="export const a = 1;\nexport const c = 2;\n")
    with pytest.raises(ValueError, match=message):
        bundle(folder, "main.mjs", reserved=frozenset({"STYLE"}))


def test_a_circle_of_imports_is_refused(written):
    folder = written(
        main='import { a } from "./a.mjs";\na;',
        a='import { b } from "./b.mjs";\nexport const a = b;',
        b='import { a } from "./a.mjs";\nexport const b = a;',
    )
    with pytest.raises(ValueError, match=r"each other: main.mjs -> a.mjs -> b.mjs -> a.mjs$"):
        bundle(folder, "main.mjs")


def test_a_name_after_a_dot_may_be_that_of_another_module(written):
    folder = written(
        main='import { a } from "./a.mjs";\nconst b = { c: 1 }.c + a;',
        a="const c = 2;\nexport const a = c;",
    )
    with pytest.raises(ValueError, match=r"line 2: c is declared by a.mjs: import it"):
        bundle(folder, "main.mjs")
    written(main='import { a } from "./a.mjs";\nconst b = a.c;')
    assert bundle(folder, "main.mjs") == "const c=2;\nconst a=c;\nconst b=a.c;"


def test_every_module_of_the_player_is_in_its_script():
    imported = "".join(path.read_text("utf-8") for path in PLAYER.glob("*.mjs"))
    for path in PLAYER.glob("*.mjs"):
        assert path.name == "main.mjs" or f'from "./{path.name}";' in imported
    code = bundle(PLAYER, "main.mjs", reserved=frozenset({"PLAYER_STYLE"}))
    assert code.count("\nclass ") == imported.count("export class ")
