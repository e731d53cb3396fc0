"""The member oracle: what was in the package is in the package, byte for byte but for the plan.

Room: redaction/fidelity. Pure. For formats that are archives of parts. A part is the same bytes,
or it was planned to go, or both of its versions are the same once the planned places are left
out: how, the format says, by a projection. Projections read XML with a parser of their own.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Final

from redaction.errors import NotFaithfulError
from redaction.model import Proof

Projection = Callable[[bytes], object]
STATEMENT: Final = "every part is the same, but for the planned places"


def parts(
    before: Mapping[str, bytes],
    after: Mapping[str, bytes],
    *,
    removed: Collection[str] = (),
    projections: Mapping[str, Projection] | None = None,
) -> Proof:
    """Prove that ``after`` holds the parts of ``before``, in their order, without ``removed``.

    A part named in ``projections`` may differ in what its projection leaves out.

    Raises:
        NotFaithfulError: a part is missing, added, moved, or differs where it may not.
    """
    expected = [name for name in before if name not in removed]
    if expected != list(after):
        raise NotFaithfulError("parts are missing, added or in another order")
    allowed = projections or {}
    for name in expected:
        if before[name] == after[name]:
            continue
        project = allowed.get(name)
        if project is None or project(before[name]) != project(after[name]):
            raise NotFaithfulError("a part differs in more than was planned")
    return Proof("members", len(expected), STATEMENT)
