"""Words that stand where names stand and name nobody; finding one elsewhere is no leak.

Room: redaction/sweep. Pure data, in lower case. Kept short on purpose: every word here is a
name the sweep will not look for.
"""

from typing import Final

_GENERIC: Final = """
    admin, administrator, administrateur, all users, anon, anonymous, anonymous author,
    anonymous user, author, authors, automatic, build, builder, cad, caduser, checker, client,
    company, contact, copyright, corp, corporation, creator, customer, data, default, defaultuser,
    department, design, designer, desktop, developer, document, documents, downloads, draftsman,
    drawing, engineer, engineering, enterprise, example, file, files, folder, free, gmbh, group,
    guest, home, info, international, limited, local, localhost, machine, mail, manager, model,
    name, nobody, none, not set, not specified, null, office, onedrive, operator, organisation,
    organization, owner, part, parts, person, personal, preset, private, product, project,
    projects, public, reviewer, root, sales, server, service, shared, software, standard, student,
    support, system, team, temp, test, tester, unknown, unnamed, unset, unspecified, untitled,
    user, username, users, windows, work, workstation
"""

# Makers of CAD systems stand in headers as organisations and everywhere as words.
_MAKERS: Final = """
    3ds, altium, autocad, autodesk, bentley, catia, creo, dassault systemes, freecad, kicad,
    onshape, open cascade, opencascade, parametric technology, pro/engineer, proe, rhino,
    siemens, solid edge, solidedge, solidworks, spatial, step tools, steptools, ugs, unigraphics
"""


def _listed(words: str) -> frozenset[str]:
    return frozenset(" ".join(word.split()) for word in words.split(","))


NAMELESS: Final = _listed(_GENERIC) | _listed(_MAKERS)
