"""E-mail, network and hardware addresses in free text.

Room: redaction/text. Pure; linear in the text. Used by ``redaction.text.people``. Drawings are
full of what looks like an address and is none (``49.2 l/min@0.48 bar``, ``see 4.2.1.3``), so
each shape is checked by what only a real one has. Sources: RFC 5321 §4.1.2, RFC 4291 §2.2,
the standard library's ``ipaddress``, IEEE 802 (EUI-48).
"""

import ipaddress
import re
from collections.abc import Iterator
from typing import Final

from redaction.model import Category
from redaction.text.span import Span

LOCAL_CHARS: Final = 64
LOCAL: Final = re.compile(r"[A-Za-z0-9À-ɏ._%+'\-]{1,64}+$")
DOMAIN: Final = re.compile(
    r"((?:[A-Za-z0-9À-ɏ](?:[A-Za-z0-9À-ɏ\-]{0,62})\.){1,6})([A-Za-z]{2,18}+)(?![A-Za-z0-9@])"
)
# MTEXT writes its codes straight before the word: \Ljane@… underlines jane@….
TEXT_CODE: Final = re.compile(r"\\[LlOoKkPp]$")
SPELT_OUT: Final = re.compile(
    r"(?<![\w.])[\w.+\-]{1,64}+\s?[(\[{]\s?(?:at|@)\s?[)\]}]\s?"
    r"(?:[\w\-]{1,63}+\s?(?:\.|[(\[{]\s?(?:dot|\.)\s?[)\]}])\s?){1,4}+[A-Za-z]{2,18}+",
    re.IGNORECASE,
)
SPELT_IN_WORDS: Final = re.compile(
    r"(?<![\w.])[a-z0-9_\-]{2,40}+(?: (?:dot|punkt) [a-z0-9_\-]{1,40}+){0,2} at "
    r"[a-z0-9\-]{2,40}+(?: (?:dot|punkt) [a-z0-9\-]{2,40}+){1,3}",
    re.IGNORECASE,
)
# Two letters are a country; of the longer ones those that businesses write on drawings.
_GENERIC: Final = """
    com org net edu gov mil int info biz name pro aero coop jobs mobi museum tel travel cat asia
    xxx arpa example test invalid local localhost internal lan corp home dev app cloud tech online
    site store shop group company engineering design works tools systems solutions technology
    industries services support email email network digital global international consulting
    software energy solar construction build builders contractors parts supply equipment auto
    cars bike berlin bayern hamburg koeln cologne ruhr saarland wien swiss london paris nyc tokyo
    ltd gmbh inc llc sarl ag one xyz top vip club wang work world space studio agency media art
    academy university school institute center foundation guru expert team live life zone
"""
GENERIC_DOMAINS: Final = frozenset(_GENERIC.split())

IPV4: Final = re.compile(
    r"(?<![\w.:\-])(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})(?::(\d{2,5})(?!\d)|/(\d{1,2})(?!\d))?+"
    r"(?!\.?\w)"
)
# What precedes four numbers that are a version, a clause, or a classification.
NOT_AN_ADDRESS: Final = re.compile(
    r"(?:\bv|\bver\b|version|\brev\b|revision|release|\bfw\b|firmware|\bsw\b|software|build|patch"
    r"|section|\bsec\b|§|clause|chapter|kapitel|abschnitt|para(?:graph)?|item|table|fig(?:ure)?"
    r"|\bp/?n\b|part|drawing|dwg|artikel|art\b|版本|章|节|条)[\s.:#№n]{0,4}+(?:o\.?|r\.?)?\s?$",
    re.IGNORECASE,
)
IS_AN_ADDRESS: Final = re.compile(
    r"(?:\bip(?:v4)?\b|host|server|\baddr(?:ess)?|gateway|subnet|\bdns\b|\bnas\b|ping|login|ssh"
    r"|proxy|client|//|地址|服务器)[^\w]{0,4}+(?:\w{1,8}\s)?$",
    re.IGNORECASE,
)
IPV6: Final = re.compile(
    r"(?<![\w:.])(?:[0-9A-Fa-f]{0,4}:){2,7}+[0-9A-Fa-f]{0,4}(?:%\w{1,15})?+(?![\w:])"
)
MAC: Final = re.compile(
    r"(?<![\w:\-])[0-9A-Fa-f]{2}([:\-])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}(?![\w:\-])"
)
MAC_DOTTED: Final = re.compile(r"(?<![\w.])(?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4}(?![\w.])")
LABELLED_MAC: Final = re.compile(r"\b(?:mac|ether|hwaddr|bssid)\b[^\n]{0,12}$", re.IGNORECASE)

