"""Accounts in messengers and social networks, by the word before them.

Room: redaction/text. Pure; linear in the text. "WeChat group" and "line 12" are none: a handle
has a digit, a joint, or is no word of any language.
"""

import re
from collections.abc import Iterator
from typing import Final

from redaction.model import Category
from redaction.text.lexicon import lexicon
from redaction.text.span import Span

_IDS: Final = (
    r"(?:\s?(?:id|account|handle|name|user(?:name)?|no|nr|号码?|號|帐号|账号|アカウント|아이디"
    r"|is)(?![A-Za-z]))*\.?"
)
_GAP: Final = r"(?P<gap>\s?[:=(]?\s{0,3})"
_HANDLE: Final = r"@?[A-Za-z][A-Za-z0-9_.\-]{2,31}[A-Za-z0-9_]"

# Messengers whose handles are words of Latin letters.
NAMED: Final = re.compile(
    r"(?:(?<![^\W_])(?:wechat|weixin|we\schat|wx|vx|skype|telegram|tg|dingtalk|ding\stalk|viber"
    r"|kakao(?:\s?talk)?"
    r"|signal|discord|slack|teams|zalo|feishu|lark|line\sid|line(?=\s?[:@])|threema|wickr|matrix"
    r"|im|icq|instagram"
    r"|insta|ig|twitter|linkedin|facebook|fb|github|xing|snapchat|whats\s?app)(?![A-Za-z])"
    r"|微信|企业微信|薇信|威信|V信|钉钉|釘釘|飞书|电报|领英|카카오톡?|카톡|라인|ライン(?=ID)"
    r"|チャットワーク|телеграм)"
    rf"{_IDS}{_GAP}(?P<handle>(?:live:)?{_HANDLE}(?:#\d{{4}})?)(?![A-Za-z0-9_@])",
    re.IGNORECASE,
)
NUMBERED: Final = re.compile(
    r"(?:(?<![A-Za-z])(?:qq|icq)(?:群|群号)?|企鹅|扣扣)"
    rf"{_IDS}{_GAP}(?P<handle>[1-9]\d{{4,11}})(?![A-Za-z0-9_]|[.\-]\d)",
    re.IGNORECASE,
)
TELLING: Final = re.compile(
    r"(?<![\w])(?P<handle>wxid_[A-Za-z0-9_\-]{6,24})|(?<!\w)(?P<live>live:[\w.]{4,32})"
)
PROFILE: Final = re.compile(
    r"(?:linkedin\.com/in/|t\.me/|wa\.me/|facebook\.com/|instagram\.com/|twitter\.com/|x\.com/"
    r"|xing\.com/profile/"
    r"|weibo\.com/u?/?)(?P<handle>[\w.\-%]{3,40})",
    re.IGNORECASE,
)
# These are words of the workshop as well.
COMMON: Final = re.compile(
    r"signal|teams|slack|matrix|line|im|lark|tg|ig|vx|wx|fb|insta|discord", re.IGNORECASE
)
JOINT: Final = re.compile(r"[\d_.@#:]|\w-\w")


def chats(text: str) -> Iterator[Span]:
    """Yield handles; the messenger's own name is no part of one."""
    for found in NAMED.finditer(text):
        handle = found["handle"].lstrip("@")
        told = any(sign in found["gap"] for sign in ":=@") or not COMMON.match(found[0])
        if JOINT.search(found["handle"]) or (told and _is_no_word(handle)):
            yield Span(*found.span("handle"), Category.CHAT, 0.9, "chat.labelled")
    for found in NUMBERED.finditer(text):
        yield Span(*found.span("handle"), Category.CHAT, 0.92, "chat.labelled")
    for found in TELLING.finditer(text):
        group = "handle" if found["handle"] else "live"
        yield Span(*found.span(group), Category.CHAT, 0.95, "chat.shape")
    for found in PROFILE.finditer(text):
        yield Span(*found.span("handle"), Category.CHAT, 0.85, "chat.profile")


def _is_no_word(handle: str) -> bool:
    # Sentences go on in lower case after a messenger's name ("WeChat group", "Slack channel").
    low = handle.lower()
    return handle == low and low not in lexicon().words and len(low) >= 5
