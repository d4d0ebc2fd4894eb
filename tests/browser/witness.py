"""What a page of an attempt says of saving, beside what its server has said: is anything called saved too early?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import BrowserContext

SCRIPT = """(() => {
    const chosen = (question) => {
        const payload = {};
        for (const field of question.querySelectorAll('input, select, textarea')) {
            if (!field.name) continue;
            if (field.type === 'checkbox') (payload[field.name] ??= []).push(...(field.checked ? [field.value] : []));
            else if (field.type !== 'radio' || field.checked) payload[field.name] = field.value;
        }
        return payload;
    };
    let before = '';
    const look = () => {
        const text = document.querySelector('[data-save]')?.innerText ?? '';
        const isSaid = document.documentElement.dataset.answers && /\\d\\d:\\d\\d:\\d\\d/.test(text);
        if (isSaid && text !== before) window.witnessed({what: 'saved', text});
        before = isSaid ? text : '';
    };
    addEventListener('change', (event) => {
        const question = event.target.closest('[data-question]');
        if (!question || !event.target.name) return;
        window.witnessed({what: 'chosen', position: Number(question.dataset.question), payload: chosen(question)});
        setTimeout(() => { before = ''; look(); }); // once the page has heard of it too
    }, true);
    const line = window.fetch;
    window.fetch = async (address, options) => {
        const answer = await line(address, options);
        if (!String(address).endsWith('/events')) return answer;
        const sent = JSON.parse(options.body);
        const {acked = []} = await answer.clone().json().catch(() => ({}));
        for (const {seq, position, payload} of sent.events)
            if (acked.some((stamp) => stamp[0] === sent.epoch && stamp[1] === seq))
                window.witnessed({what: 'acked', position, payload});
        return answer;
    };
    new MutationObserver(look).observe(document,
        {subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ['data-answers']});
})();"""
"""Tells in their order: what is chosen, what is said to be taken before the page itself hears of it, and every "saved".

It listens to the page from when the page saves by itself; before that, the page says what the server wrote into it.
"""


@dataclass
class Witness:
    """Hears everything that happens at the windows of one attempt."""

    said: int = 0
    """How often something was called saved."""
    chosen: dict[int, dict[str, Any]] = field(default_factory=dict)
    """The last choice at each position."""
    owed: set[int] = field(default_factory=set)
    """The positions whose last choice nobody has acknowledged yet."""
    too_early: list[str] = field(default_factory=list)

    def attend(self, context: BrowserContext) -> None:
        """Listen to the pages of a browser."""
        context.expose_binding("witnessed", lambda _source, told: self.hear(**told))
        context.add_init_script(SCRIPT)

    def hear(self, what: str, position: int = 0, payload: dict[str, Any] | None = None, text: str = "") -> None:
        """Take in what one of the pages tells."""
        if what == "saved":
            self.said += 1
            if self.owed:
                self.too_early.append(f"“{text}” while {sorted(self.owed)} waited")
        elif what == "chosen" and payload is not None:
            self.chosen[position] = payload
            self.owed.add(position)
        elif payload == self.chosen.get(position):
            self.owed.discard(position)
