"""How a sheet is laid out on A4. Lengths in millimetres, letters in points. The font is in the file: it reads the same anywhere."""

import io
import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import segno
from fpdf import FPDF
from fpdf.fonts import TTFFont

FONT = Path(__file__).with_name("NotoSansSC.otf")
"""GB 2312 and all 8105 characters of the Table of General Standard Chinese Characters; THIRD_PARTY.md says how it was cut."""
BOX = "□"
"""Stands for what the font does not have."""

_INK, _GREY, _LINE, _WASH, _SEA, _TINT = (
    (20, 33, 43),
    (69, 84, 97),
    (213, 221, 227),
    (244, 247, 249),
    (11, 79, 125),
    (229, 239, 246),
)
_LEFT, _TOP, _WIDTH, _BOTTOM, _NAMES, _CODE = 20.0, 18.0, 170.0, 272.0, 38.0, 34.0
_LEADING = 0.55
"""Line height in mm of a letter of one point: 1.55 times the letter."""
_PAGES = "{  }"
"""Where the number of pages comes in: with two spaces, which no text from outside has left (``_shown``)."""
_WIDE = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"
_WORD = re.compile(rf"[（《“「【〔]*(?:[{_WIDE}]|[^\s{_WIDE}]+)[，。、；：！？）》”」】〕]*\s*")
"""What stays on one line: a character or a Latin word, with the brackets and stops that belong to it."""


