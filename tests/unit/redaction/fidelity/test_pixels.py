"""The pixel oracle: it sees one dot, one page and one turn, and is not drowned by size."""

from io import BytesIO

import pikepdf
import pytest
from PIL import Image

from redaction.errors import NotFaithfulError, UnreadableError
from redaction.fidelity import pixels


def paper(content: bytes, pages: int = 1, size: tuple[int, int] = (200, 100)) -> bytes:
    pdf = pikepdf.Pdf.new()
    for _ in range(pages):
        page = pdf.add_blank_page(page_size=size)
        page.obj.Contents = pikepdf.Stream(pdf, content)
    out = BytesIO()
    pdf.save(out)
    return out.getvalue()


def picture(kind: str, colour: int = 7, **options: object) -> bytes:
    out = BytesIO()
    image = Image.new("RGB", (40, 30), (colour, 20, 30))
    image.save(out, kind, **options)
    return out.getvalue()


def test_the_same_page_told_otherwise_is_the_same() -> None:
    one, other = paper(b"10 10 50 50 re f"), paper(b"q 10 10 50 50 re f Q")
    assert pixels.pages(one, other).compared == 1


def test_a_page_drawn_otherwise_is_noticed() -> None:
    with pytest.raises(NotFaithfulError):
        pixels.pages(paper(b"10 10 50 50 re f"), paper(b"10 10 51 50 re f"))


@pytest.mark.parametrize(("before", "after"), [(2, 1), (1, 2)])
def test_a_lost_or_added_page_is_noticed(before: int, after: int) -> None:
    with pytest.raises(NotFaithfulError):
        pixels.pages(paper(b"", before), paper(b"", after))


def test_another_size_of_page_is_noticed() -> None:
    with pytest.raises(NotFaithfulError):
        pixels.pages(paper(b""), paper(b"", size=(200, 101)))


def test_a_wall_sized_page_is_drawn_smaller_and_still_compared() -> None:
    one = paper(b"10 10 9000 9000 re f", size=(14_000, 14_000))
    other = paper(b"10 10 9000 8000 re f", size=(14_000, 14_000))
    assert pixels.pages(one, one).compared == 1
    with pytest.raises(NotFaithfulError):
        pixels.pages(one, other)


def test_what_is_no_pdf_cannot_be_proved() -> None:
    with pytest.raises(UnreadableError):
        pixels.pages(b"%PDF-1.7 nothing", b"%PDF-1.7 nothing")


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_picture_is_itself_and_another_is_noticed(kind: str) -> None:
    assert pixels.images(picture(kind), picture(kind), kind).compared == 1200
    with pytest.raises(NotFaithfulError):
        pixels.images(picture(kind), picture(kind, 90), kind)


def test_a_lost_colour_profile_and_resolution_are_noticed() -> None:
    profile = bytes(24) + b"profile"
    with pytest.raises(NotFaithfulError):
        pixels.images(picture("PNG", icc_profile=profile), picture("PNG"), "PNG")
    with pytest.raises(NotFaithfulError):
        pixels.images(picture("PNG", dpi=(300, 300)), picture("PNG"), "PNG")
    with pytest.raises(NotFaithfulError):
        pixels.images(picture("JPEG", dpi=(300, 300)), picture("JPEG"), "JPEG")


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_what_does_not_decode_is_refused(kind: str) -> None:
    whole = picture(kind)
    with pytest.raises(UnreadableError):
        pixels.images(whole, whole[: len(whole) // 2], kind)
    with pytest.raises(UnreadableError):
        pixels.opened(b"nothing", kind)
