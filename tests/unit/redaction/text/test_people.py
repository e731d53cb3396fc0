"""People in words: found where they are, and never in a dimension, a thread or a part number."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from redaction.model import Action, CarrierClass, Category
from redaction.text import people
from redaction.text.span import Span, without_overlaps
from tests.effort import assert_cpu_seconds


def found(text: str, category: Category) -> list[str]:
    return [text[s.start : s.end] for s in people.find(text) if s.category is category]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("E-MAIL drawings@northfield.example", "drawings@northfield.example"),
        ("Questions to John, jroe@apex.com.", "jroe@apex.com"),
        ("<jane.o'neil+cad@sub.example.co.uk>", "jane.o'neil+cad@sub.example.co.uk"),
        ("邮箱zhang@163.com", "zhang@163.com"),
        ("mail：ｊａｎｅ@example.com", "ｊａｎｅ@example.com"),
        (r"{\Ljane@example.net}", "jane@example.net"),
        ("jörg@müller.de", "jörg@müller.de"),
        ("jane (at) example (dot) com", "jane (at) example (dot) com"),
        ("jane dot roe at example dot org", "jane dot roe at example dot org"),
    ],
)
def test_e_mail_addresses_are_found_however_they_are_written(text: str, address: str) -> None:
    assert found(text, Category.EMAIL) == [address]


@pytest.mark.parametrize(
    "text",
    [
        "49.2 l/min@0.48 bar",
        "4x Ø6.5 THRU @ 90° ON PCD 120",
        "12@2.in",
        "holes@3.in",
        "6@60.0",
        "R5@45.DEG",
        "@layer.step",
        "torque@2.5.Nm",
        "meet at noon dot the i",
    ],
)
def test_an_at_sign_of_the_workshop_is_no_e_mail(text: str) -> None:
    assert found(text, Category.EMAIL) == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("TEL: (248) 555-0172", "(248) 555-0172"),
        ("FAX 01424 812345", "01424 812345"),
        ("Call +49 (0)711 1234567 now", "+49 (0)711 1234567"),
        ("+1-248-555-0172", "+1-248-555-0172"),
        ("0086 138 1234 5678", "0086 138 1234 5678"),
        ("Tel.-Nr.: 0711/123456-0", "0711/123456-0"),
        ("联系方式：13812345678", "13812345678"),
        ("电话18612345678。", "18612345678"),
        ("(212) 555-0101", "(212) 555-0101"),
        ("010-62345678", "010-62345678"),
        ("T: +44 20 7946 0018", "+44 20 7946 0018"),
    ],
)
def test_telephone_numbers_are_found(text: str, number: str) -> None:
    assert found(text, Category.PHONE) == [number]


@pytest.mark.parametrize(
    "text",
    [
        "P/N 138-0013-8000",
        "ITEM NO. 13912345678",
        "DIN 912 M6x20-8.8",
        "ISO 2768-mK, ISO 13715",
        "+0.05 / -0.02",
        "+12.500 -0.025",
        "Ø25 +0.021 0",
        "120 x 80 x 15",
        "1.4301 / X5CrNi18-10",
        "2024-11-24 10:43:20",
        "SN 4711-4711-4711",
        "PH 2 screwdriver, 25 pcs",
        "part 555-010-1234",
        "M8: 125 mm",
        "f: 100000 Hz",
        "物料编码 13912345678",
    ],
)
def test_digits_of_the_workshop_are_no_telephone(text: str) -> None:
    assert found(text, Category.PHONE) == []


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("server 192.168.10.57", "192.168.10.57"),
        ("http://10.0.8.45:8080/x", "10.0.8.45:8080"),
        ("see 172.16.3.201 for files", "172.16.3.201"),
        ("IP 8.8.4.4", "8.8.4.4"),
        ("fe80::1ff:fe23:4567:890a", "fe80::1ff:fe23:4567:890a"),
        ("MAC 00-1B-44-11-3A-B7", "00-1B-44-11-3A-B7"),
        ("00:1b:44:11:3a:b7", "00:1b:44:11:3a:b7"),
        ("001b.4411.3ab7", "001b.4411.3ab7"),
    ],
)
def test_network_addresses_are_found(text: str, address: str) -> None:
    assert found(text, Category.NETWORK) == [address]


@pytest.mark.parametrize(
    "text",
    [
        "see section 4.2.1.3",
        "v10.0.8.45",
        "firmware 192.168.1.1",
        "clause 7.3.10.2",
        "1.2.3.4",
        "300.1.1.1",
        "12.034.5.6",
        "10:43:20",
        "std::vector",
        "ratio 1:2:3",
        "12-34-56-78-90-12",
        "Ø10.5.2.1.7",
        "10.2.3.4",
    ],
)
def test_numbered_clauses_and_versions_are_no_network_address(text: str) -> None:
    assert found(text, Category.NETWORK) == []


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (r"FILE: C:\Users\jroe\Documents\plate v3.SLDPRT", r"C:\Users\jroe\Documents\plate"),
        (r"C:\Documents and Settings\jroe\x.dwg", r"C:\Documents and Settings\jroe\x.dwg"),
        ("/home/jroe/cad/plate.step, rev B", "/home/jroe/cad/plate.step"),
        ("/Users/jroe/Desktop/a.f3d", "/Users/jroe/Desktop/a.f3d"),
        (r"\\fileserver01\home\tbaker\P-1180.idw", r"\\fileserver01\home\tbaker\P-1180.idw"),
        ("file:///C:/Users/jroe/a.pdf", "file:///C:/Users/jroe/a.pdf"),
        ("smb://nas/jroe/a", "smb://nas/jroe/a"),
        ("ftp://jroe:secret@ftp.example.com/a", "ftp://jroe:secret@ftp.example.com/a"),
        ("https://example.edu/~jroe/x", "https://example.edu/~jroe/x"),
        (r"LAST SAVED BY EUROPE\p.novak", r"EUROPE\p.novak"),
    ],
)
def test_paths_that_tell_of_a_person_or_a_share_are_found(text: str, path: str) -> None:
    assert found(text, Category.PATH) == [path]


@pytest.mark.parametrize(
    "text",
    [
        r"C:\Program Files\ACME\cad.exe",
        "https://example.com/catalog/plate",
        "A:/B",
        "N/A",
        "and/or",
        "1/2-13 UNC",
        r"\P new line \L underlined",
        "/homework/plate",
        "M8/M10",
    ],
)
def test_what_a_program_installed_and_fractions_are_no_path(text: str) -> None:
    assert found(text, Category.PATH) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("DRAWN BY: J. SMITH", "J. SMITH"),
        ("ENG: Dr. Wojciech Zielinski", "Dr. Wojciech Zielinski"),
        ("CHECKER Priya Raghunathan 04 FEB 22", "Priya Raghunathan"),
        ("Ansprechpartner: Jana Rößler", "Jana Rößler"),
        ("DRAWN\nJ. SMITH\nSCALE", "J. SMITH"),
        ("设计：王小明", "王小明"),
    ],
)
def test_a_name_beside_its_label_is_found_and_stays_on_a_drawing(text: str, name: str) -> None:
    assert found(text, Category.PERSON) == [name]
    assert all(not people.is_replaced(span) for span in people.find(text))


@pytest.mark.parametrize(
    ("text", "login"),
    [
        ("Author: jsmith", "jsmith"),
        ("图纸 用户 liuyang", "liuyang"),
        ("LASTSAVEDBY=kbauer3", "kbauer3"),
        (r"Plotted by WERK2\h.osei 14.05.2024", "h.osei"),
    ],
)
def test_a_login_beside_its_label_is_found(text: str, login: str) -> None:
    spans = people.pinpoint(text)
    assert [text[s.start : s.end] for s in spans] == [login]
    assert spans[0].category is Category.USERNAME


@pytest.mark.parametrize(
    "text",
    [
        "DRAWN CUP NEEDLE BEARING",
        "FOR APPROVAL",
        "CHECK VALVE",
        "APPROVED SUPPLIERS ONLY",
        "DRAWN FROM SUPPLIED SAMPLE - NOT TO SCALE",
        "DESIGNED FOR 16 BAR",
        "DRAWN\nDATE\nSCALE",
        "geprüft nach DIN 1319",
        "设计 压力 1.6MPa",
        "Checked: ISO 9001",
    ],
)
def test_words_of_the_workshop_are_no_name(text: str) -> None:
    assert found(text, Category.PERSON) == []


def test_a_description_leaves_with_tokens_and_its_findings() -> None:
    text = "Ask jane.roe@example.com, +49 711 1234567, 192.168.10.57,\n\\\\srv\\jane\\x.dwg; ⌀5"
    clean, findings = people.redact(text)
    assert clean == "Ask [e-mail], [phone], [address],\n[path]; ⌀5"
    assert [(f.category, f.action, f.where) for f in findings] == [
        (Category.EMAIL, Action.REPLACED, "line 1"),
        (Category.PHONE, Action.REPLACED, "line 1"),
        (Category.NETWORK, Action.REPLACED, "line 1"),
        (Category.PATH, Action.REPLACED, "line 2"),
    ]
    assert {f.carrier_class for f in findings} == {CarrierClass.CONTENT}


@pytest.mark.parametrize("label", ["Questions", "Contact", "User", "Drawn by", "Tel"])
@pytest.mark.parametrize("token", sorted(set(people.IN_PROSE.values())))
def test_what_was_written_for_somebody_is_nobody_whatever_stands_before_it(
    label: str, token: str
) -> None:
    assert people.find(f"Ten brackets. {label}: {token}") == []


def test_a_name_beside_a_token_is_still_found() -> None:
    text = "Questions: [e-mail] or jane.roe@example.com"
    assert found(text, Category.EMAIL) == ["jane.roe@example.com"]


def test_a_description_of_a_part_alone_is_not_touched() -> None:
    text = "Plate 120×80×15, EN AW-6082 T6, 4× M6-6H THRU, Ra 3.2, ISO 2768-mK, qty 50"
    assert people.redact(text) == (text, ())


def test_of_overlapping_spans_the_longer_stands() -> None:
    long, short = Span(0, 9, Category.PATH, 0.5), Span(2, 5, Category.EMAIL, 0.9)
    apart = Span(9, 12, Category.PHONE, 0.6)
    assert without_overlaps([short, apart, long]) == [long, apart]


@given(st.text(max_size=300))
@example("jane@example.com" * 10)
@example("tel: 0711 123456 +49 711 123456")
@example("\\\\" * 60 + "@")
def test_spans_are_sorted_apart_and_within_the_text(text: str) -> None:
    spans = people.find(text)
    assert spans == sorted(spans)
    assert all(0 <= s.start < s.end <= len(text) and 0 < s.confidence <= 1 for s in spans)
    assert all(one.end <= other.start for one, other in pairwise(spans))


@given(st.text(max_size=300))
@example("x@y.de" * 40)
def test_redacting_twice_is_redacting_once(text: str) -> None:
    once, _ = people.redact(text)
    twice, _ = people.redact(once)
    assert twice == once


TOKENS = [
    *("@", "a@", "a.", "a@a.", "1", "1 ", "1.", "-", "+", "0", "(", "\\", "\\\\", "\\a", "C:\\"),
    *("/home/", "a:", "f:", "::", "tel ", "t: ", "drawn ", "A. ", "Aa ", "AA ", "DRAWN: A", "用户"),
    *("a@b.de ", "C:\\a b ", "tel 0711 12345 ", "1.2.3.200 ", "a b c/", "x at ", "x dot "),
    *("a(at)", "http://", "http://a@", "file://", "00", "1.1.", "10.0.", " \n", "Anna, ", "Mr. "),
    *(
        "王",
        "王伟/",
        "、王伟",
        "设计：王伟、",
        "设 计 ",
        "佐藤",
        "佐藤様",
        "路1号",
        "浙江省",
        "김",
        "ア・",
    ),
    *("12 Main Street, ", "Aa weg 1 ", "| AB | 2020-01-01 ", "konto ", "passport ", "DE89 3704 "),
    *(
        "1234 5678 ",
        "地址：",
        "〒123-4567 ",
        "ул. А",
        "wechat ",
        "users/",
        "A'",
        "Aa-Aa-",
        "A\tB\t",
    ),
]


@pytest.mark.parametrize("token", TOKENS)
def test_twenty_thousand_of_anything_cost_a_moment(token: str) -> None:
    # Quadratic time would take a hundred times as long as linear.
    text = token * (20_000 // len(token))
    people.warm()  # reading the lexicon is paid once, and not by the words
    assert_cpu_seconds(1.5, lambda: people.find(text))


@pytest.mark.parametrize("token", ["Aa ", "王伟/", "1", "用户", "/home/", "Mr. "])
def test_fifty_thousand_of_the_worst_cost_a_second_or_two(token: str) -> None:
    text = token * (50_000 // len(token))
    assert_cpu_seconds(
        6, lambda: people.pinpoint(text, "DRAWN")
    )  # 0.8 measured, 3 while coverage is


def test_warming_up_reads_all_that_is_ever_read() -> None:
    people.warm()
    people.find("+49 711 1234567")
