"""How fast is a STEP file cleaned and proved, beside reading the same bytes with SHA-256?

The limit named here is hashlib's SHA-256 on the same buffer in the same process: one pass in C
over every byte. The STEP is made here: 24 MB of points, some people, some paths. Medians of five.
"""

import hashlib

from benchmarks.peers import median_s
from redaction import engine
from redaction.model import Profile
from tests.journeys import drawings

POINTS = 400_000


def main() -> None:
    data = drawings.step("Wilhelmina Zauberfluss", points=POINTS)
    cleaned, report = engine.scrub(data, Profile())
    if not report.identical or b"Zauberfluss" in cleaned:
        raise SystemExit("the STEP file was not cleaned, so its speed means nothing")
    ours_s = median_s(lambda: engine.scrub(data, Profile()))
    limit_s = median_s(lambda: hashlib.sha256(data).digest())
    mb = len(data) / 1e6
    print(
        f"scrub STEP: {mb / ours_s:.1f} MB/s of a {mb:.0f} MB file,"
        f" {limit_s / ours_s:.3f} x one SHA-256 pass ({mb / limit_s:.0f} MB/s)"
    )
