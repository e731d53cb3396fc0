"""IGES files of our own making: nobody in them exists."""

from collections.abc import Iterable

PEOPLE = {
    3: "bracket.prt",
    4: r"C:\Users\wziegler\Desktop\bracket.igs",
    5: "Modeller 4",
    6: "Translator 9",
    12: "bracket",
    15: "MM",
    18: "20240506.070809",
    21: "Wanda Ziegler",
    22: "Ziegler Guss KG",
    25: "240506.070809",
}
NUMBERS = {
    7: "32",
    8: "38",
    9: "6",
    10: "308",
    11: "15",
    13: "1.0",
    14: "2",
    16: "1",
    17: "0.1",
    19: "1.E-006",
    20: "500.",
    23: "11",
    24: "0",
}
CLEAN = {15: "MM", 18: "19700101.000000", 25: "700101.000000"}
PARAMETERS = ("110,0.,0.,0.,10.,0.,5.5;", "116,1.5,-2.5,0.,0;")


def hollerith(text: str) -> str:
    return f"{len(text)}H{text}"


def global_text(strings: dict[int, str], parameter: str = ",", record: str = ";") -> str:
    fields = [
        hollerith(strings[number]) if number in strings else NUMBERS.get(number, "")
        for number in range(3, 26)
    ]
    return parameter.join([f"1H{parameter}", f"1H{record}", *fields]) + record


def section(letter: str, lines: Iterable[str], pad: str = " ") -> list[str]:
    return [
        f"{line:<72}{letter}{str(count).rjust(7, pad)}" for count, line in enumerate(lines, start=1)
    ]


def wrapped(text: str, columns: int = 72) -> list[str]:
    return [text[at : at + columns] for at in range(0, len(text), columns)]


def paper(
    strings: dict[int, str] | None = None,
    parameters: Iterable[str] = PARAMETERS,
    *,
    start: Iterable[str] = ("Drawn by Wanda Ziegler",),
    delimiters: str = ",;",
    ending: str = "\n",
    pad: str = " ",
) -> bytes:
    """Return an IGES file whose entities have ``parameters``, each as long as it likes."""
    directory: list[str] = []
    values: list[str] = []
    for count, text in enumerate(parameters):
        kind = text[:3]
        directory += [
            f"{kind:>8}{len(values) + 1:>8}{0:>8}{0:>8}{0:>8}{0:>8}{0:>8}{0:>8}{0:>8}",
            f"{kind:>8}{0:>8}{0:>8}{1:>8}{0:>8}{'':>16}{'PART':>8}{0:>8}",
        ]
        values += [f"{piece:<64}{2 * count + 1:>8}" for piece in wrapped(text, 64)]
    heads = wrapped(global_text(PEOPLE if strings is None else strings, *delimiters))
    starts = list(start)
    counts = zip("SGDP", (starts, heads, directory, values), strict=True)
    totals = "".join(f"{letter}{str(len(lines)).rjust(7, pad)}" for letter, lines in counts)
    lines = [
        *section("S", starts, pad),
        *section("G", heads, pad),
        *section("D", directory, pad),
        *section("P", values, pad),
        *section("T", [totals], pad),
    ]
    return (ending.join(lines) + ending).encode("latin-1")
