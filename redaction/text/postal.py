"""Postal addresses, by the grammar of each country's streets, or by the word before them.

Room: redaction/text. Pure; linear in the text. A street and a number alone could be a ring of
25 mm; a postcode, a town, or the word "address" make it one.
"""

import re
from collections.abc import Iterator
from typing import Final

from redaction.model import Category
from redaction.text.span import Span

_CAP: Final = r"[A-ZÀ-ÞŁŚŻŹĆŠČŘŽ]"
_TOWN: Final = (
    rf"{_CAP}[\wÀ-ɏ.'\-]{{1,25}}(?:[ \-](?:(?:am|an der|im|bei|de|la|le|sur|en|i\.|a\."
    rf"|d\.)[ ])?{_CAP}[\wÀ-ɏ.'\-]{{1,25}}){{0,2}}"
)
_COUNTRY: Final = (
    r"(?:, ?(?:USA|U\.S\.A\.|UK|U\.K\.|United Kingdom|England|Scotland|Wales|Canada"
    r"|Germany|Deutschland|Schweiz|France|Italia|España|Sweden|Sverige|Norway|Polska"
    r"|Österreich|Austria|Ireland|Australia|NL|Netherlands))?"
)
_UNIT: Final = (
    r"(?:,? ?(?i:unit|suite|flat|ste|apt|floor|fl|bldg|building|room|rm|#)\.? ?[\w\-]{1,6})?"
)
_STATE_ZIP: Final = r"[ ,]{1,2}[A-Z]{2},? {1,2}\d{5}(?:-\d{4})?"
_UK_CODE: Final = r"[ ,]{1,2}[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}(?!\w)"
_SURE_ROAD: Final = (
    r"street|avenue|boulevard|road|parkway|highway|crescent|st|ave|blvd|rd|pkwy|hwy|lane|ln"
)
_ROAD: Final = (
    rf"{_SURE_ROAD}|drive|dr|court|ct|way|place|pl|square|sq|close|terrace|park|row"
    r"|mews|gardens|estate|circle|trail|pike|loop|hill|quay|wharf|yard"
)
_NUMBER: Final = (
    r"\d{1,4} ?[a-z]?(?: ?[\-/] ?\d{1,4} ?[a-z]?)?(?![\w.,]?\d|\w| ?(?:mm|cm|kg|°|x|×|%|bar|MPa))"
)
_GERMAN_SURE: Final = r"stra(?:ß|ss)e|str\.|gasse|allee|chaussee"
_GERMAN: Final = (
    rf"{_GERMAN_SURE}|weg|platz|ring|damm|ufer|steig|hof|graben|markt|wall|berg|feld"
    r"|halde|wiesen?|kamp|twiete|stieg|pfad|rain|acker|tal|anger"
)
_NORDIC: Final = (
    r"gatan|vägen|gata|gate|veien|vegen|vei|vej|gade|straat|laan|kade|plein|dreef"
    r"|katu|tie|utca|körút"
)

