"""DWG 2007: pages are coded again in place, both maps and both headers follow."""

import struct
from collections.abc import Callable
from contextlib import suppress

import pytest

from redaction.errors import EncryptedError, RedactionError, TooLargeError, UnreadableError
from redaction.formats import dwg_recoded
from redaction.formats.dwg_coded import SECTION_MAP, CodedContainer
from redaction.formats.dwg_coding import DATA, SYSTEM
from redaction.model import patched
from tests.unit.redaction.formats.dwg_coded_drawings import FILLER, coded
from tests.unit.redaction.formats.dwg_drawings import stream

LEFT = "left by somebody".encode("utf-16-le")


def rewritten(data: bytes, new: dict[str, bytes]) -> bytes:
    return patched(data, dwg_recoded.edits(CodedContainer(data), new))


def test_what_changes_nothing_edits_nothing() -> None:
    data = coded([stream(b"geometry" * 40)])
    once = rewritten(data, {})
    assert rewritten(once, {}) == once
    container = CodedContainer(data)
    assert rewritten(data, container.streams) == once


def test_a_changed_stream_is_read_back_and_every_other_one_stays() -> None:
    data = coded([stream(bytes(range(256)) * 9)])
    before = CodedContainer(data)
    for name, held in before.streams.items():
        new = held[: len(held) // 2] + b"\x5a" + held[len(held) // 2 + 1 :]
        after = CodedContainer(rewritten(data, {name: new}))
        assert after.streams == {**before.streams, name: new}


def test_both_maps_and_both_headers_say_the_same() -> None:
    data = coded()
    held = CodedContainer(data).streams["AcDb:AcDbObjects"]
    new = rewritten(data, {"AcDb:AcDbObjects": held[:-1] + b"\x01"})
    container = CodedContainer(new)
    first, second = container.map_slots()
    assert new[first[0] : sum(first)] == new[second[0] : sum(second)]
    assert new[0x80 : 0x80 + 765] == new[-0x400 : -0x400 + 765]
    assert new[0x80:0x480] != data[0x80:0x480]
    size = container.fields[SECTION_MAP["packed"]]
    size += -size % 8
    copies = container.fields[SECTION_MAP["copies"]]
    count = -(-size * copies // 239)
    plain = SYSTEM.apart(new[first[0] :], count)
    assert {plain[at * size : (at + 1) * size] for at in range(copies)} == {plain[:size]}


def test_parity_fits_the_data_of_every_changed_page() -> None:
    data = coded([stream(b"geometry" * 40)])
    held = CodedContainer(data).streams
    new = {name: held[name][:-1] + b"\x01" for name in ("AcDb:AcDbObjects", "AcDb:SummaryInfo")}
    after = CodedContainer(rewritten(data, new))
    (page,) = after.sections["AcDb:AcDbObjects"].pages
    count = DATA.blocks(page.packed_bytes)
    blocks = after.data[page.address : page.address + count * 255]
    for at in range(count):
        block = blocks[at::count]
        assert DATA.closing(block[:251]) == block[251:]
    (page,) = after.sections["AcDb:SummaryInfo"].pages
    room = page.packed_bytes + -page.packed_bytes % 8
    plain = after.data[page.address : page.address + room]
    blocks = plain + FILLER[: -room % 251]
    assert DATA.behind(blocks) == after.data[page.address + room :][: len(blocks) // 251 * 4]


def test_what_is_left_over_in_pages_gaps_and_behind_the_end_is_emptied() -> None:
    data = coded(slack=LEFT) + LEFT
    assert data.count(LEFT) > 8
    clean = rewritten(data, {})
    assert LEFT not in clean
    assert CodedContainer(clean).streams == CodedContainer(data).streams


def test_left_over_bytes_inside_a_coded_block_are_emptied() -> None:
    data = coded()
    (page,) = CodedContainer(data).sections["AcDb:Handles"].pages
    block = data[page.address : page.address + 251]
    tail = block[: 251 - len(LEFT)] + LEFT
    assert page.packed_bytes < 100
    changed = data[: page.address] + tail + DATA.closing(tail) + data[page.address + 255 :]
    assert LEFT not in rewritten(changed, {})


@pytest.mark.parametrize("how", [{"security": 1}, {"encrypted": 1}])
def test_a_password_is_refused(how: dict[str, int]) -> None:
    with pytest.raises(EncryptedError):
        CodedContainer(coded(security=how.get("security", 0), encrypted=how.get("encrypted", 0)))


def test_a_page_that_no_longer_fits_is_refused() -> None:
    data = coded([stream(bytes(900))])
    noise = bytes((at * at * 31 + at // 7 + (at * 2654435761 >> 13)) & 0xFF for at in range(900))
    held = CodedContainer(data).streams["AcDb:AcDbObjects"]
    with pytest.raises(TooLargeError):
        rewritten(data, {"AcDb:AcDbObjects": held[:4] + noise + held[904:]})


def test_every_checksum_is_read() -> None:
    data = coded([stream(b"geometry" * 20)])
    container = CodedContainer(data)
    # What is packed of the header, and its checksum; the maps; the pages.
    places = [0x80 + 3 * 40, 0x80 + 3 * 16, container.map_slots()[0][0], 0x480]
    places += [page.address for one in container.sections.values() for page in one.pages]
    for at in places:
        spoilt = data[:at] + bytes((data[at] ^ 0x10,)) + data[at + 1 :]
        with pytest.raises(UnreadableError):
            CodedContainer(spoilt)


@pytest.mark.parametrize("part", [0.02, 0.2, 0.6, 0.95])
def test_a_cut_off_file_is_refused(part: float) -> None:
    data = coded()
    with pytest.raises(RedactionError):
        rewritten(data[: int(part * len(data))], {})


@pytest.mark.parametrize("number", range(34))
def test_any_number_in_a_header_is_read_with_care(number: int) -> None:
    data = coded()
    container = CodedContainer(data)
    for value in (0, 1, 0xFFFF, 1 << 40, (1 << 64) - 1):
        container.fields[number] = value
        header = dwg_recoded.sealed_header(struct.pack("<34Q", *container.fields))
        edits = list(dwg_recoded._Recoder(CodedContainer(data))._headers(header))
        try:
            CodedContainer(patched(data, sorted(edits)))
        except RedactionError:
            continue


def with_table(data: bytes, change: Callable[[bytearray, CodedContainer], None]) -> bytes:
    """Return ``data`` with another map of sections, its checksums made anew."""
    container = CodedContainer(data)
    table = bytearray(container.table)
    change(table, container)
    recoder = dwg_recoded._Recoder(container)
    recoder._table = table
    return patched(data, sorted(recoder.maps()))


def test_a_page_of_two_sections_is_refused() -> None:
    def change(table: bytearray, container: CodedContainer) -> None:
        (first,) = container.sections["AcDb:Handles"].pages
        (second,) = container.sections["AcDb:AcDbObjects"].pages
        rows = (first.row_at, second.row_at)
        table[rows[1] : rows[1] + 56] = table[rows[0] : rows[0] + 56]

    with pytest.raises(UnreadableError):
        CodedContainer(with_table(coded(), change))


@pytest.mark.parametrize("field", range(5))
@pytest.mark.parametrize("value", [-1, 0, 1, 0x7FFF, 1 << 30, 1 << 62])
def test_any_number_of_a_pages_row_is_read_with_care(field: int, value: int) -> None:
    def change(table: bytearray, container: CodedContainer) -> None:
        (page,) = container.sections["AcDb:AcDbObjects"].pages
        struct.pack_into("<q", table, page.row_at + 8 * field, value)

    with suppress(RedactionError):
        CodedContainer(with_table(coded([stream(b"geometry" * 20)]), change))


@pytest.mark.parametrize("field", range(8))
@pytest.mark.parametrize("value", [-1, 0, 5, 1 << 30, 1 << 62])
def test_any_number_of_a_sections_row_is_read_with_care(field: int, value: int) -> None:
    with suppress(RedactionError):
        CodedContainer(
            with_table(coded(), lambda table, _: struct.pack_into("<q", table, 8 * field, value))
        )


@pytest.mark.parametrize("at", [40, 48])
def test_both_checksums_of_a_page_are_read(at: int) -> None:
    def change(table: bytearray, container: CodedContainer) -> None:
        (page,) = container.sections["AcDb:Handles"].pages
        table[page.row_at + at] ^= 1

    with pytest.raises(UnreadableError):
        CodedContainer(with_table(coded(), change))
