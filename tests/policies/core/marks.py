"""Marks of sensitive blocks as people get them wrong: none of these is the form that a policy file knows."""

from __future__ import annotations

SECRET = "Xyzzy"
LABEL = "kind=insult degree=mild form=text"

DISGUISED: tuple[str, ...] = (
    f" ::: sensitive {LABEL}\n{SECRET}\n:::",
    f"  ::: sensitive {LABEL}\n  {SECRET}\n  :::",
    f"    ::: sensitive {LABEL}\n    {SECRET}\n    :::",
    f"\t::: sensitive {LABEL}\n\t{SECRET}\n\t:::",
    f"\u3000::: sensitive {LABEL}\n{SECRET}\n:::",
    f"\u200b::: sensitive {LABEL}\n{SECRET}\n:::",
    f"- ::: sensitive {LABEL}\n  {SECRET}\n  :::",
    f"- item\n\n  ::: sensitive {LABEL}\n  {SECRET}\n  :::",
    f"* ::: sensitive {LABEL}\n  {SECRET}\n  :::",
    f"1. ::: sensitive {LABEL}\n   {SECRET}\n   :::",
    f"> ::: sensitive {LABEL}\n> {SECRET}\n> :::",
    f"> - ::: sensitive {LABEL}\n>   {SECRET}\n>   :::",
    f"::: Sensitive {LABEL}\n{SECRET}\n:::",
    f"::: SENSITIVE {LABEL}\n{SECRET}\n:::",
    f":::: sensitive {LABEL}\n{SECRET}\n::::",
    f"::::: sensitive {LABEL}\n{SECRET}\n:::::",
    f":: sensitive {LABEL}\n{SECRET}\n::",
    f"::: senstive {LABEL}\n{SECRET}\n:::",
    f"::: {{.sensitive {LABEL}}}\n{SECRET}\n:::",
    f":::{{sensitive}} {LABEL}\n{SECRET}\n:::",
    f"::: **sensitive** {LABEL}\n{SECRET}\n:::",
    f"**::: sensitive {LABEL}**\n{SECRET}\n:::",
    f"\\::: sensitive {LABEL}\n{SECRET}\n:::",
    f"：：： sensitive {LABEL}\n{SECRET}\n：：：",
    f"Read this. ::: sensitive {LABEL}\n{SECRET}\n:::",
    f"##### ::: sensitive {LABEL}\n{SECRET}\n:::",
    f"| a |\n|---|\n| ::: sensitive {LABEL} |\n| {SECRET} |\n| ::: |",
    f"<div>\n  ::: sensitive {LABEL}\n{SECRET}\n:::\n</div>",
    f"<!-- ::: sensitive {LABEL} -->\n{SECRET}\n<!-- ::: -->",
    f"::: warning\n{SECRET}\n:::",
)
