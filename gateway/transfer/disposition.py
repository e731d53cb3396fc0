"""A file's name in a response's header: RFC 6266 with RFC 8187 for what is not ASCII.

Room: gateway/transfer. Pure.
"""

from typing import Final
from urllib.parse import quote

_SAFE: Final = "!#$&+-.^_`|~"


def attachment(filename: str) -> str:
    """Return the Content-Disposition under which a browser saves the file as ``filename``.

    Nothing in the name can end the quoted string, or the header.
    """
    plain = "".join(
        character if " " <= character <= "~" and character not in '"\\%' else "_"
        for character in filename
    )
    value = f'attachment; filename="{plain}"'
    if plain != filename:
        encoded = quote(filename.encode("utf-8", "replace"), safe=_SAFE)
        value += f"; filename*=UTF-8''{encoded}"
    return value