# budget: one method per thing that stands on a sheet, and the pen they share
class Printer(FPDF):
    """One document, from top to bottom."""

    def __init__(self, lang: str, at: datetime, title: str, number: str, page: str) -> None:
        super().__init__(format="A4")
        self.number, self.page_words, self.absent = number, page, dict[str, None]()
        self.set_margins(_LEFT, _TOP)
        self.set_auto_page_break(False)
        self.alias_nb_pages(_PAGES)
        self.add_font("notice", fname=FONT)
        font = self.fonts["notice"]
        assert isinstance(font, TTFFont)  # noqa: S101 - it came from a file
        self.known = font.cmap
        self.name = self._shown(title)
        self.set_lang(lang)
        self.set_title(f"{title} {number}")
        self.set_creation_date(at)
        self.add_page()

    def footer(self) -> None:
        """On each page: which document, which page of how many."""
        self._pen(8.5, _GREY)
        self.set_xy(_LEFT, _BOTTOM + 8)
        self.cell(_WIDTH / 2, 5, f"{self.name}  {self._shown(self.number)}")
        slack = self.get_string_width(_PAGES) - self.get_string_width("9")
        self.cell(_WIDTH / 2 + slack, 5, self.page_words.format(page=self.page_no(), pages=_PAGES), align="R")

    def head(self, site: str, subtitle: str) -> None:
        """Whose paper, which paper, about what."""
        self._pen(9.5, _SEA)
        self.cell(_WIDTH / 2, 5, self._shown(site))
        self._pen(9.5, _GREY)
        self.cell(_WIDTH / 2, 5, self._shown(self.number), align="R")
        self.set_fill_color(*_SEA)
        self.rect(_LEFT, _TOP + 7, _WIDTH, 0.8, style="F")
        self.set_y(_TOP + 13)
        self._text(self.name, 25, _INK)
        self._text(self._shown(subtitle), 13, _GREY)
        self.ln(4)

    def outcome(self, facts: Sequence[tuple[str, str]]) -> None:
        """What the reader came for, on a ground of its own."""
        rows = [(self._shown(name), self._wrapped(self._shown(value), 15, _WIDTH - _NAMES - 6)) for name, value in facts]
        height = sum(len(lines) for _, lines in rows) * 15 * _LEADING + 8
        self.set_fill_color(*_TINT)
        self.rect(_LEFT, self.y, _WIDTH, height, style="F")
        y = self.y + 4
        for name, lines in rows:
            self._lines([name], 10, _GREY, _LEFT + 5, y, 15 * _LEADING)
            self._lines(lines, 15, _INK, _LEFT + _NAMES, y)
            y += len(lines) * 15 * _LEADING
        self.set_y(y + 4)

    def heading(self, text: str) -> None:
        """Never alone at the foot of a page."""
        self._room(34)
        self.ln(6)
        self._text(self._shown(text), 13, _SEA)
        self.ln(1)

    def paragraph(self, text: str) -> None:
        """A sentence or several."""
        self._text(self._shown(text), 10, _INK)
        self.ln(1)

    def facts(self, facts: Sequence[tuple[str, str]], width: float = _WIDTH) -> None:
        """Name and value side by side, a hairline below each."""
        for name, value in facts:
            self._row((self._shown(name), self._shown(value)), (_NAMES, width - _NAMES), (_GREY, _INK))

    def rows(self, head: Sequence[str], shares: Sequence[int], rows: Sequence[Sequence[str]]) -> None:
        """Rows are not parted; a new page repeats the head."""
        widths, titles = [_WIDTH * share / sum(shares) for share in shares], [self._shown(text) for text in head]
        self._row(titles, widths, [_GREY] * len(head), _WASH)
        for row in rows:
            self._row([self._shown(text) for text in row], widths, [_INK] * len(row), again=titles)

    def code(self, address: str, facts: Sequence[tuple[str, str]]) -> None:
        """Facts at the left, the QR code at the right, both a link for who reads on a screen, the address in letters below."""
        self._room(_CODE + 6)
        page, top, picture = self.page, self.y, io.BytesIO()
        segno.make(address, error="m").save(picture, kind="png", scale=8, border=0)
        self.image(picture, x=_LEFT + _WIDTH - _CODE, y=top + 1, w=_CODE, link=address, alt_text=address)
        self.facts(facts, _WIDTH - _CODE - 8)
        if self.page == page:
            self.set_y(max(self.y, top + _CODE + 3))
        self.ln(2)
        self._text(self._shown(address), 9, _SEA, link=address)

    def admit(self, sentence: str) -> None:
        """Which characters the font does not have, by their numbers: a box alone would hide them."""
        if self.absent:
            signs = ", ".join(f"U+{ord(sign):04X}" for sign in self.absent)
            self.ln(4)
            self._text(self._shown(sentence.format(box=BOX, signs=signs)), 8.5, _GREY)

    def _shown(self, text: str) -> str:
        """On one line, with a box for each character that the font does not have; those are remembered."""
        flat = " ".join(text.split())
        self.absent |= dict.fromkeys(sign for sign in flat if ord(sign) not in self.known)
        return "".join(sign if ord(sign) in self.known else BOX for sign in flat)

    def _pen(self, points: float, colour: tuple[int, int, int]) -> None:
        self.set_font("notice", size=points)
        self.set_text_color(*colour)

    def _wrapped(self, text: str, points: float, width: float) -> list[str]:
        """Lines that fit; what is too long for any is parted between any two characters."""
        self.set_font("notice", size=points)
        room, lines = width - 2 * self.c_margin, [""]
        for piece in (p for word in _WORD.findall(text) for p in (word if self.get_string_width(word) > room else [word])):
            if lines[-1] and self.get_string_width((lines[-1] + piece).rstrip()) > room:
                lines.append("")
            lines[-1] += piece
        return [line.rstrip() for line in lines]

    def _lines(
        self,
        lines: Sequence[str],
        points: float,
        colour: tuple[int, int, int],
        x: float,
        y: float,
        high: float = 0,
        link: str = "",
    ) -> None:
        self._pen(points, colour)
        for number, line in enumerate(lines):
            height = high or points * _LEADING
            self.set_xy(x, y + number * height)
            self.cell(self.get_string_width(line) + 2 * self.c_margin, height, line, link=link)

    def _text(self, text: str, points: float, colour: tuple[int, int, int], link: str = "") -> None:
        lines = self._wrapped(text, points, _WIDTH)
        self._room(len(lines) * points * _LEADING)
        y = self.y
        self._lines(lines, points, colour, _LEFT - self.c_margin, y, link=link)
        self.set_xy(_LEFT, y + len(lines) * points * _LEADING)

    def _row(
        self,
        texts: Sequence[str],
        widths: Sequence[float],
        colours: Sequence[tuple[int, int, int]],
        ground: tuple[int, int, int] | None = None,
        again: Sequence[str] = (),
    ) -> None:
        cells = [self._wrapped(text, 10, width) for text, width in zip(texts, widths, strict=True)]
        height = max(map(len, cells)) * 10 * _LEADING + 2.4
        if self._room(height) and again:
            self._row(again, widths, [_GREY] * len(again), _WASH)
        x, y = _LEFT, self.y
        if ground:
            self.set_fill_color(*ground)
            self.rect(x, y, sum(widths), height, style="F")
        for lines, width, colour in zip(cells, widths, colours, strict=True):
            self._lines(lines, 10, colour, x, y + 1.2)
            x += width
        self.set_draw_color(*_LINE)
        self.line(_LEFT, y + height, _LEFT + sum(widths), y + height)
        self.set_xy(_LEFT, y + height)

    def _room(self, height: float) -> bool:
        """Whether a new page was needed for as much."""
        if self.y + height <= _BOTTOM:
            return False
        self.add_page()
        return True
