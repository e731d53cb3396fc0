"""Japanese names: beside labels, before honorifics, as surname and given name together.

Room: redaction/text. Pure; linear in the text. Surnames and given names come from lists; a run
of characters that a label announces may be a rare surname, if it is no word of a form.
"""

import re
from collections.abc import Iterator
from typing import Final

from redaction.model import Category
from redaction.text.dates import DATE
from redaction.text.han_words import LABEL
from redaction.text.lexicon import lexicon
from redaction.text.span import Span

KANJI: Final = "㐀-鿿々ヶヵノ"
RUN: Final = re.compile(rf"[{KANJI}]+")
TELLING: Final = re.compile(
    "[ぁ-んァ-ヶー図検製変様営込峠畑働辻榊円広売県黒沢浜桜栄竜恵徳関]|照査|検図|製図|図番|承認|〒"
    "|担当|設計|作成|尺度|氏名|様|変更|審査"
)
AFTER_LABEL: Final = re.compile(r"[ \t]{0,4}(?P<sep>[:/|=\tの]|\r?\n)?[ \t(\"]{0,4}")
NAME: Final = re.compile(
    rf"(?P<kanji>[{KANJI}]{{1,6}}(?P<kana>[ぁ-んァ-ヶー]{{1,4}}(?![ぁ-ん]))?(?:[ "
    rf"](?P<given>[{KANJI}ぁ-ん]{{1,4}}|[ァ-ヶー]{{2,5}})(?![{KANJI}ぁ-ん]))?)"
    r"|(?P<katakana>(?:[A-Z]\.[ ]?)?[ァ-ヶー]{2,10}(?:[・= ][ァ-ヶー]{2,10}){0,3})"
)
HONORIFIC: Final = re.compile(
    rf"(?P<name>[{KANJI}]{{1,6}}(?:[ぁ-ん]{{2,4}}(?=さん|様))?|[{KANJI}]{{1,4}}[ "
    rf"][{KANJI}ぁ-ん]{{1,4}}"
    r"|[ァ-ヶー]{2,10}(?:・[ァ-ヶー]{2,10})?)"
    r"[ ]?(?P<title>さん|様|殿|氏|君|先生|課長|部長|係長|主任|社長|次長|所長|工場長|専務|常務"
    rf"|リーダー|マネージャー)(?![{KANJI}])"
)
SPOKEN: Final = re.compile(
    rf"(?:(?<=^)|(?<=[\n、。,./(:の はがにをとで])|(?<![{KANJI}]))(?P<name>[{KANJI}]{{2,5}})(?=(?"
    r":と|にて|に|が|は"
    r"|へ|より|から|宛|まで|経由|の)?(?:打合せ|打ち合わせ|確認|連絡|相談|協議|依頼|承認|検図|作成"
    r"|設計|修正|変更|問い?合わ?せ|報告|指示|了承|希望"
    r"|手配|測定|まで|宛|電話|送付|渡|対応|図面))"
)
DIRECT: Final = re.compile(rf"(?<![{KANJI}])(?P<name>[{KANJI}]{{2,3}})(?= ?\((?:内線|0\d|TEL|tel))")
FORM: Final = re.compile(
    "基準|荷重|図|未|済|尺度|日付|月日|材|数量|寸法|公差|表面|処理|強度|圧力|温度|速度|部品|名称"
    "|品名|承認|検図|製図|設計|担当|作成|変更|改訂|記事|備考|投影"
    "|角法|単位|仕様|条件|寿命|印|欄"
    "|番|号|課|部|社|方法|規格|標準|一般|要領|手順|書|表|者|不要|別紙|同上|参照|待ち|客|各位|皆"
    "|何|会社|工業|製作|精機|技研|営業|技術|製造|品質|購買|資材"
    "|年|月|度|径|面|鋼|軸|穴|溝"
)
COMPANY_AFTER: Final = re.compile(
    "鋼|形|式|製|型|社|製作所|産業|工業|金属|市|県|町|区|使用|度|径|面|溝|材|管|線|穴|数|精機"
    "|ガスケット|硝子|電機|化学|駅|支店|工場|銀行"
)
BLANK: Final = re.compile(r"[ \t,]{0,6}")
CLOSED: Final = re.compile(r"\s|$|[/、,|]")
ALSO: Final = re.compile(
    rf"[ ]?[/・、,][ ]?(?P<name>[{KANJI}]{{2,4}}(?:[ぁ-ん]{{1,4}})?)(?![{KANJI}])"
)
KANA_GIVEN: Final = re.compile(r"[ぁ-ん]{2,4}(?![ぁ-んァ-ヶ])")
SURNAME_CHARS: Final = 3


