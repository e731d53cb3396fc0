"""PDFs made for tests: one sheet, and a way to hide a person in each place a PDF has for it.

``CARRIERS`` maps a place to the function that hides ``CANARY`` there. None of them changes what
the sheet shows.
"""

import re
import zlib
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String
from PIL import Image

CANARY = "Quillfeather Brandywine"
XMP = (
    '<?xpacket begin=""?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description '
    f'pdf:Producer="ACME"><dc:creator><rdf:Seq><rdf:li>{CANARY}</rdf:li></rdf:Seq></dc:creator>'
    "</rdf:Description></rdf:RDF></x:xmpmeta>"
)
SHEET = b"BT /F1 12 Tf 40 40 Td (PLATE 120 x 80) Tj ET 20 20 200 100 re S"


def jpeg(comment: str = "", orientation: int = 1) -> bytes:
    """Return a small JPEG whose Exif names an artist and which carries a comment."""
    exif = Image.Exif()
    exif[0x013B] = comment or "nobody"
    exif[0x0112] = orientation
    out = BytesIO()
    picture = Image.linear_gradient("L").resize((16, 16)).convert("RGB")
    picture.save(out, "JPEG", exif=exif, comment=comment.encode() or None)
    return out.getvalue()


def sheet() -> Pdf:
    """Return a document with one page, a font, a drawing and a picture; nobody is in it."""
    pdf = Pdf.new()
    page = pdf.add_blank_page(page_size=(300, 200)).obj
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    picture = Stream(
        pdf,
        jpeg(),
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=16,
        Height=16,
        ColorSpace=Name.DeviceRGB,
        BitsPerComponent=8,
        Filter=Name.DCTDecode,
    )
    page.Resources = Dictionary(Font=Dictionary(F1=font), XObject=Dictionary(Im=picture))
    page.Contents = Stream(pdf, SHEET + b" q 40 0 0 40 200 140 cm /Im Do Q")
    return pdf


def saved(pdf: Pdf) -> bytes:
    """Return the file as an office program would write it, with its traces."""
    out = BytesIO()
    pdf.save(out, fix_metadata_version=False, compress_streams=False)
    return out.getvalue()


def page_of(pdf: Pdf) -> pikepdf.Object:
    return pdf.pages[0].obj


def annotate(pdf: Pdf, **keys: Any) -> pikepdf.Object:
    """Put an annotation with an appearance on the sheet."""
    look = Stream(pdf, b"1 0 0 rg 0 0 10 10 re f", Type=Name.XObject, Subtype=Name.Form)
    look.BBox = Array([0, 0, 10, 10])
    annotation = pdf.make_indirect(
        Dictionary(Type=Name.Annot, Rect=[10, 150, 30, 170], F=4, AP=Dictionary(N=look), **keys)
    )
    annotations = page_of(pdf).get("/Annots", Array())
    annotations.append(annotation)
    page_of(pdf).Annots = annotations
    return annotation


def _metadata(pdf: Pdf) -> Stream:
    return Stream(pdf, XMP.encode(), Type=Name.Metadata, Subtype=Name.XML)


def _info(pdf: Pdf) -> None:
    pdf.docinfo["/Author"] = CANARY
    pdf.docinfo["/SourceModified"] = "D:20200101000000Z"


def _nested_info(pdf: Pdf) -> None:
    pdf.Root.StructTreeRoot = Dictionary(
        Type=Name.StructTreeRoot, Info=Dictionary(Author=CANARY, Producer="ACME")
    )


def _catalog_xmp(pdf: Pdf) -> None:
    pdf.Root.Metadata = _metadata(pdf)


def _picture_xmp(pdf: Pdf) -> None:
    page_of(pdf).Resources.XObject.Im.Metadata = _metadata(pdf)


def _colours_xmp(pdf: Pdf) -> None:
    profile = Stream(pdf, b"no profile", N=3, Alternate=Name.DeviceRGB, Metadata=_metadata(pdf))
    page_of(pdf).Resources.ColorSpace = Dictionary(CS=Array([Name.ICCBased, profile]))


