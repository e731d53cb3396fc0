"""The table of mutants is about the code as it is; they are run by ``python -m tests.mutants``."""

import ast

import pytest

from tests.mutants.__main__ import ROOT, broken
from tests.mutants.table import MUTANTS, Mutant


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: f"{mutant.format} {mutant.lost}")
def test_a_mutant_breaks_one_line_and_not_the_grammar(mutant: Mutant) -> None:
    source = (ROOT / mutant.path).read_text(encoding="utf-8")
    assert ast.dump(ast.parse(broken(source, mutant))) != ast.dump(ast.parse(source))
    assert all((ROOT / name).is_file() for name in mutant.tests)


def test_there_are_enough_of_them() -> None:
    assert len(MUTANTS) >= 20
    assert len({mutant.format for mutant in MUTANTS}) >= 12