def japanese(text: str, neighbour: str | None = None) -> Iterator[Span]:
    """Yield Japanese names in ``text``, if anything in it or beside it is Japanese."""
    beside = neighbour or ""
    if not TELLING.search(text) and not TELLING.search(beside):
        for label in LABEL.finditer(text):
            yield from (span for span in _after(text, label.end()) if span.confidence > 0.9)
        yield from _bare(text, sure=0.6)
        return
    places = {label.end(): True for label in LABEL.finditer(text)}
    if LABEL.fullmatch(beside.strip() + " "):
        places[len(text) - len(text.lstrip())] = True
    for at in places:
        yield from _after(text, at)
    for pattern, sure in ((SPOKEN, 0.72), (DIRECT, 0.78)):
        for found in pattern.finditer(text):
            if _reading(found["name"]) and not FORM.search(found["name"]):
                yield Span(*found.span("name"), Category.PERSON, sure, "name.context")
    yield from _honoured(text)
    yield from _bare(text, sure=0.7)


def _reading(name: str) -> str:
    """Return "full" or "surname" as ``name`` reads in the lists, or nothing."""
    words = lexicon()
    if name in words.ja_surnames and len(name) > 1:
        return "surname"
    for cut in range(1, min(len(name), SURNAME_CHARS) + 1):
        if name[:cut] in words.ja_surnames and name[cut:] in words.ja_given and cut < len(name):
            return "full"
    return ""


def _after(text: str, at: int) -> Iterator[Span]:
    gap = AFTER_LABEL.match(text, at)
    begin = gap.end() if gap else at
    date = DATE.match(text, begin)
    if date:
        blank = BLANK.match(text, date.end())
        begin = blank.end() if blank else date.end()
    apart = begin > at or text[at - 1 : at] in (" ", "\t", ":", "/", "\n", "|", "", "=", '"')
    found = NAME.match(text, begin)
    if found is None or not apart:
        return
    if found["katakana"]:
        joined = any(sign in found[0] for sign in "・ .")
        yield Span(*found.span(), Category.PERSON, 0.85 if joined else 0.6, "name.labelled")
        return
    yield from _labelled(text, found)


def _labelled(text: str, found: re.Match[str]) -> Iterator[Span]:
    start, end = found.span()
    name = found[0].replace(" ", "")
    given = found["given"]
    if given and (FORM.search(given) or (given not in lexicon().ja_given and not _reading(name))):
        end = found.start("given") - 1
        name = text[start:end]
    label = LABEL.search(name + " ")
    if label and label.start() > 0:
        end, name = start + label.start(), name[: label.start()]
    if COMPANY_AFTER.match(text, end) or (FORM.search(name) and not _reading(name)):
        return
    known = _reading(name) or _reading(name.split(" ")[0])
    if known or any(
        name[:cut] in lexicon().ja_surnames
        for cut in (2, 3)
        if len(name) - cut <= 3 and cut < len(name)
    ):
        yield Span(start, end, Category.PERSON, 0.93 if known else 0.84, "name.labelled")
    elif 2 <= len(name) <= 5:
        closed = CLOSED.match(text, end) is not None
        yield Span(start, end, Category.PERSON, 0.7 if closed else 0.55, "name.labelled")
    also = ALSO.match(text, end)
    if also and not FORM.search(also["name"]):
        yield Span(*also.span("name"), Category.PERSON, 0.82, "name.also")


def _honoured(text: str) -> Iterator[Span]:
    for found in HONORIFIC.finditer(text):
        name = found["name"]
        start = found.start("name")
        for skip in range(max(1, len(name) - 1)):
            if _reading(name[skip:].replace(" ", "")):
                yield Span(start + skip, found.end("name"), Category.PERSON, 0.9, "name.titled")
                break
        else:
            plain = (
                2 <= len(name) <= 4
                and not FORM.search(name)
                and not RUN.match(text[start - 1 : start])
            )
            if plain and found["title"] in ("さん", "様", "氏", "殿"):
                yield Span(start, found.end("name"), Category.PERSON, 0.7, "name.titled")


def _bare(text: str, *, sure: float) -> Iterator[Span]:
    """Yield a whole run that reads as surname and given name, or a surname beside a date."""
    for run in RUN.finditer(text):
        end = run.end()
        name = run[0]
        kana = KANA_GIVEN.match(text, end)
        if kana and name in lexicon().ja_surnames and kana[0] in lexicon().ja_given:
            yield Span(run.start(), kana.end(), Category.PERSON, 0.74, "name.full")
            continue
        if not 2 <= len(name) <= 6 or FORM.search(name) or name[-1] in "式製型鋼材形用機工":
            continue
        reading = _reading(name)
        near = text[max(0, run.start() - 12) : run.start()] + " " + text[end : end + 14]
        dated = DATE.search(near) is not None
        if reading == "full" and len(name) > 2:
            yield Span(run.start(), end, Category.PERSON, 0.82 if dated else sure, "name.full")
        elif reading == "surname" and dated and sure >= 0.7:
            yield Span(run.start(), end, Category.PERSON, 0.8, "name.dated")
