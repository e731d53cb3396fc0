"""The problems as a document for clients, from the table that answers with them.

Room: gateway/api. Pure. ``python -m gateway.api.reference > docs/reference/errors.md`` writes it
anew; a test fails when the document is older than the table.
"""

import sys

from gateway.api.problems import known

_HEAD = """\
# Problems

Generated from `gateway/api/problems.py` by `python -m gateway.api.reference`.

Every refusal is an `application/problem+json` document (RFC 9457): `type` is `/problems/<code>`,
`title` is the sentence below, and further members carry offsets, limits or field names. Codes are
stable; sentences may be improved.

| code | status | sentence |
|---|---|---|
"""


def document() -> str:
    """Return the whole document in Markdown."""
    rows = (
        f"| `{code}` | {status} | {' '.join(sentence.split())} |\n"
        for code, (status, sentence) in known().items()
    )
    return _HEAD + "".join(rows)


if __name__ == "__main__":
    sys.stdout.write(document())
