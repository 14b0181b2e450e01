"""Draw synthetic A4 scans for cases made by `make_cases`.

    python -m deploy.onebox.generators.make_cases 3 |
        python -m deploy.onebox.generators.make_scans scans/

Each paper that a case hands in becomes one file: a JPEG, a PNG or, when it has several pages,
a PDF, of 150 to 600 KB. Every page is headed as a sample and copies no real document.
"""

import argparse
import io
import json
import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFont
from pylopdf_fonts_zh_cn import sans_path

from deploy.onebox.generators.support.reference import COUNTY_DIR, Json, Reference

DPI: Final = 150
PAGE: Final = (1240, 1754)
MARGIN: Final = 110
BYTES_MIN: Final = 150_000
BYTES_MAX: Final = 600_000
PAGES_MAX: Final = 3
PNG_SHARE: Final = 0.25
PAPER: Final = (246, 244, 236)
INK: Final = (38, 38, 46)
RED: Final = (196, 44, 40)

Encode = Callable[[int], bytes]


@dataclass(frozen=True)
class Words:
    """What stands on a page."""

    heading: Json
    material: str
    lines: list[tuple[str, str]]


class Pen:
    """Draws pages in one font."""

    def __init__(self, font: str | None, seed: int) -> None:
        self.font = font or str(sans_path())
        self.rng = random.Random(seed)  # noqa: S311 - repeatable, guards nothing

    def page(self, words: Words, number: int, pages: int) -> Image.Image:
        sheet = Image.new("RGB", PAGE, PAPER)
        draw = ImageDraw.Draw(sheet)
        self._centred(draw, words.heading["title"], 60, 64, RED)
        self._centred(draw, words.heading["warning"], 150, 26, RED)
        self._centred(draw, words.material, 210, 40, INK)
        bottom = self._table(draw, words.lines, 290)
        self._body(draw, words.heading["body"], bottom + 40)
        footer = words.heading["labels"]["page"].format(page=number, pages=pages)
        self._centred(draw, footer, PAGE[1] - 90, 22, INK)
        self._stamp(sheet, words.heading["seal"])
        return self._scanned(sheet)

    def _text_font(self, size: int) -> ImageFont.FreeTypeFont:
        return ImageFont.truetype(self.font, size)

    def _centred(
        self, draw: ImageDraw.ImageDraw, text: str, top: int, size: int, ink: tuple[int, int, int]
    ) -> None:
        font = self._text_font(size)
        draw.text(((PAGE[0] - draw.textlength(text, font)) / 2, top), text, ink, font)

    def _table(self, draw: ImageDraw.ImageDraw, lines: list[tuple[str, str]], top: int) -> int:
        font, height, split = self._text_font(24), 46, 390
        room = (PAGE[1] - top - 420) // height
        for label, value in lines[:room]:
            draw.rectangle((MARGIN, top, PAGE[0] - MARGIN, top + height), outline=INK)
            draw.line((MARGIN + split, top, MARGIN + split, top + height), fill=INK)
            draw.text((MARGIN + 12, top + 8), label[:15], INK, font)
            draw.text((MARGIN + split + 12, top + 8), value[:25], INK, font)
            top += height
        return top

    def _body(self, draw: ImageDraw.ImageDraw, sentences: list[str], top: int) -> None:
        font = self._text_font(24)
        while top < PAGE[1] - 180:
            draw.text((MARGIN, top), self.rng.choice(sentences), INK, font)
            top += 44

    def _stamp(self, sheet: Image.Image, text: str) -> None:
        side = 260
        stamp = Image.new("RGBA", (side, side), (0, 0, 0, 0))
        draw = ImageDraw.Draw(stamp)
        draw.ellipse((6, 6, side - 6, side - 6), outline=(*RED, 190), width=6)
        font = self._text_font(32)
        left = (side - draw.textlength(text, font)) / 2
        draw.text((left, side / 2 - 22), text, (*RED, 190), font)
        turned = stamp.rotate(self.rng.uniform(-25, 25), resample=Image.Resampling.BICUBIC)
        place = (PAGE[0] - 420 + self.rng.randint(-30, 30), PAGE[1] - 470)
        sheet.paste(turned, place, turned)

    def _scanned(self, sheet: Image.Image) -> Image.Image:
        """Lay the sheet slightly askew on a grey scanner bed."""
        angle = self.rng.uniform(-0.8, 0.8)
        return sheet.rotate(angle, Image.Resampling.BICUBIC, fillcolor=(208, 208, 206))


