"""The words that queue tools use for errors and for leaving something up, in English and Japanese."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from lms.production.core.kinds import ErrorKind


def fold_word(text: str) -> str:
    """A word as it is compared: width, case, blanks, hyphens and the like do not matter.

    >>> fold_word(" Leave－up "), fold_word("Ｈａｒ／Unwanted contact"), fold_word("第3.2節")
    ('leaveup', 'harunwantedcontact', '3.2')
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    plain = "".join(letter for letter in folded if unicodedata.category(letter)[0] in "LN" or letter in ".ー")
    return re.sub(r"^第?([0-9.]+)節$", r"\1", plain)


NO_ERROR = ""
"""What a word means that says there is no error; an empty cell says nothing."""

_KINDS: Mapping[ErrorKind | str, str] = {
    ErrorKind.FALSE_POSITIVE: "fp false-positive over-enforcement over-action overblocked 過剰対応 過剰 誤検知 偽陽性",
    ErrorKind.FALSE_NEGATIVE: "fn false-negative under-enforcement under-action missed miss 見逃し 見落とし 偽陰性",
    ErrorKind.WRONG_SELECTION: """
        ws wrong-selection wrong-label wrong-section wrong-policy wrong-reason mislabel
        選択誤り 選択ミス ラベル誤り 節の誤り
    """,
    ErrorKind.TECHNICAL: "technical technical-error tech system tool 技術 技術的 技術的な問題 技術的な誤り システム",
    NO_ERROR: """
        none no no-error ok correct right pass passed 0 n/a na
        なし 無し 誤りなし エラーなし 正 正しい 正解 該当なし
    """,
}
_LEAVING_UP = """
    leave-up leave leave-it-up keep keep-up allow allowed approve approved no-action none no-violation ignore benign
    not-violating 掲載を継続 掲載継続 違反なし 対応なし 対応不要 許可 承認 非違反 問題なし
"""
_KIND_OF = {fold_word(word): kind for kind, words in _KINDS.items() for word in words.split()}
_LEAVES_UP = frozenset(fold_word(word) for word in _LEAVING_UP.split())


def kind_of(text: str) -> ErrorKind | str | None:
    """The error that a word names; ``NO_ERROR`` where it says that there is none, None when it is not known.

    >>> kind_of("False positive"), kind_of("見逃し"), kind_of("なし"), kind_of("odd")
    (<ErrorKind.FALSE_POSITIVE: 'false_positive'>, <ErrorKind.FALSE_NEGATIVE: 'false_negative'>, '', None)
    """
    return _KIND_OF.get(fold_word(text))


def kind_between(decision: str, right: str) -> ErrorKind:
    """The error of a decision that is not the right one: by which of them leaves the content up.

    >>> kind_between("Remove", "Leave up").value, kind_between("掲載を継続", "削除").value
    ('false_positive', 'false_negative')
    >>> kind_between("Remove", "Escalate").value
    'wrong_selection'
    """
    leaves, should = fold_word(decision) in _LEAVES_UP, fold_word(right) in _LEAVES_UP
    if leaves == should:
        return ErrorKind.WRONG_SELECTION
    return ErrorKind.FALSE_NEGATIVE if leaves else ErrorKind.FALSE_POSITIVE
