"""User names: in home directories, before domains, beside words that announce a login.

Room: redaction/text. Pure; linear in the text. Accounts that every machine has (Public, admin)
tell of nobody. Which words announce a login is told in many languages, as title blocks are.
"""

import re
from collections.abc import Iterator
from typing import Final

from redaction.model import Category
from redaction.text.lexicon import lexicon
from redaction.text.span import Span
from redaction.text.vocabulary import is_workshop

NOBODY: Final = frozenset(
    """
    public profiles profile home homes data cad share shares ipc print vault archive public default
    all users default user guest administrator admin root system shared everyone user
    users nobody service localservice networkservice defaultuser0 公用
    所有用户 公共 パブリック 공용 temp tmp
    all allusers common lost+found autodesk none unknown null n/a na author username login test
    """.replace("all users", "")
    .replace("default user ", "")
    .split()
) | {"all users", "default user"}
_ROOTS: Final = (
    "users|benutzer|utilisateurs|usuarios|usuários|utenti|gebruikers|användare|brukere|brugere"
    "|käyttäjät|"
    "użytkownicy|uživatelé|felhasználók|kullanıcılar|пользователи|用户|用戶|使用者|ユーザー|사용자|"
    "documents and settings|dokumente und einstellungen|docume~1|home\\d?|homes|homedirs?|home\\$"
    "|userdata|"
    "profiles?\\$?|userprofiles|redirected|roaming|people|staff|mitarbeiter|personal|persönlich"
    "|eigene|private"
)
_SEPARATOR: Final = r"(?:[\\/]{1,2}|%5C|%2F|¥)"
# A name in a path may hold a blank ("Ines Marlow"), if a separator ends it.
HOME: Final = re.compile(
    rf"(?:(?<![A-Za-z0-9])[A-Za-z](?::|%3A|\|){_SEPARATOR}(?:[\w .\-]{{1,40}}{_SEPARATOR}){{0,3}}?"
    rf"|(?<![\w\\])(?:smb|file|afp|nfs|cifs|sftp|ssh):[^\s\\]{{0,80}}?{_SEPARATOR}"
    r"|(?<![\w\\:])[\\]{2,4}[\w.$\-]{1,63}[\\/]{1,2}(?:[\w "
    r".$\-]{1,40}[\\/]{1,2}){0,3}?"
    rf"|(?<![\w.\-/:])/(?:[\w.\-]{{1,30}}/){{0,3}}?|(?<=[\\/])|(?<![\w]))"
    rf"(?:{_ROOTS})\$?{_SEPARATOR}(?P<user>[^\\/:*?\"<>|\s,;=\[\]{{}}]{{1,64}}"
    r"(?:\x20[^\\/:*?\"<>|\s,;]{1,40}){0,2}(?=[\\/]|%5C|%2F)|[^\\/:*?\"<>"
    r"|\s,;=\[\]{}]{1,64})",
    re.IGNORECASE,
)
HIDDEN_SHARE: Final = re.compile(
    r"(?<=[\\/])(?P<user>[a-z][\w.\-]{2,30})\$(?=[\\/])", re.IGNORECASE
)
TILDE: Final = re.compile(r"(?<![\w])~(?P<user>[a-z][a-z0-9._\-]{2,30})(?=/|\s|$)")
IN_URL: Final = re.compile(
    r"(?<!\w)(?:[a-z][a-z0-9+.\-]{1,15}):///?(?P<user>[^\s/@\"<>:]{2,64})(?::[^\s/@\"<>]{0,64})?@"
    r"[\w.\-]{2,100}",
    re.IGNORECASE,
)
AT_HOST: Final = re.compile(
    r"(?<![\w.@/])(?P<user>[a-z][a-z0-9._]{2,24})@(?=[A-Za-z]{2,12}-?[A-Za-z]*\d{1,4}(?:[:\s]|$)"
    r"|\d{1,3}(?:\.\d{1,3}){3}(?!\d))"
)
DOMAIN: Final = re.compile(
    r"(?<![\w\\/:.])(?P<domain>[A-Z][A-Z0-9\-]{1,14})\\{1,2}(?P<user>[A-Za-z][\w.\-]{1,30}[A-Za-z"
    r"0-9])(?![\w\\])"
)
_LABELS: Final = r"""
    user|user[_ ]?name|user[_ ]?id|username|login(?:[_ ]?name)?|logon
    |logged[_ ](?:in|on)[_ ]?(?:as|by)?|author|owner|creator|last[_ ]?author|operator
    |(?:last)?[_ ]?(?:saved|modified|changed|edited|updated|written|plotted|printed|exported
    |checked[_ -]?(?:in|out)|created|published|locked|owned|uploaded|submitted)[_ ]?by
    |benutzer(?:name|kennung)?|nutzer|anwender|angemeldet[ ]als|kennung|kürzel|geplottet[ ]von
    |gespeichert[ ]von|utilisateur|identifiant|enregistr[ée][ ]par|usuario|guardado[ ]por|utente
    |salvato[ ]da|gebruiker|användare|bruker|bruger|u[żz]ytkownik|kullanıcı|uživatel|пользователь
    |сохранил|логин
"""
LABELLED: Final = re.compile(
    r"(?:(?<![^\W_])(?:"
    + re.sub(r"\n\s*", "", _LABELS)
    + r")(?![^\W_])|用户名?|用戶|登录名|登录|账户名|保存者|ユーザー(?:名|ID)?"
    r"|作成者|更新者|사용자)(?P<gap>\s?[\"']?\s{0,2}[:=>]\s{0,3}[\"']?|\s{1,3}|(?=[a-z]))"
    r"(?:[A-Za-z][A-Za-z0-9\-]{1,20}\\{1,2})?(?P<user>[A-Za-z][A-Za-z0-9._\-]{1,30}[A-Za-z0-9])(?"
    r"![A-Za-z0-9_@\\/]|[.:][A-Za-z0-9_])(?P<end>\s*(?:$|[\n|;,)\"'<>&]|[^A-Za-z\s]"
    r"|(?-i:[A-Z])))?",
    re.IGNORECASE,
)
FILE: Final = re.compile(
    r"\.(?:dwg|dxf|step|stp|igs|iges|sldprt|sldasm|slddrw|ipt|iam|idw|prt|asm|pdf|f3d|fcstd|txt"
    r"|csv|xlsx?|docx?|stl|dll|exe)$",
    re.IGNORECASE,
)
# "created by the importer" is prose; "user liuyang" is not.
PROSE: Final = re.compile(r"(?:\w+[ _-])*(?:by|owner|operator|author|creator)\b", re.IGNORECASE)
SHAPE: Final = re.compile(
    r"[a-z]+[._\-][a-z]+|[a-z]{1,12}\d{1,6}|[a-z]+\.[a-z]|[a-z]\d{4,8}", re.IGNORECASE
)


