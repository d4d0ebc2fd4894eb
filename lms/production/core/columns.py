"""Which column of a queue tool's file is which: guessed from its head, in English and Japanese, and then chosen."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

from lms.kit.text import reading_key


class Part(StrEnum):
    """What is known of a decision."""

    PERSON = "person"
    CASE = "case"
    QUEUE = "queue"
    DECIDED_ON = "decided_on"
    DECISION = "decision"
    RIGHT_DECISION = "right_decision"
    ERROR_KIND = "error_kind"
    SECTION = "section"


NEEDED = (Part.PERSON, Part.CASE, Part.DECIDED_ON, Part.DECISION)
JUDGING = (Part.RIGHT_DECISION, Part.ERROR_KIND)
"""Either says whether a decision was right."""

_HEADS: Mapping[Part, str] = {
    Part.PERSON: """
        person decidedby code personcode login email mail emailaddress agent agentid agentemail agentname moderator
        moderatorid reviewer reviewerid labeller labeler annotator analyst user userid username staff staffid staffmail
        担当者 担当者コード 担当者id 担当者メール 担当 モデレーター ラベラー 判定者 対応者 作業者 コード ログイン メール
        メールアドレス 社員番号 ユーザー
    """,
    Part.CASE: """
        case caseid casenumber caseref casereference reference ref ticket ticketid ticketnumber task taskid job jobid
        item itemid content contentid
        事例 事例番号 事例id ケース ケースid ケース番号 案件 案件番号 案件id 参照番号 管理番号 チケット チケット番号
        コンテンツid
    """,
    Part.QUEUE: "queue queuename workflow workqueue project キュー キュー名 業務",
    Part.DECIDED_ON: """
        date dateofthedecision day decidedon decidedat decisiondate decisiontime reviewedat reviewdate reviewedon
        timestamp completedat completedon actiondate createdat
        日付 判定日 判定日時 対応日 対応日時 処理日 処理日時 作業日 日時 完了日時 年月日
    """,
    Part.DECISION: """
        decision verdict action agentdecision agentverdict moderatordecision originaldecision reviewerdecision outcome
        判定 判定結果 担当者の判定 担当者判定 元の判定 対応 対応内容 処置 一次判定
    """,
    Part.RIGHT_DECISION: """
        rightdecision correctdecision qadecision qaverdict golddecision gold goldlabel groundtruth expecteddecision
        finaldecision auditdecision auditorsdecision auditordecision correctverdict correctaction
        正しい判定 正解判定 正解 正答 qa判定 監査判定 品質監査の判定 正しい対応 最終判定 二次判定
    """,
    Part.ERROR_KIND: """
        errorkind kindoferror errortype error errorcategory errorcode mistake mistaketype defect defecttype
        誤りの種類 誤り 誤り種別 誤り区分 エラー エラー種別 エラー区分 ミス種別 指摘区分 指摘の種類
    """,
    Part.SECTION: """
        section policysection policy policyreference policyref policyclause clause sectionkey rule
        節 根拠の節 ポリシーの節 ポリシー 該当節 該当ポリシー 根拠 条項
    """,
}


def _plain(head: str) -> str:
    return "".join(letter for letter in reading_key(head[:200]) if letter.isalnum() or letter == "ー")


_NAMES = {_plain(name): part for part, names in _HEADS.items() for name in names.split()}
_LONGEST_FIRST = sorted(_NAMES, key=lambda name: (-len(name), name))
_LEAST_LATIN, _LEAST_OTHER = 4, 2
"""Letters of a name that may stand for its column inside a longer head."""


def guessed(header: Sequence[str]) -> dict[Part, int]:
    """The column of each part, by its place from 0, as far as the heads tell.

    A head that is a known name comes before one that only contains one; what stands in brackets does not matter.

    >>> heads = ["Ticket ID", "Agent e-mail address", "QA判定", "Verdict (agent)", "Decided at"]
    >>> {part.value: place for part, place in guessed(heads).items()}
    {'case': 0, 'right_decision': 2, 'decision': 3, 'decided_on': 4, 'person': 1}
    """
    found: dict[Part, int] = {}
    for step in (_exact, _contained):
        for place, head in enumerate(header):
            if place in found.values():
                continue
            part = next((part for part in step(head) if part not in found), None)
            if part is not None:
                found[part] = place
    return found


def _exact(head: str) -> Iterator[Part]:
    for text in (head, re.sub(r"[(（\[【].*", "", head)):
        if (plain := _plain(text)) in _NAMES:
            yield _NAMES[plain]


def _contained(head: str) -> Iterator[Part]:
    plain = _plain(head)
    for name in _LONGEST_FIRST:
        if name in plain and len(name) >= (_LEAST_LATIN if name.isascii() else _LEAST_OTHER):
            yield _NAMES[name]
