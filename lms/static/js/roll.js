/* Saves each mark as it is made and says so only when the server has it. Without this file the form does the same. */
(() => {
  const form = document.querySelector('[data-roll]');
  if (!form) return;
  const rows = [...form.querySelectorAll('[data-code]')];
  const save = document.querySelector('[data-save]');
  const waiting = new Set(); // rows that the server has not answered for
  let sending = null;
  let retry;

  const show = (text, isRisk) => {
    save.hidden = false;
    save.classList.toggle('is-risk', isRisk);
    save.lastElementChild.textContent = text;
  };

  const bodyOf = (batch) => {
    const body = new FormData();
    body.append('csrf_token', form.elements.csrf_token.value);
    for (const row of batch) {
      for (const field of row.querySelectorAll('input')) {
        if (field.type !== 'radio' || field.checked) body.append(field.name, field.value);
      }
    }
    return body;
  };

  const take = (answer) => {
    for (const row of rows) {
      const saved = answer.rows[row.dataset.code];
      if (!saved) continue;
      row.querySelector('[name^="seen."]').value = saved.seen;
      row.querySelector('[data-said]').textContent = saved.said;
    }
    document.querySelector('[data-counts]').innerHTML = answer.counts;
    if (!waiting.size) show(save.dataset.saved.replace('{time}', answer.saved), false);
  };

  const drain = async () => {
    while (waiting.size) {
      const batch = [...waiting];
      waiting.clear();
      let answer;
      try {
        answer = await fetch(location.pathname, { method: 'POST', headers: { Accept: 'application/json' }, body: bodyOf(batch) });
      } catch {
        answer = null;
      }
      if (!answer || answer.status >= 500) {
        for (const row of batch) waiting.add(row);
        show(save.dataset.offline, true);
        clearTimeout(retry);
        retry = setTimeout(deliver, 3000 + Math.random() * 5000);
        return;
      }
      if (!answer.ok) { form.requestSubmit(); return; } // the page says what is the matter, and keeps what was chosen
      take(await answer.json());
    }
  };
  const deliver = () => { sending ??= drain().finally(() => { sending = null; }); return sending; };

  form.addEventListener('change', (event) => {
    const row = event.target.closest('[data-code]');
    if (!row || !row.querySelector(':checked')) return; // a note waits for its mark
    waiting.add(row);
    show(save.dataset.saving, false);
    deliver();
  });
  for (const moment of ['online', 'focus']) addEventListener(moment, () => { if (waiting.size) deliver(); });

  /* The keys: a letter marks the row in hand and goes to the next, the arrows go up and down. */
  const current = () => rows.find((row) => row.classList.contains('cur')) || rows[0];
  const goTo = (row) => {
    if (!row) return;
    for (const other of rows) other.classList.toggle('cur', other === row);
    (row.querySelector(':checked') || row.querySelector('[type="radio"]')).focus();
    row.scrollIntoView({ block: 'nearest' });
  };
  form.addEventListener('focusin', (event) => {
    const row = event.target.closest('[data-code]');
    if (row) for (const other of rows) other.classList.toggle('cur', other === row);
  });
  const marks = { p: 'present', l: 'late', e: 'excused', a: 'absent' };
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const focus = document.activeElement || document.body;
    if (focus !== document.body && !(form.contains(focus) && focus.type === 'radio')) return;
    const row = current();
    const place = rows.indexOf(row);
    const mark = marks[event.key.toLowerCase()];
    if (mark) {
      event.preventDefault();
      const radio = row.querySelector(`[value="${mark}"]`);
      if (!radio.checked) radio.click();
      goTo(rows[place + 1] || row);
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      goTo(rows[place + (event.key === 'ArrowDown' ? 1 : -1)]);
    }
  });

  document.querySelector('[data-fullscreen]')?.addEventListener('click', (event) => event.target.closest('.card').requestFullscreen());
})();