# Pattern, and how sure it is.
GRAMMARS: Final = (
    (
        (
            r"(?:Unit \w{1,4}, )?(?<![\w.])\d{1,6}[A-Z]? (?:[\w.'\-]{1,20} "
            rf"){{1,4}}?(?i:{_ROAD})\b\.?{_UNIT}(?:, ?{_TOWN}){{0,2}}(?:{_STATE_ZIP}"
            rf"|{_UK_CODE}){_COUNTRY}"
        ),
        0.93,
    ),
    (
        (
            r"(?:Unit \w{1,4}, )?(?<![\w.\-/])\d{1,6}[A-Z]? (?:[NSEW]\.? "
            rf")?(?:{_CAP}[\w.'\-]{{1,20}} ){{1,3}}?(?i:{_SURE_ROAD})\b\.?{_UNIT}, ?{_TOWN}(?:, "
            rf"?{_TOWN})?"
        ),
        0.85,
    ),
    (
        (
            rf"(?<![\w.\-/])\d{{1,6}} (?:[NSEW]\.? )?(?:{_CAP}[a-z'\-]{{2,20}} ){{1,3}}?(?:Street"
            rf"|Avenue|Boulevard|Road|Parkway|Crescent)\b{_UNIT}"
        ),
        0.8,
    ),
    (r"(?i:P\.? ?O\.? ?Box) \d{1,7}(?:, ?[A-Z][\w .\-]{2,30}(?:, ?[A-Z]{2} \d{5})?)?", 0.82),
    (
        (
            rf"(?:{_CAP}[\wÀ-ɏ.\-]{{0,25}}[ \-]){{0,2}}(?:{_CAP}[\wÀ-ɏ\-]{{0,25}}?"
            rf"|{_CAP}[\wÀ-ɏ.\-]{{0,25}}[ \-])(?i:{_GERMAN})[ ]{_NUMBER},? ?(?:[·|\n] ?)?(?:[DAL]-"
            rf"|CH-)?\d{{4,5}} {_TOWN}"
        ),
        0.93,
    ),
    (
        (
            r"(?:(?:Am|An der|An den|Im|In der|In den|Zum|Zur|Auf dem|Auf der|Hinter der|Unter den"
            rf"|Vor dem|Beim) )(?:{_CAP}[\wÀ-ɏ\-]{{1,25}} ?){{1,2}}{_NUMBER},? ?(?:[DAL]-"
            rf"|CH-)?\d{{4,5}} {_TOWN}"
        ),
        0.92,
    ),
    (
        (
            rf"(?:{_CAP}[\wÀ-ɏ.\-]{{0,25}}[ \-]){{0,2}}(?:{_CAP}[\wÀ-ɏ\-]{{0,25}}?"
            rf"|{_CAP}[\wÀ-ɏ.\-]{{0,25}}[ \-])(?i:{_GERMAN_SURE}) {_NUMBER}(?:, ?{_TOWN})?"
        ),
        0.82,
    ),
    (rf"(?<!\w){_CAP}[a-zäöüß]{{2,18}}(?:weg|platz) \d{{1,3}}[a-z]?, {_TOWN}", 0.7),
    (rf"Postfach [\d ]{{2,12}}\d?,? ?(?:D-)?\d{{5}} {_TOWN}", 0.92),
    (
        (
            rf"(?<!\w){_CAP}[\wÀ-ɏ\-]{{1,25}}(?:{_NORDIC}) {_NUMBER}(?:,? "
            rf"?(?:[A-Z]{{1,2}}-)?\d{{3,4}} ?\d{{0,2}} ?(?:[A-Z]{{2}} )?{_TOWN})?{_COUNTRY}"
        ),
        0.85,
    ),
    (
        (
            r"(?<![\w.])\d{1,4} ?(?:bis|ter|quater|[A-D])?,? (?i:rue|avenue|av\.|boulevard|bd\.?"
            r"|chemin|place|impasse|allée|route|quai|cours|square|faubourg)(?: (?:de|du|des|la|le"
            rf"|les|l'|d'|à|aux?|en|saint)){{0,3}} ?(?:[ld]')?{_CAP}[\wÀ-ɏ'\-]{{1,25}}(?:[ "
            rf"\-](?:(?:de|du|des|la|le|et) )?{_CAP}[\wÀ-ɏ'\-]{{1,25}}){{0,3}}(?:,? (?:F-|B-|CH-"
            rf"|L-)?\d{{4,5}} {_TOWN})?(?: Cedex(?: \d+)?)?"
        ),
        0.88,
    ),
    (
        (
            r"(?<!\w)(?:Calle|C/|Avda\.?|Avenida|Av\.|Paseo|Plaza|Polígono(?: Industrial)?|Pol\. "
            r"Ind\.|Carrer|Ronda|Via|Viale|V\.le|Piazza|P\.za|Corso|Strada|Vicolo|Rua|R\.|Travessa"
            r"|Largo|Praça) (?:(?:de|del|della|dei|di|la|los|las|da|do|dos) "
            rf"){{0,2}}{_CAP}[\wÀ-ɏ'.\-]{{1,25}}(?: (?:(?:de|del|di|da|y|e) "
            rf")?{_CAP}[\wÀ-ɏ'.\-]{{1,25}}){{0,3}},? ?(?:n[º°.] ?|nº )?\d{{1,4}}(?![\d.,]\d| "
            rf"?mm)(?:[,\- ]{{1,3}}(?:[A-Z]-)?\d{{4,5}}(?:-\d{{3}})? {_TOWN})?(?: ?\([A-Z]{{2}}\))?"
        ),
        0.84,
    ),
    (
        (
            rf"(?<!\w)(?:ul\.|al\.|pl\.|os\.|ulica|ulice|nám\.|tř\.) {_CAP}[\wÀ-ɏ.\-]{{1,25}}(?: "
            rf"{_CAP}[\wÀ-ɏ.\-]{{1,25}}){{0,2}} \d{{1,4}}[a-z]?(?:/\d{{1,4}})?(?:,? ?\d{{2,3}}[\- "
            rf"]\d{{2,3}} {_TOWN})?"
        ),
        0.88,
    ),
    (
        (
            r"(?<!\w)(?:г\. ?[А-ЯЁ][а-яё\-]{2,20}, ?)?(?:ул\.|улица|пр\.|пр-т|проспект|пер\.|ш\."
            r"|шоссе|наб\.) ?[А-ЯЁ][А-Яа-яё.\- ]{2,30}?, ?(?:д\. ?)?\d{1,4}(?:[а-я]|/\d{1,3})?(?:,?"
            r" ?(?:корп|стр|оф|кв)\.? ?\d{1,4}){0,2}"
        ),
        0.88,
    ),
    (
        (
            r"(?:[가-힣]{2,8}(?:특별시|광역시|시|도) )?(?:[가-힣]{1,6}(?:시|군|구) "
            r"){1,2}(?:[가-힣]{1,8}(?:읍|면|동) "
            r")?[가-힣\d]{1,12}(?:로|길) ?\d{1,4}(?:-\d{1,3})?(?:번길 \d{1,4})?(?:,? "
            r"?[가-힣\d]{1,10}(?:층|호"
            r"|동))?"
        ),
        0.9,
    ),
    (
        (
            rf"(?<!\w){_CAP}[\wÀ-ɏ.\-]{{1,25}}(?: {_CAP}[\wÀ-ɏ.\-]{{1,25}}){{0,3}} (?:Mah|Cad|Sok"
            rf"|Caddesi|Sokak|Bulvarı)\.?(?: {_CAP}[\wÀ-ɏ.]{{1,20}} (?:Cad|Sok)\.?)? (?:No ?:? "
            r"?)?\d{1,4}(?:/\d+)?"
        ),
        0.82,
    ),
)
PATTERNS: Final = tuple((re.compile(grammar), sure) for grammar, sure in GRAMMARS)

