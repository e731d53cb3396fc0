"""Passing over plain geometry tells the same as reading every instance."""

import random
from collections import Counter
from unittest import mock

import pytest

from redaction.errors import RedactionError
from redaction.formats import step, step_outline, step_stretches
from redaction.formats.step_stretches import Stretches, Vocabulary
from redaction.model import Category, Plan, Profile
from tests.unit.redaction.formats.step_papers import paper

PROFILE = Profile("all", frozenset({Category.PERSON, Category.EMAIL, Category.PATH}))
PLAIN = "#7=CARTESIAN_POINT('NONE',(0.E0,-1.5,2.));\n#8 = AXIS2_PLACEMENT_3D('',#7,#9,#1);\n"
TRICKS = [
    *("#1=LINE('',#2,#3);", "\n#2=\nPLANE ( 'Mr; X' , $ ) ;", "#3=(LENGTH_UNIT()NAMED_UNIT(*));"),
    *("#4=PERSON('p','Ziegler','Wanda',$,$,$);", "#5=(ADDRESS($,'Ring 1')SITE());", "#6=;"),
    *("#7=PRODUCT('C:\\Users\\wz\\a.prt','ask w@z.de','',());", "#8=NOTE('Drawn by: W. Ziegler');"),
    *(
        "#9=NOTE('ask ''w@z.de');",
        "#9=NOTE(' ');",
        "#9=NOTE('a=ZIEGLER(');",
        "#9=NOTE('#1=PERSON(');",
    ),
    *("#9=CODE(\"'a w@z.de'\");", "#9=NOTE(/* 'a w@z.de' */'');", "#9=LINK(<'a w@z.de'>);"),
    *("#9=NOTE(/* o'clock */'');", "#9=HALF(1/2);", "PERSON();", '#9=CODE("0F\'");'),
    *("#9=DIRECTION_D('');", "#9=ORGANIZATION('3D','Axis','Axis2 GmbH');", "#9=ziegler2(1);"),
    *("#9=DESCRIPTIVE_REPRESENTATION_ITEM('Drawn By','Wanda');", "ENDSEC;DATA;", "#9=A-B+C(2);"),
]
DAMAGE = ["'", '"', "/*", "<", "#", ";", "\n", "="]


def planned(data: bytes) -> Plan | type[RedactionError]:
    try:
        return step.plan(data, PROFILE)
    except RedactionError as error:
        return type(error)


@pytest.mark.parametrize("seed", range(12))
def test_passing_over_tells_the_same_as_reading(seed: int) -> None:
    chance = random.Random(seed)
    refused: Counter[bool] = Counter()
    for _ in range(60):
        kinds = [PLAIN] * 9 + chance.choices(TRICKS, k=chance.randint(1, 4))
        kinds += chance.choices(DAMAGE, k=chance.random() < 0.2)
        data = paper("".join(chance.choices(kinds, k=chance.randint(1, 40))))
        with (
            mock.patch.multiple(step_stretches, MOST_BYTES=400, LEAST_BYTES=40),
            mock.patch.object(step_outline, "LEAST_BYTES", 40),
        ):
            told = planned(data)
        with mock.patch.object(Stretches, "end", lambda _, start: start):
            assert told == planned(data), data
        refused[isinstance(told, Plan)] += 1
    assert refused[True] > 10


def stretched(data: str) -> Stretches:
    stretches = Stretches(data.encode())
    stretches.end(0)
    return stretches


def test_strings_are_read_wherever_there_are_any() -> None:
    mute = "#8=DIRECTION('',(1.,0.,0.));\n" * 9
    for string in ("'x'", "'1'", "'+49 228 1234567'", "'-'", "' '"):
        stretches = Stretches(f"{mute}#9=NOTE({string});".encode())
        stretches.end(0)
        strings = [string for _, _, strings in stretches.strings() for string in strings]
        assert strings == [b""] * 9 + [string.strip("'").encode()]
    assert list(stretched(mute).strings()) == []


def test_geometry_is_passed_over_and_people_are_not() -> None:
    assert stretched(PLAIN * 400).found
    for instance in ("#4=PERSON('p','Z','W',$,$,$);", "#9=REPRESENTATION('',(),#1);", "ENDSEC;"):
        assert stretched((PLAIN * 3 + instance) * 400).found == [(0, len(PLAIN * 3) - 1)]
        assert not stretched((instance + PLAIN * 3) * 400).found


def test_names_are_known_with_their_digits() -> None:
    stretches = stretched(PLAIN * 400 + "#1=(FACE_2()LINE('it(s'));")
    known = Vocabulary(stretches, {b"PERSON", b""})
    assert known.isdisjoint(["AXIS", "D", "POINTS", "", "3"])
    assert not any(map(known.isdisjoint, (["AXIS2"], ["3D"], ["POINT"], ["PERSON"], ["2"])))


def test_a_file_of_nothing_but_different_shapes_is_remembered_only_so_far() -> None:
    with mock.patch.object(step_stretches, "MAX_SHAPES", 3):
        stretches = stretched("".join(f"#{n}=N(" + "(" * n + ");" for n in range(9)) * 99)
        assert stretches.found
