"""What a PDF says, read back from its own bytes: what a reader can select, copy and be read out."""

import io
import re
from collections.abc import Iterator, Mapping

import pikepdf


def text_of(pdf: bytes) -> str:
    """What a reader can select and copy, without the breaks that lines and cells make."""
    return "".join("".join(lines_of(pdf)).split())


def lines_of(pdf: bytes) -> list[str]:
    """The text as the file draws it: a string for each stretch that is placed anew."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return [line for page in opened.pages for line in drawn_on(page) if line.strip()]


def drawn_on(page: pikepdf.Page) -> Iterator[str]:
    fonts = {
        name: characters_by_glyph(font["/ToUnicode"].read_bytes().decode())
        for name, font in page.resources["/Font"].items()
    }
    characters: Mapping[int, str] = {}
    line = ""
    for instruction in pikepdf.parse_content_stream(page):
        operands, operator = instruction.operands, str(instruction.operator)
        match operator:
            case "Tf":
                characters = fonts[str(operands[0])]
            case "Tj" | "TJ":
                pieces = operands[0] if operator == "TJ" else [operands[0]]
                for piece in pieces:
                    if isinstance(piece, pikepdf.String):
                        glyphs = bytes(piece)
                        line += "".join(
                            characters[int.from_bytes(glyphs[at : at + 2])]
                            for at in range(0, len(glyphs), 2)
                        )
            case "Tm" | "ET":
                yield line
                line = ""


def characters_by_glyph(cmap: str) -> dict[int, str]:
    """The table that says what a glyph stands for."""
    table: dict[int, str] = {}
    for block in re.findall(r"beginbfchar(.*?)endbfchar", cmap, re.DOTALL):
        for glyph, text in re.findall(r"<(\w+)>\s*<(\w+)>", block):
            table[int(glyph, 16)] = bytes.fromhex(text).decode("utf-16-be")
    for block in re.findall(r"beginbfrange(.*?)endbfrange", cmap, re.DOTALL):
        for low, high, text in re.findall(r"<(\w+)>\s*<(\w+)>\s*<(\w+)>", block):
            first = ord(bytes.fromhex(text).decode("utf-16-be"))
            for glyph in range(int(low, 16), int(high, 16) + 1):
                table[glyph] = chr(first + glyph - int(low, 16))
    return table
