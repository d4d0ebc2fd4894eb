"""The passages of a section's Markdown, each of which can be taken over as it is."""

from __future__ import annotations

import re
from collections.abc import Iterator

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,}|:{3,})")


def passages(body: str) -> Iterator[str]:
    """Paragraphs and lists, in order; what stands in a fence or under a cover stays in one piece.

    >>> list(passages("One.\\n\\n- a\\n- b\\n\\n::: sensitive kind=x\\nTwo.\\n\\nThree.\\n:::\\n"))
    ['One.', '- a\\n- b', '::: sensitive kind=x\\nTwo.\\n\\nThree.\\n:::']
    """
    gathered: list[str] = []
    fence = ""
    for line in [*body.splitlines(), ""]:
        found = _FENCE.match(line)
        if found and not fence:
            fence = found[1]
        elif found and found[1].startswith(fence) and not line[found.end() :].strip():
            fence = ""
        if line.strip() or fence:
            gathered.append(line)
        elif gathered:
            yield "\n".join(gathered)
            gathered = []
    if gathered:
        yield "\n".join(gathered).rstrip()
