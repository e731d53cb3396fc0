"""Parquet, for those who ask their own questions; written as it goes, a row group a batch.

Room: gateway/review. Pure, but for the library it needs: pyarrow, which is large and comes with
``pip install drawbridge-gateway[parquet]``. Without it this format is refused, and no other.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import IO, Any, Final

from gateway.review.errors import FormatUnavailableError
from gateway.review.exports.row import Row
from gateway.review.exports.sink import Sink

# So many rows make a group: what is held in memory at once, here and by whoever reads.
GROUP_ROWS: Final = 8192
_TEXTS: Final = ("x", "src", "dst", "dec", "basis", "pol", "obs", "reg")


class Parquet:
    """Columns as in CSV; ``at`` is a time, ``entry`` the leaf's exact text."""

    def __init__(self) -> None:
        """Make ready to write.

        Raises:
            FormatUnavailableError: pyarrow is not installed.
        """
        try:
            import pyarrow as pa
            from pyarrow import parquet
        except ImportError as error:
            raise FormatUnavailableError from error
        self._arrow: Any = pa
        self._schema = pa.schema(
            [
                ("index", pa.int64()),
                ("leaf_hash", pa.string()),
                ("kind", pa.string()),
                ("at", pa.timestamp("s", tz="UTC")),
                *((name, pa.string()) for name in _TEXTS),
                ("entry", pa.string()),
            ]
        )
        self._sink = Sink()
        self._writer: Any = parquet.ParquetWriter(self._sink, self._schema, compression="zstd")
        self._waiting: list[Row] = []

    def begin(self) -> bytes:
        """Return the file's beginning."""
        return self._sink.taken()

    def encode(self, rows: Sequence[Row]) -> bytes:
        """Return the groups that are full."""
        self._waiting += rows
        while len(self._waiting) >= GROUP_ROWS:
            self._write(self._waiting[:GROUP_ROWS])
            del self._waiting[:GROUP_ROWS]
        return self._sink.taken()

    def end(self) -> bytes:
        """Return the last group, and the footer without which nobody can read the file."""
        if self._waiting:
            self._write(self._waiting)
        self._writer.close()
        return self._sink.taken()

    def _write(self, rows: Sequence[Row]) -> None:
        columns = list(zip(*(values(row) for row in rows), strict=True))
        arrays = [
            self._arrow.array(column, type=field.type)
            for column, field in zip(columns, self._schema, strict=True)
        ]
        self._writer.write_table(self._arrow.Table.from_arrays(arrays, schema=self._schema))


def values(row: Row) -> tuple[Any, ...]:
    """Return a row's values in the order of the columns."""
    facts = row.facts.told()
    return (
        row.number,
        row.leaf_hash,
        facts["t"],
        datetime.fromisoformat(facts["ts"] or ""),
        *(facts[name] for name in _TEXTS),
        row.raw.decode(),
    )


def read(file: IO[bytes]) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a Parquet file, as ``values`` has them.

    Raises:
        FormatUnavailableError: pyarrow is not installed.
        ValueError: it is no Parquet file, or has other columns.
    """
    try:
        from pyarrow import ArrowException, parquet
    except ImportError as error:
        raise FormatUnavailableError from error
    try:
        opened: Any = parquet.ParquetFile(file)
        for batch in opened.iter_batches(batch_size=GROUP_ROWS):
            columns = [column.to_pylist() for column in batch.columns]
            yield from zip(*columns, strict=True)
    except ArrowException as error:
        raise ValueError("it is not a Parquet file") from error
