"""Runs every benchmark and prints its ratio: `make bench`, or `python -m benchmarks NAME…`."""

import importlib
import sys

QUESTIONS = ("upload", "download", "scrub_step", "ledger")


def main() -> None:
    for name in sys.argv[1:] or QUESTIONS:
        importlib.import_module(f"benchmarks.{name}").main()


if __name__ == "__main__":
    main()
