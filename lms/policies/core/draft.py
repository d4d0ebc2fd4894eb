"""A section while it is written: what is wrong with its text, and whether somebody else has changed it meanwhile."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from lms.kit.findings import Finding, Level
from lms.policies.core.document import Policy, Section, parse
from lms.policies.core.front_matter import FrontMatter
from lms.policies.core.outline import INTRO
from lms.policies.core.ruby import without_ruby
from lms.policies.core.writing import write


@dataclass(frozen=True, slots=True)
class Text:
    """Title and body of a section in one language; both are empty where there is none."""

    title: str = ""
    body: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.title or self.body)

    @property
    def seen(self) -> str:
        """What a form carries to say which text its sender saw."""
        return hashlib.sha256(f"{self.title}\n{self.body}".encode()).hexdigest()


def cleaned(title: str, body: str) -> Text:
    """A text as it is kept: one line of title in plain characters, line ends of one kind, nothing around it.

    >>> cleaned(" A\\nB ", "\\r\\none\\r\\n")
    Text(title='A B', body='one')
    """
    plain = body.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "\ufffd")
    return Text(" ".join(without_ruby(title.replace("\x00", "\ufffd")).split()), plain.strip("\n").rstrip())


def is_overtaken(seen: str, stored: Text, typed: Text) -> bool:
    """Whether saving would lose a text that the sender has not seen."""
    return stored.seen not in {seen, typed.seen}


def text_findings(key: str, text: Text) -> list[Finding]:
    """What the check finds in a section by itself, with lines counted in its body."""
    section = Section(key, True, 1, None if key == INTRO else text.title, text.body, 1)
    written = write(Policy(FrontMatter(), None, (section,)))
    policy, findings = parse(written.encode())
    above = 2 if key == INTRO else 3
    found = [replace(one, line=max(1, one.line - above)) if one.line else one for one in findings]
    if len(policy.sections) > 1:
        line = max(1, policy.sections[1].line - above)
        found.insert(0, Finding(Level.ERROR, "heading-in-body", line, 1))
    return [one for one in found if one.code != "no-sections"]