BEFORE_CHARS: Final = 24
# A clause number rarely counts this far, an octet mostly does.
CLAUSE_MAX: Final = 40


def emails(text: str) -> Iterator[Span]:
    """Yield the e-mail addresses in ``text``; spelt-out ones ("jane (at) …") less surely."""
    at = text.find("@")
    while at >= 0:
        local = LOCAL.search(text[max(0, at - LOCAL_CHARS) : at])
        domain = DOMAIN.match(text, at + 1)
        if local and domain and _plausible(local[0], domain[1], domain[2]):
            start = at - len(local[0].lstrip("'.%-"))
            # The backslash before a text code is no part of the local part.
            if TEXT_CODE.search(text[max(0, start - 1) : start + 1]) and at - start > 1:
                start += 1
            yield Span(start, domain.end(), Category.EMAIL, 0.97, "email.syntax")
        at = text.find("@", at + 1)
    for pattern in (SPELT_OUT, SPELT_IN_WORDS):
        for spelt in pattern.finditer(text):
            ending = re.search(r"[A-Za-z]{2,18}$", spelt[0])
            if ending and _is_domain(ending[0]):
                yield Span(spelt.start(), spelt.end(), Category.EMAIL, 0.85, "email.spelt")


def _plausible(local: str, labels: str, ending: str) -> bool:
    names = [label for label in labels.split(".") if label]
    if not _is_domain(ending) or not local.strip("'.%-+"):
        return False
    if all(name.isdigit() for name in names):
        # 163.com writes mails; "holes@3.in" is a hole pattern.
        return len(names) == 1 and len(names[0]) >= 3 and not local.isdigit()
    return any(character.isalpha() for character in names[-1])


def _is_domain(ending: str) -> bool:
    return len(ending) == 2 or ending.lower() in GENERIC_DOMAINS


def networks(text: str) -> Iterator[Span]:
    """Yield IP and MAC addresses; numbered clauses, versions and part numbers are left out."""
    for found in IPV4.finditer(text):
        confidence = _ipv4_confidence(
            found, text[max(0, found.start() - BEFORE_CHARS) : found.start()]
        )
        if confidence:
            yield Span(found.start(), found.end(), Category.NETWORK, confidence, "network.ip")
    for found in IPV6.finditer(text):
        if _is_ipv6(found[0]):
            yield Span(*found.span(), Category.NETWORK, 0.9, "network.ip")
    for pattern in (MAC, MAC_DOTTED):
        for found in pattern.finditer(text):
            before = text[max(0, found.start() - BEFORE_CHARS) : found.start()]
            # Six pairs of digits alone may be an article number.
            if re.search("[A-Fa-f]", found[0]) or LABELLED_MAC.search(before):
                yield Span(*found.span(), Category.NETWORK, 0.9, "network.hardware")


def _ipv4_confidence(found: re.Match[str], before: str) -> float:
    octets = found[1].split(".")
    if any((len(octet) > 1 and octet[0] == "0") or int(octet) > 255 for octet in octets):
        return 0.0
    if IS_AN_ADDRESS.search(before) or found[2]:
        return 0.95
    address = ipaddress.IPv4Address(found[1])
    if NOT_AN_ADDRESS.search(before) or address in ipaddress.IPv4Network("0.0.0.0/8"):
        return 0.0
    if address.is_private or address.is_loopback or address.is_link_local:
        # 10.x is a private network and also chapter ten.
        small = all(int(octet) < CLAUSE_MAX for octet in octets)
        return 0.0 if small and octets[1:] != ["0", "0", octets[3]] else 0.9
    return 0.6 if max(int(octet) for octet in octets) >= CLAUSE_MAX else 0.0


def _is_ipv6(candidate: str) -> bool:
    try:
        address = ipaddress.IPv6Address(candidate.partition("%")[0])
    except ValueError:
        return False
    groups = [group for group in candidate.split(":") if group]
    telling = any(len(group) >= 3 for group in groups) and len(groups) >= 2
    return address != ipaddress.IPv6Address("::") and (telling or len(groups) == 8)
