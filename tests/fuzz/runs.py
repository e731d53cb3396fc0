"""Writes what was run into docs/explanation/fuzzing.md: ``python -m tests.fuzz.runs FOLDER…``.

Each folder is one that ``--work`` named. Runs of a format are added up over jobs and folders; the
branches are those of the longest run, for branches have no names two runs would share.
"""

import sys
from collections import Counter, defaultdict
from pathlib import Path

from tests.fuzz.loop import Tally

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "fuzzing.md"
BEGIN, END = "<!-- runs -->\n", "<!-- /runs -->"
HEAD = "| format | minutes | inputs | branches | kept | clean | refused |\n" + "|---" * 7 + "|"


def main(folders: list[Path]) -> None:
    tallies: dict[str, list[Tally]] = defaultdict(list)
    for folder in folders:
        for path in sorted(folder.glob("*/state-*.json")):
            tallies[path.parent.name].append(Tally.read(path))
    rows = [_row(name, held) for name, held in sorted(tallies.items())]
    cpu_s = sum(tally.cpu_s for held in tallies.values() for tally in held)
    inputs = sum(tally.inputs for held in tallies.values() for tally in held)
    total = f"| all {len(rows)} | {cpu_s / 60:.1f} | {inputs:,} | | | | |"
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    after = rest.partition(END)[2]
    table = "\n".join(["", HEAD, *rows, total, ""])
    PAGE.write_text(f"{before}{BEGIN}{table}\n{END}{after}", encoding="utf-8")


def _row(name: str, held: list[Tally]) -> str:
    minutes = sum(tally.cpu_s for tally in held) / 60
    inputs = sum(tally.inputs for tally in held)
    branches = max(tally.branches for tally in held)
    kept = sum(tally.corpus for tally in held)
    ends: Counter[str] = Counter()
    for tally in held:
        for outcome, count in tally.outcomes.items():
            ends[outcome.rpartition(":")[2]] += count
    refused = inputs - ends["clean"]
    return (
        f"| {name} | {minutes:.1f} | {inputs:,} | {branches} | {kept}"
        f" | {ends['clean']:,} | {refused:,} |"
    )


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])
