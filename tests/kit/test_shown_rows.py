"""What is read from a page when its rows are copied."""

from __future__ import annotations

from lms.kit.shown_rows import as_tsv, rows_of

TABLE = """<p>Before</p><table class="tbl" data-rows>
<thead><tr><th scope="col"><a href="?">Name<span class="vh"> sort</span></a><span class="no-copy">▲</span></th>
<th scope="col">State</th><th><span class="vh">Do</span></th></tr></thead>
<tbody><tr><th scope="row"><a href="/1">A &amp; <em>B</em></a><span class="only-s"><br>again</span></th>
<td><span class="st"><svg><path d=""/></svg> In use</span><br><input>2&nbsp;of 3</td>
<td><form><button>Take out</button></form><a class="btn btn-s" href="/">Open</a></td></tr></tbody>
</table><table data-rows><tr><td>another</td></tr></table>"""


def test_a_table_gives_what_is_seen_of_it_and_nothing_that_only_leads_on() -> None:
    assert rows_of(TABLE) == [["Name", "State"], ["A & B", "In use / 2 of 3"]]


def test_a_list_gives_a_column_for_each_name() -> None:
    listed = """<ol data-rows><li><p data-head="What"><a href="/">One</a></p><svg><text>9</text></svg>
    <span class="vh" data-head="When">Monday</span></li><li><p data-head="What">Two</p><p>silent</p></li></ol>"""
    assert rows_of(listed) == [["What", "When"], ["One", "Monday"], ["Two", ""]]


def test_no_cell_is_a_formula_and_no_cell_breaks_the_line() -> None:
    cells = ["=HYPERLINK(1)", "＋81", " @me", "-3", "+4.5%", "a\tb\nc", "–"]
    assert as_tsv([cells]) == "'=HYPERLINK(1)\t'＋81\t'@me\t-3\t+4.5%\ta b c\t–\n"