def jpeg(page: Image.Image, strength: int) -> bytes:
    def encode(grain: int) -> bytes:
        out = io.BytesIO()
        _grained(page, grain).save(out, "JPEG", quality=40 + grain // 2, dpi=(DPI, DPI))
        return out.getvalue()

    return _fit(encode, strength)


def png(page: Image.Image, strength: int) -> bytes:
    def encode(grain: int) -> bytes:
        out = io.BytesIO()
        grey = _grained(page, grain // 4).convert("L").quantize(16)
        grey.save(out, "PNG", optimize=True, dpi=(DPI, DPI))
        return out.getvalue()

    return _fit(encode, strength)


def pdf(pages: list[Image.Image], strength: int) -> bytes:
    def encode(grain: int) -> bytes:
        out = io.BytesIO()
        first, *rest = (_grained(page, grain // 2) for page in pages)
        quality = 25 + grain // 2
        first.save(out, "PDF", save_all=True, append_images=rest, resolution=DPI, quality=quality)
        return out.getvalue()

    return _fit(encode, strength)


def _grained(page: Image.Image, strength: int) -> Image.Image:
    """Add the grain of paper and sensor; more grain makes a larger file."""
    grain = Image.effect_noise(page.size, 4 + strength).convert("RGB")
    return Image.blend(page, grain, 0.04 + strength / 1000)


def _fit(encode: Encode, strength: int) -> bytes:
    """From a first strength (0–100), search for one whose file has a realistic size."""
    low, high = 0, 100
    while True:
        data = encode(strength)
        if len(data) > BYTES_MAX:
            high = strength - 1
        elif len(data) < BYTES_MIN:
            low = strength + 1
        else:
            return data
        assert low <= high, f"no grain makes a file of this page fit: {len(data)} bytes"
        strength = (low + high) // 2


def _papers(case: Json, reference: Reference) -> Iterator[tuple[str, int, Words]]:
    """What a case hands in on paper: the material, its pages and what stands on them."""
    heading = reference.samples["scan"]
    edition = (case["matter"], case["version"])
    matter = next(m for m in reference.matters if (m["id"], m["version"]) == edition)
    names = {material["id"]: material["name"] for material in matter["materials"]}
    fields = {item["key"]: item for item in matter["form_fields"]}
    written = [
        (fields[key]["label"], _shown(value, fields[key], heading))
        for key, value in case["form"].items()
        if fields[key]["type"] != "table"
    ]
    for handed in case["materials"]:
        if handed["state"] == "present":
            name = names[handed["material"]]
            lines = _particulars(case, matter, name, heading["labels"]) + written
            pages = min(handed["pages"], PAGES_MAX)
            yield handed["material"], pages, Words(heading, name, lines)


def _particulars(case: Json, matter: Json, name: str, labels: Json) -> list[tuple[str, str]]:
    applicant = case["applicant"]
    return [
        (labels["case"], case["case"]),
        (labels["matter"], matter["name"]),
        (labels["material"], name),
        (labels["applicant"], applicant["name"]),
        (labels["number"], applicant["id_number"]),
        (labels["address"], applicant["address"]),
        (labels["received"], case["received_at"][:10]),
    ]


def _shown(value: object, field: Json, heading: Json) -> str:
    options = {option["value"]: option["label"] for option in field.get("options", [])}
    match value:
        case bool():
            return str(heading["yes"] if value else heading["no"])
        case list():
            return " / ".join(options[item] for item in value)
        case _:
            return str(options.get(value, value))


def main() -> None:
    parser = argparse.ArgumentParser(description="Draw synthetic scans for cases on stdin.")
    parser.add_argument("out", type=Path)
    parser.add_argument(
        "--dir", type=Path, default=COUNTY_DIR, help="folder with the reference data"
    )
    parser.add_argument("--font", help="path of a font with Chinese characters")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    reference, pen = Reference.load(chosen.dir), Pen(chosen.font, chosen.seed)
    for line in sys.stdin:
        case = json.loads(line)
        folder = chosen.out / case["case"]
        folder.mkdir(parents=True, exist_ok=True)
        for material, pages, words in _papers(case, reference):
            sheets = [pen.page(words, number, pages) for number in range(1, pages + 1)]
            strength = pen.rng.randint(10, 90)
            if pages > 1:
                suffix, data = "pdf", pdf(sheets, strength)
            elif pen.rng.random() < PNG_SHARE:
                suffix, data = "png", png(sheets[0], strength)
            else:
                suffix, data = "jpg", jpeg(sheets[0], strength)
            path = folder / f"{material}.{suffix}"
            path.write_bytes(data)
            sys.stdout.write(f"{path}\t{len(data)}\n")


if __name__ == "__main__":
    main()
