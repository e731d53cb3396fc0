"""Words that stand where a name could and are none: outcomes, references, words of grammar.

Room: redaction/text. Pure data. Each is a closed class of its language and not a list of what was
met: what a check can come out as, how a reader is sent elsewhere, and the prepositions after
which initials are a country or a standard ("IN U.S.A.", "PER D.F.A.R.S.").
"""

from typing import Final

_OUTCOMES: Final = """
    ok okay pass passed fail failed yes no none nil accept accepted reject rejected acceptable void
    waived waive pending hold open closed done complete completed go nogo ditto same idem auto
    automatic manual required optional good bad correct incorrect right wrong conform conforms
    conforming true false tbd tba tbc na nicht keine keiner ja nein erledigt entfällt offen gut
    bestanden siehe dito oui non conforme approuvé refusé néant vu bon sí rechazado ninguno
    approvato respinto conformi akkoord afgekeurd goedgekeurd geen nee godkänd underkänd ej
    godkendt nej hyväksytty ei zgodny brak da нет да годен брак соответствует
"""
# Short words that are somebody's name as well: suggested at most.
_DOUBTFUL: Final = "tak nie si ano ne lot"
_REFERENCES: Final = """
    see refer ref as per zie siehe s voir v ver véase vedi vide patrz se katso viz см
"""
_GRAMMAR: Final = """
    in of to for from at on by per with within under over into onto and or the a an this that is
    are be not only if when where which while than then nach aus bei mit im am zum zur und oder der
    die das ist nicht dans sur pour avec sans et ou les des aux con sin para y o los las per nel
    della dello och med från til fra og
"""
OUTCOMES: Final = frozenset(_OUTCOMES.split())
DOUBTFUL: Final = frozenset(_DOUBTFUL.split())
REFERENCES: Final = frozenset(_REFERENCES.split())
GRAMMAR: Final = frozenset(_GRAMMAR.split())
# How sure a doubtful one may be: its owner is asked, and nothing goes by itself.
ASKED_ABOUT: Final = 0.6


def no_name(value: str) -> bool:
    """Return whether ``value``, announced as a name, is an outcome or sends elsewhere instead."""
    low = value.lower().strip(".:,;- ")
    return low in OUTCOMES or low in REFERENCES


def is_doubtful(value: str) -> bool:
    """Return whether ``value`` is an outcome as likely as a name."""
    return value.lower().strip(".:,;- ") in DOUBTFUL