_PREFECTURES: Final = (
    "東京都|北海道|(?:大阪|京都)府|(?:青森|岩手|宮城|秋田|山形|福島|茨城|栃木|群馬|埼玉|千葉"
    "|神奈川|新潟|富山|石川|福井|山梨"
    "|長野|岐阜|静岡|愛知|三重|滋賀|兵庫|奈良|和歌山|鳥取|島根|岡山|広島|山口|徳島|香川|愛媛|高知"
    "|福岡|佐賀|長崎|熊本|大分|宮崎|鹿児島|沖縄)県"
)
_JA_REST: Final = (
    r"[㐀-鿿ぁ-んァ-ヶー々ヶ]{1,20}[\d\-丁目番地号のFA-Z階]{0,18}(?:[ "
    r"]?[㐀-鿿ァ-ヶーA-Za-z]{0,10}(?:ビル"
    r"|マンション|ハイツ)?[ ]?\d{1,4}(?:号室|階|F))?"
)
JAPANESE: Final = re.compile(
    rf"(?:〒? ?\d{{3}}-\d{{4}} ?)?(?:{_PREFECTURES}){_JA_REST}"
    rf"|〒 ?\d{{3}}-\d{{4}}(?: ?[㐀-鿿ぁ-んァ-ヶー々]{{2,20}}[\d\-丁目番地号]{{1,16}})?"
    r"|(?<![㐀-鿿])[㐀-鿿]{2,4}市[㐀-鿿ぁ-んァ-ヶー]{1,12}[\d]{1,4}(?:丁目|番地?"
    r"|-\d{1,4})[\d\-番地号]{0,10}"
)
_PROVINCES: Final = (
    "北京|上海|天津|重庆|河北|山西|内蒙古|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南"
    "|湖北|湖南|广东|广西|海南|四川|贵州|云南"
    "|西藏|陕西|甘肃|青海|宁夏|新疆|香港|澳门|台湾|臺灣|新北|台北|臺北|廣東|江蘇"
)
_ZH_ROAD: Final = r"(?:路|街|大道|巷|胡同|弄|工业园区?|工业区|科技园|产业园|开发区|村|里)"
_ZH_TAIL: Final = (
    r"(?:[东南西北中]?[㐀-鿿]{0,4}?\d{1,5}(?:弄\d{1,4})?[号號](?:[院内]?)(?:[A-Z\d]{1,4}[\-号]?("
    r"?:幢|栋|座|楼|单元|室|层|房|厂房|車間|车间|F)){0,4}(?:[㐀-鿿]{0,6}?(?:大厦|广场|厂房|车间"
    r"|园)(?:\d{1,4}[楼室层]?)?)?)"
)
CHINESE: Final = re.compile(
    rf"(?:(?:{_PROVINCES})(?:省|市|自治区|特别行政区)?(?:[㐀-鿿]{{1,7}}?(?:市|州|盟|地区|区|县|镇"
    r"|乡|街道|新区|村"
    rf"|里)){{0,4}}[㐀-鿿\w]{{1,14}}?{_ZH_ROAD}(?:{_ZH_TAIL}|\d{{1,5}})?"
    r"|(?:[㐀-鿿]{2,4}(?:市|县)[㐀-鿿]{0,8}?(?:区|镇|街道)?)?[㐀-鿿]{1,6}?(?:路|街|大道|巷"
    rf"|胡同){_ZH_TAIL})"
)
EASTERN: Final = re.compile("[\u3005-\u30ff\u3400-\u9fff]")
# Lines of oil, wires and rails have numbers too.
NO_ROAD: Final = re.compile(r"[管油气水电线回支通光旁磁网磨流]路|轨道|管道|通道|信道|频道|流道")
ZH_LEAD: Final = re.compile(
    r".*?(?:地址|住址|地点|寄到|寄往|寄至|送到|送至|送往|发到|发往|发至|发货到|位于|交货至|交到"
    r"|邮寄|在|于|是|到|至|收货|工厂|厂址|[:：])"
)
LABEL: Final = re.compile(
    r"(?:(?<![^\W_])(?:(?P<veto>(?:ip|mac|e-?mail|mail|web|i2c|bus|modbus|memory|slave|register"
    r"|device|node|start|hex|network|can|url)\s)?"
    r"(?:(?:delivery|shipping|postal|billing|home|street|office|mailing|site)\s)?address"
    r"|ship(?:\s(?:samples?|parts?))?\sto|deliver\s?to|return\sto|"
    r"anschrift|(?:liefer|rechnungs|post|privat)?adresse|lieferung\san"
    r"|adresse(?:\sde\slivraison)?|direcci[óo]n|domicilio|indirizzo|"
    r"spedire\sa|endere[çc]o|adres|adress|adresa|c[íi]m|osoite|адрес)|(?:收货|收件|寄送|公司|送货"
    r"|邮寄|家庭"
    r"|联系)?(?:地址|住址)|送付先|納品先|納入先|住所|所在地|お届け先|주소|배송지)"
    r"\s?[:.]?\s{0,3}(?P<value>[^\n;|<>]{8,110})",
    re.IGNORECASE,
)
STOP: Final = re.compile(
    r"(?:[,.]? ?(?:tel|phone|fax|mobil|e-?mail|attn|att|z\.? ?hd|c/o|contact|ansprechpartner|电话"
    r"|手机|收件人|收货人|联系人|邮编|TEL|電話|担当|전화|тел)\b.*"
    r"|[。，](?=[^\d]*$).*|\. .*|  .*|\(.*| [㐀-鿿]{2,6} ?様.*)$",
    re.IGNORECASE,
)
NEEDS: Final = re.compile(rf"(?=.*(?<![A-Za-z])\d)(?=.*(?:[,]|[㐀-鿿]{{4}}|{_CAP}\w{{2,}} ))")


