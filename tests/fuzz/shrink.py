"""One finding, looked at closely: judged again, or made as small as it can be."""

from pathlib import Path

from tests.fuzz.target import judge

ROUNDS = 4000


def show(replayed: Path | None, shrunk: Path | None) -> int:
    """Print what is wrong with a file; write the small one beside it; return 1 if nothing is."""
    path = replayed or shrunk
    if path is None:
        return 1
    data = path.read_bytes()
    found = judge(data, thoroughly=True)
    print(f"{len(data)} bytes: {found.outcome}, {found.problem}")
    if found.problem is None:
        return 1
    if shrunk is not None:
        small = smaller(data, found.problem.signature)
        path.with_name(path.name + ".small").write_bytes(small)
        print(f"{len(small)} bytes: {small[:400]!r}")
    return 0


def smaller(data: bytes, signature: str) -> bytes:
    """Return ``data`` without all that the finding does not need, by halves, then by bytes."""
    step, tried = max(1, len(data) // 2), 0
    while step and tried < ROUNDS:
        at, took = 0, False
        while at < len(data) and tried < ROUNDS:
            shorter = data[:at] + data[at + step :]
            tried += 1
            problem = judge(shorter, thoroughly=True).problem
            if problem is not None and problem.signature == signature:
                data, took = shorter, True
            else:
                at += step
        if not took or step > 1:
            step = step // 2 if step > 1 else (1 if took else 0)
    return data
