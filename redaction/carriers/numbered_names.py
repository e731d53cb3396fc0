"""Names of parts, layers and sheets become numbers: the same name always the same number.

Room: redaction/carriers. Pure. The numbers are given in the order in which names are first met, so
that a drawing that was renamed before is renamed to itself. What only fills its place stays.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from redaction.carriers.changes import says_nothing
from redaction.model import Action, CarrierClass, Category, Finding


@dataclass(slots=True)
class Numbered:
    """The names of one file: what each becomes, and what that told. ``kept`` are the format's own.

    Of a name that stands for two kinds of things ("part", "layer"), the first kind counts.
    """

    kept: frozenset[str] = frozenset()
    findings: list[Finding] = field(default_factory=list)
    _known: dict[str, str] = field(default_factory=dict, repr=False)

    def of(self, kind: str, name: str, carrier: str, where: str = "") -> str:
        """Return what stands in the place of ``name``, found in ``carrier``."""
        if says_nothing(name) or name.casefold() in self.kept:
            return name
        instead = self._known.get(name)
        if instead is None:
            instead = self._known[name] = f"{kind}{len(self._known) + 1}"
            if instead != name:
                self.findings.append(renamed(carrier, name, where))
        return instead

    @property
    def known(self) -> Mapping[str, str]:
        """Return what became of each name."""
        return self._known


def renamed(carrier: str, name: str, where: str = "") -> Finding:
    """Return the finding of a name that became a number; it is a word, and no secret elsewhere."""
    return Finding(
        carrier, Category.NAME, Action.REPLACED, name, where, CarrierClass.CONTENT, seed=False
    )


def staying(carrier: str, name: str, where: str = "") -> Finding:
    """Return the finding of a name that should go and cannot, for which the file is refused."""
    return Finding(
        carrier, Category.NAME, Action.REVIEW, name, where, CarrierClass.CONTENT, seed=False
    )
