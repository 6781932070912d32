"""Packages whose names are imported when they are first used."""

import ast
import importlib
import inspect

import pytest

PACKAGES = ["anim.compose", "anim.record", "anim.report", "anim.train"]


@pytest.mark.parametrize("name", PACKAGES)
def test_every_public_name_exists_and_is_completed(name):
    package = importlib.import_module(name)
    assert set(package.__all__) <= set(dir(package))
    assert all(hasattr(package, one) for one in package.__all__)


@pytest.mark.parametrize("name", PACKAGES)
def test_type_checkers_see_every_public_name(name):
    package = importlib.import_module(name)
    typed = {
        alias.name
        for node in ast.walk(ast.parse(inspect.getsource(package)))
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith(name)
        for alias in node.names
    }
    assert typed == set(package.__all__)


@pytest.mark.parametrize("name", PACKAGES)
def test_a_name_that_does_not_exist_is_an_attribute_error(name):
    with pytest.raises(AttributeError, match=f"module '{name}' has no attribute 'nothing'"):
        importlib.import_module(name).nothing  # noqa: B018