def postal(text: str) -> Iterator[Span]:
    """Yield postal addresses, as long as they reach."""
    if not any(character.isdigit() for character in text):
        return
    for pattern, sure in PATTERNS:
        for found in pattern.finditer(text):
            yield Span(*found.span(), Category.ADDRESS, sure, "address.grammar")
    eastern = not text.isascii() and EASTERN.search(text) is not None
    for found in JAPANESE.finditer(text) if eastern else ():
        if len(found[0]) >= 8:
            sure = 0.9 if any(c.isdigit() for c in found[0]) else 0.8
            yield Span(found.start(), found.end(), Category.ADDRESS, sure, "address.grammar")
    for found in CHINESE.finditer(text) if eastern else ():
        lead = ZH_LEAD.match(found[0])
        start = found.start() + (lead.end() if lead else 0)
        if found.end() - start >= 6 and not NO_ROAD.search(text, start, found.end()):
            yield Span(start, found.end(), Category.ADDRESS, 0.88, "address.grammar")
    for found in LABEL.finditer(text):
        value = STOP.sub("", found["value"]).rstrip(" ,.;-")
        if not found["veto"] and len(value) >= 8 and NEEDS.match(value):
            start = found.start("value")
            yield Span(start, start + len(value), Category.ADDRESS, 0.82, "address.labelled")
