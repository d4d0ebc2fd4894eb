"""Reads the analysis page as a person does: figures by their names, tables by their rows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from typing import Any

QUIZ = "harassment-checkpoint"
PATH = f"/analysis/{QUIZ}"


def words(html: str) -> str:
    """The text of a piece of a page, as it is seen."""
    seen = re.sub(r"<span class=\"vh\">.*?</span>", "", html)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", seen)).split())


def numbers(text: str) -> list[float]:
    """The numbers in a text, signs included."""
    return [float(found.replace("−", "-")) for found in re.findall(r"[-−+]?\d+(?:\.\d+)?", text)]


@dataclass(frozen=True)
class Row:
    """One question of the table."""

    n: str
    facility: str
    discrimination: str
    d27: str
    english: str
    japanese: str
    section: str
    section_link: str
    chosen: list[int]
    """How many in a hundred chose each option, where there are options."""


class AnalysisPage:
    """The page in English with these filters."""

    def __init__(self, visitor: Any, **filters: str) -> None:
        answer = visitor.get(PATH, query_string={"lang": "en", **filters})
        assert answer.status_code == 200
        self.html: str = answer.text
        self.words = words(self.html)

    @property
    def figures(self) -> dict[str, str]:
        """The key figures at the top."""
        top = self._between('<dl class="figs figs-b">', "</dl>")
        return {
            words(name): words(value) for name, value in re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", top, re.DOTALL)
        }

    @property
    def questions(self) -> dict[str, Row]:
        """The table of questions."""
        body = self._between('id="items"', "</table>").split("<tbody>")[1]
        return {words(head): self._row(cells) for head, cells in _rows(body)}

    @property
    def heat_head(self) -> list[str]:
        """The columns of the heatmap with their n."""
        table = self._between('<table class="heat"', "</table>")
        return [words(cell) for cell in re.findall(r"<th scope=\"col\".*?>(.*?)</th>", table, re.DOTALL)]

    @property
    def heat(self) -> dict[str, list[str]]:
        """The heatmap: the number of a section to its cells, the total last."""
        body = self._between('<table class="heat"', "</table>").split("<tbody>")[1]
        return {
            words(head).split()[0]: [words(cell) for cell in re.findall(r"<td.*?>(.*?)</td>", cells, re.DOTALL)]
            for head, cells in _rows(body)
        }

    @property
    def missed(self) -> list[tuple[str, str, dict[str, tuple[int, int]]]]:
        """Missed questions: number of the section, where it leads, and each question with (missed, n)."""
        listed = self._between('aria-labelledby="missed"', "</section>")
        found = []
        for entry in re.findall(r"<li class=\"list-item\">(.*?)</li>", listed, re.DOTALL):
            href, title = re.findall(r"<p class=\"t\"><a href=\"(.*?)\">(.*?)</a>", entry)[0]
            counts = re.findall(r">([A-Z]+-\d+)</a> (\d+) of (\d+) missed", entry)
            found.append((words(title).split()[0], href, {code: (int(m), int(n)) for code, m, n in counts}))
        return found

    def _row(self, cells: str) -> Row:
        raw = re.findall(r"<td.*?>(.*?)</td>", cells, re.DOTALL)
        text = [words(cell) for cell in raw]
        link = re.search(r"href=\"(.*?)\"", raw[0])
        label = re.search(r"aria-label=\"(.*?)\"", raw[6])
        return Row(
            n=text[2],
            facility=text[3],
            discrimination=text[4],
            d27=text[5],
            english=text[7],
            japanese=text[8],
            section=text[0],
            section_link=link[1] if link else "",
            chosen=[int(share) for share in re.findall(r"(\d+)%", label[1])] if label else [],
        )

    def _between(self, first: str, last: str) -> str:
        return self.html.split(first, 1)[1].split(last, 1)[0]


def _rows(body: str) -> list[tuple[str, str]]:
    return re.findall(r"<tr[^>]*?><th scope=\"row\">(.*?)</th>(.*?)</tr>", body, re.DOTALL)
