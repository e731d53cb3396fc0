"""Reads grow shorter as streams grow many."""

from contextlib import ExitStack

from storage.sealed import batches as of
from storage.sealed.batches import Batches
from storage.sealed.seek import spans

WANTED = list(spans(0, 10 * 1024 * 1024, 10 * 1024 * 1024))


def test_a_lonely_stream_reads_several_segments_at_once() -> None:
    batches = Batches()
    with batches.stream():
        read = list(batches.over(WANTED))
    assert [span for batch in read for span in batch] == WANTED
    assert len(read[0]) == of.FEW_SEGMENTS


def test_one_of_many_streams_reads_as_little_as_it_can_until_the_others_have_gone() -> None:
    batches = Batches()
    with ExitStack() as others:
        for _ in range(of.FEW_STREAMS + 1):
            others.enter_context(batches.stream())
        reading = batches.over(WANTED)
        first = [next(reading), next(reading)]
    rest = list(reading)
    assert [len(batch) for batch in first] == [of.MANY_SEGMENTS, of.MANY_SEGMENTS]
    assert len(rest[0]) == of.FEW_SEGMENTS
    assert [span for batch in [*first, *rest] for span in batch] == WANTED