def _renamed_xmp(pdf: Pdf) -> None:
    pdf.Root["/ACME_Packet"] = _metadata(pdf)


def _private(pdf: Pdf) -> None:
    page_of(pdf).PieceInfo = Dictionary(ACME=Dictionary(Private=Dictionary(User=CANARY)))


def _thumbnail(pdf: Pdf) -> None:
    page_of(pdf).Thumb = Stream(pdf, CANARY.encode(), Width=1, Height=1)


def _web_capture(pdf: Pdf) -> None:
    pdf.Root.SpiderInfo = Dictionary(V=1.0, C=Array([Dictionary(Source=CANARY)]))


def _attachment(pdf: Pdf) -> None:
    pdf.attachments["secret.txt"] = pikepdf.AttachedFileSpec(pdf, CANARY.encode())


def _associated(pdf: Pdf) -> None:
    file = Stream(pdf, CANARY.encode(), Type=Name.EmbeddedFile)
    spec = Dictionary(Type=Name.Filespec, F="a.txt", EF=Dictionary(F=file))
    page_of(pdf).AF = Array([spec])


def _pinned_file(pdf: Pdf) -> None:
    file = Stream(pdf, CANARY.encode(), Type=Name.EmbeddedFile)
    spec = Dictionary(Type=Name.Filespec, F=f"{CANARY}.txt", EF=Dictionary(F=file))
    annotate(pdf, Subtype=Name.FileAttachment, FS=spec)


def _note(pdf: Pdf) -> None:
    annotate(pdf, Subtype=Name.Square, T=CANARY, M="D:2020", NM=f"{CANARY}-1", Subj="Rectangle")


def _rich_note(pdf: Pdf) -> None:
    annotate(pdf, Subtype=Name.FreeText, Contents="see detail A", RC=f"<body>{CANARY}</body>")


def _shx(pdf: Pdf) -> None:
    annotation = annotate(pdf, Subtype=Name.Square, T="AutoCAD SHX Text", Contents=CANARY)
    del annotation.AP


def _review(pdf: Pdf) -> None:
    annotation = annotate(
        pdf, Subtype=Name.Text, StateModel="Review", State="Accepted", Contents=f"by {CANARY}"
    )
    annotation.F = 30
    del annotation.AP


def _script(pdf: Pdf) -> None:
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=f"app.alert('{CANARY}')")


def _named_script(pdf: Pdf) -> None:
    script = Dictionary(S=Name.JavaScript, JS=f"// {CANARY}")
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("a"), script])))


def _trigger(pdf: Pdf) -> None:
    page_of(pdf).AA = Dictionary(O=Dictionary(S=Name.Launch, Win=Dictionary(P=CANARY)))


def _launch(pdf: Pdf) -> None:
    annotate(pdf, Subtype=Name.Link, A=Dictionary(S=Name.Launch, F=f"C:\\{CANARY}.exe"))


def _chained(pdf: Pdf) -> None:
    further = Dictionary(S=Name.SubmitForm, F=Dictionary(FS=Name.URL, F=f"http://{CANARY}"))
    annotate(pdf, Subtype=Name.Link, A=Dictionary(S=Name.Named, N=Name.NextPage, Next=further))


def _mail_link(pdf: Pdf) -> None:
    address = f"mailto:{CANARY.replace(' ', '.')}@example.com"
    annotate(pdf, Subtype=Name.Link, A=Dictionary(S=Name.URI, URI=address))


def _short_mail_link(pdf: Pdf) -> None:
    annotate(pdf, Subtype=Name.Link, A=Dictionary(S=Name.URI, URI=f"mailto:{CANARY}"))


def _file_link(pdf: Pdf) -> None:
    annotate(pdf, Subtype=Name.Link, A=Dictionary(S=Name.URI, URI=f"file:///{CANARY}/a.pdf"))


def _signature(pdf: Pdf) -> None:
    value = Dictionary(
        Type=Name.Sig, Name=CANARY, ContactInfo=CANARY, Contents=b"\x30\x00", ByteRange=[0, 1, 2, 3]
    )
    field = pdf.make_indirect(Dictionary(FT=Name.Sig, T="Signature1", V=value))
    pdf.Root.AcroForm = Dictionary(Fields=Array([field]), SigFlags=3)