def logins(text: str) -> Iterator[Span]:
    """Yield user names in ``text``: what names the account, not its domain or directory."""
    for found in HOME.finditer(text):
        if _is_somebody(found["user"]):
            yield Span(*found.span("user"), Category.USERNAME, 0.96, "login.home")
    for pattern, confidence in (
        (HIDDEN_SHARE, 0.75),
        (TILDE, 0.85),
        (IN_URL, 0.9),
        (AT_HOST, 0.75),
    ):
        for found in pattern.finditer(text):
            if _is_somebody(found["user"]):
                yield Span(*found.span("user"), Category.USERNAME, confidence, "login.address")
    for found in DOMAIN.finditer(text):
        user = found["user"]
        if user.isupper() or FILE.search(user) or not _is_somebody(user):
            continue
        sure = 0.85 if SHAPE.fullmatch(user) else 0.5 if user.lower() in lexicon().words else 0.65
        yield Span(*found.span("user"), Category.USERNAME, sure, "login.domain")
    for found in LABELLED.finditer(text):
        confidence = _confidence(found)
        if confidence:
            yield Span(*found.span("user"), Category.USERNAME, confidence, "login.labelled")


def _is_somebody(user: str) -> bool:
    return (
        user.lower().strip(". ") not in NOBODY
        and any(c.isalpha() for c in user)
        and "%" not in user[:1]
    )


def _confidence(found: re.Match[str]) -> float:
    user = found["user"]
    low = user.lower()
    if not _is_somebody(user) or FILE.search(user) or low in ("by", "as", "am", "von", "par", "da"):
        return 0.0
    announced = any(sign in found["gap"] for sign in ":=>")
    domain = "\\" in found[0]
    if domain or (SHAPE.fullmatch(user) and not user.isupper()):
        return 0.92 if announced or domain or len(user) > 4 else 0.85
    if low in lexicon().words or is_workshop(low) or not user.islower() or len(user) < 3:
        return 0.0
    if not announced and PROSE.match(found[0]):
        return 0.0
    if found["end"] is None:
        return 0.0
    # A bare given name in lower case is a login where a login is asked for.
    return 0.88 if announced else 0.82
