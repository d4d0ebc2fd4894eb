"""Whether a score passes, and how it is shown so that nothing looks reached that is not."""

from __future__ import annotations


def has_passed(score: int, maximum: int, cut_percent: int) -> bool:
    """Whether ``score`` of ``maximum`` (any unit, integers) reaches the cut, without rounding.

    >>> has_passed(796, 1000, 80), has_passed(800, 1000, 80)
    (False, True)
    """
    return maximum > 0 and score * 100 >= cut_percent * maximum


def shown_percent(score: int, maximum: int) -> int:
    """Whole percent, rounded down: 79.6 % is never shown as 80 % beside "not yet passed".

    >>> shown_percent(796, 1000)
    79
    """
    return score * 100 // maximum if maximum else 0


def shown_points(thousandths: int) -> str:
    """Marks as points with at most two decimals, rounded down so that the points shown add up to no more than earned.

    >>> shown_points(7750), shown_points(7000), shown_points(333), shown_points(9600)
    ('7.75', '7', '0.33', '9.6')
    """
    whole, rest = divmod(thousandths // 10, 100)
    return f"{whole}.{rest:02}".rstrip("0").rstrip(".")


def right_answers_to_pass(score: int, maximum: int, cut_percent: int, full_mark: int) -> int:
    """How many more full marks reach the cut; 0 when it is reached.

    >>> right_answers_to_pass(13000, 20000, 80, 1000), right_answers_to_pass(15500, 20000, 80, 1000)
    (3, 1)
    """
    lacking = cut_percent * maximum - score * 100
    return max(0, -(-lacking // (100 * full_mark)))


def questions_at_cut(maximum: int, cut_percent: int, full_mark: int) -> int:
    """How many full marks the cut asks for: "cut score 16 of 20".

    >>> questions_at_cut(20000, 80, 1000), questions_at_cut(12000, 80, 1000)
    (16, 10)
    """
    return right_answers_to_pass(0, maximum, cut_percent, full_mark)