def _long_term_validation(pdf: Pdf) -> None:
    pdf.Root.DSS = Dictionary(Certs=Array([Stream(pdf, CANARY.encode())]))
    pdf.Root.Perms = Dictionary(DocMDP=Dictionary(Type=Name.Sig, Name=CANARY))


def _xfa(pdf: Pdf) -> None:
    form = Stream(pdf, f"<xdp><author>{CANARY}</author></xdp>".encode())
    pdf.Root.AcroForm = Dictionary(Fields=Array(), XFA=form)


def _layer(pdf: Pdf) -> None:
    layer = pdf.make_indirect(
        Dictionary(
            Type=Name.OCG, Name="walls", Usage=Dictionary(CreatorInfo=Dictionary(Office=CANARY))
        )
    )
    pdf.Root.OCProperties = Dictionary(
        OCGs=Array([layer]), D=Dictionary(Creator=CANARY, Order=Array([layer]))
    )


def _print_server(pdf: Pdf) -> None:
    path = f"\\\\server\\{CANARY}\\a.tif"
    page_of(pdf).Resources.XObject.Im.OPI = Dictionary({"/1.3": Dictionary(F=path)})


def _tex(pdf: Pdf) -> None:
    form = Stream(pdf, b"", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 1, 1])
    form["/PTEX.FileName"] = f"/srv/{CANARY}/a.pdf"
    form["/PTEX.InfoDict"] = Dictionary(Author=CANARY)
    page_of(pdf).Resources.XObject.Fm = form


def _exif(pdf: Pdf) -> None:
    page_of(pdf).Resources.XObject.Im.write(jpeg(CANARY), filter=Name.DCTDecode)


def _packed_exif(pdf: Pdf) -> None:
    page_of(pdf).Resources.XObject.Im.write(
        zlib.compress(jpeg(CANARY)), filter=Array([Name.FlateDecode, Name.DCTDecode])
    )


def _tail(pdf: Pdf) -> None:
    data = zlib.compress(SHEET) + CANARY.encode()
    page_of(pdf).Contents = Stream(pdf, b"")
    page_of(pdf).Contents.write(data, filter=Name.FlateDecode)


def _unused(pdf: Pdf) -> None:
    page_of(pdf).Resources.XObject.Fm = Dictionary(Unused=True)
    pdf.Root.ACME = pdf.make_indirect(Dictionary(LastModified=CANARY))


def _document_parts(pdf: Pdf) -> None:
    pdf.Root.DPartRoot = Dictionary(Type=Name.DPartRoot, DPM=Dictionary(Customer=CANARY))


def _hidden_path(pdf: Pdf) -> None:
    pdf.Root["/ACME_Source"] = f"C:\\Users\\{CANARY.replace(' ', '')}\\plate.dwg"


def _threads(pdf: Pdf) -> None:
    pdf.Root.Threads = Array([Dictionary(Type=Name.Thread, I=Dictionary(Title=CANARY))])


CARRIERS: dict[str, Callable[[Pdf], None]] = {
    name.lstrip("_"): hide
    for name, hide in list(globals().items())
    if name.startswith("_") and callable(hide) and name != "_metadata"
}


def spoken(data: bytes) -> bytes:
    """Return everything a file says: its bytes, its objects, and each stream unpacked."""
    parts = [data]
    with Pdf.open(BytesIO(data)) as pdf:
        for held in pdf.objects:
            parts.append(repr(held).encode("utf-8", "replace"))
            if isinstance(held, Stream):
                try:
                    parts.append(held.read_bytes())
                except pikepdf.PdfError:
                    raw = held.read_raw_bytes()
                    parts.append(raw)
                    parts.append(zlib.decompress(raw) if raw[:1] == b"x" else b"")
    return b"\n".join(parts)


def says(data: bytes, words: str = CANARY) -> bool:
    """Return whether any word of ``words`` stands anywhere in the file."""
    said = spoken(data).replace(b"\x00", b"")
    return any(re.search(re.escape(word.encode()), said) for word in words.split())
