/* An attempt that goes on without a line: every answer is kept in this browser first, sent in the background, and called
   saved only when the server has said so. Without this file, or where the browser keeps nothing, the forms do the same. */
(async () => {
  const form = document.querySelector('[data-attempt]');
  if (!form) return;
  const words = form.dataset;
  const $ = (selector, within = document) => within.querySelector(selector);
  const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
  const counted = (element, n) => (n === 1 ? element.dataset.one : element.dataset.other).replace('{n}', n);
  const clock = (instant) => new Date(instant).toLocaleTimeString('en-GB', { timeZone: words.zone });
  const isQuestion = Boolean($('[data-question]'));
  const AFTER_THE_CLOSE = 1000000; // numbers that no answer has which was sent in time

  /* ——— calls ——— */

  const call = (path, body) => fetch(`${words.base}/${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { Accept: 'application/json', ...(body && { 'Content-Type': 'application/json', 'X-CSRF-Token': form.elements.csrf_token.value }) },
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(10000),
  });

  /* After a new sign-in the token of this page is worth nothing; a fresh copy of the page has a good one. */
  const renewToken = async () => {
    const page = await fetch(words.base + '/review');
    if (new URL(page.url).pathname === words.signIn) return false;
    const fresh = $('[name="csrf_token"]', new DOMParser().parseFromString(await page.text(), 'text/html'));
    if (!fresh) return false;
    for (const field of $$('[name="csrf_token"]')) field.value = fresh.value;
    return true;
  };
  const post = async (path, body) => {
    const answer = await call(path, body);
    const isSignedOut = answer.status === 401 || answer.status === 400;
    return isSignedOut && await renewToken() ? call(path, body) : answer;
  };

  const notice = $('[data-notice]');
  const announce = (text) => { if (notice) { notice.className = 'notice is-risk'; notice.textContent = text; } };
  const withdraw = (text) => { if (notice?.textContent === text) { notice.className = 'vh'; notice.textContent = ''; } };
  const answers = await window.openAnswers(words.attempt, post).catch(() => null);
  if (!answers) return; // the browser keeps nothing for us: the forms do it

  /* ——— time: the server's, counted on from the moment it was told ——— */

  const time = { end: 0, now: 0, at: 0 };
  const setTime = (now, deadline) => Object.assign(time, { now: Date.parse(now), end: Date.parse(deadline), at: performance.now() });
  const left = $('[data-deadline]');
  if (left) setTime(left.dataset.now, left.dataset.deadline);
  const serverNow = () => time.now + performance.now() - time.at;
  const remaining = () => time.end - serverNow();

  /* ——— what the bar says ——— */

  const save = $('[data-save]');
  const off = $('[data-off]');
  const on = $('[data-on]');
  let outcome = 'clear'; // of the last call
  let savedAt = '';
  let noting = 0; // answers that are chosen and not in the queue yet: neither saved nor kept

  /* What is said while ``n`` answers wait, and whether it is something to worry about. */
  const said = (n) => {
    if (outcome === 'offline' && n) return [counted(save, n), true];
    const { again, held, foreign, saving } = save.dataset;
    const trouble = { again, held, foreign, 'signed-out': save.dataset.signedOut }[outcome];
    if (n) return [trouble ?? saving, Boolean(trouble)];
    if (noting) return [saving, false];
    if (outcome === 'late' || outcome === 'refused') return [save.dataset[outcome], true];
    return [savedAt && save.dataset.saved.replace('{time}', savedAt), false];
  };

  const say = (n) => {
    const [text, isRisk] = said(n);
    save.classList.toggle('is-risk', isRisk);
    save.classList.toggle('is-off', outcome === 'offline' && n > 0);
    if (text && save.lastElementChild.textContent !== text) save.lastElementChild.textContent = text;
  };

  const tell = async () => {
    const waiting = await answers.waiting();
    window.onbeforeunload = waiting.length || noting ? (event) => event.preventDefault() : null;
    paintMap(new Set(waiting.map((row) => row.position)));
    if (!save) return;
    const n = new Set(waiting.map((row) => row.position)).size;
    const isOffline = outcome === 'offline' && n > 0;
    if (navigator.onLine && outcome !== 'offline' && !n) withdraw(words.needsLine);
    say(n);
    if (!off) return;
    if (!off.hidden && !isOffline && !n) on.hidden = false;
    off.hidden = !isOffline;
    if (isOffline) { on.hidden = true; $('[data-kept]', off).textContent = counted(off, n); }
  };

  /* ——— delivery ——— */

  let tries = 0;
  let retry;

  const becomeWriter = async (how) => {
    const answer = await post('claim', {});
    const body = await answer.json().catch(() => ({}));
    if (body.error === 'attempt.closed') {
      if (!('closed' in words)) { finish(); return false; } // the result sends what is left
      await answers.become(body.epoch, { after: AFTER_THE_CLOSE });
      return true;
    }
    if (!answer.ok) { outcome = { 400: 'signed-out', 401: 'signed-out', 403: 'foreign', 404: 'foreign' }[answer.status] ?? 'again'; return false; }
    await answers.become(body.epoch, how);
    windows?.postMessage(body.epoch);
    setTime(body.server_now, body.deadline);
    await showStanding(body);
    return true;
  };

  /* One step; true when another may follow at once. */
  const step = async () => {
    if (!answers.epoch && (isQuestion || await answers.hasUnnumbered()) && !await becomeWriter()) return false;
    const sent = await answers.sendNext();
    if (sent.outcome !== 'clear') outcome = sent.outcome;
    if (sent.body?.server_now) setTime(sent.body.server_now, sent.body.deadline);
    if (sent.outcome === 'conflict') return becomeWriter({ isAnew: true });
    if (sent.outcome === 'superseded') standBack(sent.body);
    if (sent.outcome === 'held' && sent.body.message) announce(sent.body.message);
    if (sent.outcome === 'sent' && sent.body?.acked?.length) savedAt = clock(sent.body.server_now);
    return ['sent', 'late', 'refused', 'superseded'].includes(sent.outcome);
  };

  const drain = async () => {
    clearTimeout(retry);
    try {
      let mayGoOn = true;
      while (mayGoOn) {
        mayGoOn = await step();
        if (mayGoOn) { tries = 0; await tell(); }
      }
    } catch {
      outcome = 'offline';
    }
    await tell();
    if (outcome === 'signed-out') askToSignIn();
    if (isQuestion && answers.epoch && paper.size < last) await loadPaper();
    if (outcome === 'offline' || outcome === 'again') retry = setTimeout(deliver, 300 + Math.random() * Math.min(9700, 400 * 2 ** tries++));
    return !(await answers.waiting()).length;
  };
  const deliver = () => answers.alone(drain);

  /* ——— the paper: every question is here, one is shown ——— */

  const paper = new Map($$('[data-question]').map((question) => [Number(question.dataset.question), question]));
  const flags = new Set($$('[data-question][data-flagged]').map((question) => Number(question.dataset.question)));
  const answered = new Set((words.answered ?? '').split(' ').filter(Boolean).map(Number));
  const last = Number(words.last);
  let position = Number($('[data-question]')?.dataset.question);

  const payload = () => {
    const chosen = {};
    for (const field of $$('input, select, textarea', paper.get(position)).filter((field) => field.name)) {
      if (field.type === 'checkbox') chosen[field.name] = [...chosen[field.name] ?? [], ...(field.checked ? [field.value] : [])];
      else if (field.type !== 'radio') chosen[field.name] = field.value;
      else if (field.checked) chosen[field.name] = field.value;
    }
    return chosen;
  };
  const isBlank = (chosen) => Object.values(chosen).every((value) => !value.length);

  /* What this browser holds and the server does not have yet stands in the question as it was chosen. */
  const fill = (question, chosen) => {
    for (const field of $$('input, select, textarea', question).filter((field) => field.name && field !== typed.field)) {
      const value = chosen[field.name];
      if (field.type === 'checkbox' || field.type === 'radio') field.checked = [value ?? []].flat().includes(field.value);
      else field.value = value ?? '';
    }
  };

  const paintMap = (waiting = new Set()) => {
    for (const tile of $$('.qmap > li > .q')) {
      const n = Number(tile.value);
      const is = { ans: answered.has(n), none: !answered.has(n), flag: flags.has(n), wait: waiting.has(n), cur: n === position };
      for (const name in is) tile.classList.toggle(name, is[name]);
      if (is.cur) tile.setAttribute('aria-current', 'step'); else tile.removeAttribute('aria-current');
      const said = [is.cur ? 'current' : is.ans ? 'answered' : 'open', is.flag && 'flagged', is.wait && 'waiting'].filter(Boolean);
      $('.vh', tile).textContent = said.map((word) => tile.parentElement.parentElement.dataset[word]).join('');
    }
    const counts = { ans: answered.size, none: last - answered.size, flag: flags.size, wait: waiting.size };
    for (const line of $$('.qkey [data-count]')) {
      line.lastElementChild.textContent = line.dataset.text.replace('{n}', counts[line.dataset.count]);
      if (line.dataset.count === 'wait') line.hidden = !waiting.size;
    }
    for (const line of $$('[data-still-open]')) line.textContent = counts.none ? counted(line, counts.none) : line.dataset.none;
  };

  /* This browser keeps nothing more, since it is full: the form brings the answer, and the page comes back as it was. */
  const sendByForm = () => {
    window.onbeforeunload = null;
    const here = Object.assign(document.createElement('input'), { type: 'hidden', name: 'go', value: position });
    form.append(here);
    form.submit();
  };

  const note = async () => {
    const chosen = payload();
    typed.field = null;
    if (isBlank(chosen)) answered.delete(position); else answered.add(position);
    on.hidden = true;
    noting++;
    if (!save.matches('.is-risk')) say(0); // at once: no "saved" stands beside what is not
    try {
      await answers.add(position, document.documentElement.lang, isBlank(chosen) ? {} : chosen);
    } catch { return sendByForm(); } finally { noting--; }
    if (!['offline', 'again'].includes(outcome)) outcome = 'sending';
    await tell();
    deliver();
  };

  const showQuestion = async (n, { isHistory = false } = {}) => {
    const next = paper.get(n);
    const before = paper.get(position);
    if (!next || n === position) return;
    position = n;
    next.hidden = false;
    before.replaceWith(next);
    const own = await answers.ownAt(n);
    if (own) fill(next, own.payload);
    form.action = `${words.base}/questions/${n}`;
    document.title = document.title.replace(/\d+/, n);
    if (!isHistory) history.pushState({ n }, '', `${words.base}/questions/${n}`);
    for (const link of $$('.lang a')) link.href = link.getAttribute('href').replace(/questions\/\d+/, `questions/${n}`);
    $('[data-back]').hidden = n === 1;
    $('[data-next]').hidden = n === last;
    $('[data-finish]').hidden = n !== last;
    $('[data-place]').textContent = `${n} / ${last}`;
    $('[data-flag]').setAttribute('aria-pressed', flags.has(n));
    $('[data-refusal]')?.remove();
    for (const sheet of $$('.sheet:popover-open')) sheet.hidePopover();
    scrollTo(0, 0);
    const heading = $('h1', next);
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
    await answers.mark(n, { shown: true });
    await tell();
    deliver();
  };

  const loadPaper = async () => {
    const page = await fetch(`${words.base}/paper?lang=${document.documentElement.lang}`).catch(() => null);
    if (!page?.ok) return;
    const whole = new DOMParser().parseFromString(await page.text(), 'text/html');
    for (const question of $$('[data-question]', whole)) {
      const n = Number(question.dataset.question);
      if (!paper.has(n)) paper.set(n, document.adoptNode(question));
      if ('flagged' in question.dataset) flags.add(n);
    }
    for (const mark of await answers.read('marks')) if (mark.isNew && mark.flagged !== undefined) flags[mark.flagged ? 'add' : 'delete'](mark.position);
    paintMap();
  };

  /* ——— how the attempt stands: closed, resting, written by another window ——— */

  const rest = $('#rest');
  let isResting = false;
  let isBehind = false;

  const showStanding = async (standing) => {
    if (standing.state !== 'open') return finish();
    if (standing.break_until) cover(standing);
    for (const [place, answer] of Object.entries(standing.answers ?? {})) {
      const n = Number(place);
      if (Object.keys(answer.payload).length) answered.add(n); else answered.delete(n);
      if (paper.has(n)) fill(paper.get(n), answer.payload);
    }
    for (const row of (await answers.waiting())) {
      if (isBlank(row.payload)) answered.delete(row.position); else answered.add(row.position);
      const own = await answers.ownAt(row.position);
      if (paper.has(row.position)) fill(paper.get(row.position), own.payload);
    }
  };

  /* What is chosen in the question shown, in words and in the order in which it stands there. */
  const label = (chosen) => {
    const isIn = (field) => (/^(radio|checkbox)$/.test(field.type) ? [chosen?.[field.name] ?? []].flat().includes(field.value) : chosen?.[field.name]);
    const fields = $$('input, select, textarea', paper.get(position)).filter(isIn);
    const named = (field) => (field.tagName === 'SELECT' ? [...field.options].find((one) => one.value === chosen[field.name])?.textContent : chosen[field.name]);
    const text = (field) => ($('.txt', field.closest('label') ?? field)?.textContent ?? [field.labels[0]?.textContent, named(field)].filter(Boolean).join(': '));
    return fields.map(text).join('\n') || words.nothing;
  };

  /* Somebody writes in another window or on another device: both answers are shown, and this one can take over. */
  const windows = isQuestion ? new BroadcastChannel(`kijun-${words.attempt}`) : null;
  windows?.addEventListener('message', async ({ data: epoch }) => {
    if (answers.epoch && epoch > answers.epoch) standBack(await (await call('state?answers')).json().catch(() => ({})));
  });
  const standBack = (standing) => {
    if (isBehind || !isQuestion) return;
    isBehind = true;
    const dialog = $('#behind');
    $('[data-here]', dialog).textContent = label(payload());
    $('[data-there]', dialog).textContent = label(standing.answers?.[position]?.payload);
    form.inert = true;
    dialog.showModal();
  };
  $('#behind')?.addEventListener('cancel', (event) => event.preventDefault());
  $('[data-take-over]')?.addEventListener('click', () => answers.alone(async () => {
    try {
      if (!await becomeWriter()) return tell();
    } catch { outcome = 'offline'; return tell(); }
    isBehind = false;
    form.inert = false;
    $('#behind').close();
    outcome = 'clear';
    await tell();
  }));

  let restEnds;
  const cover = (standing) => {
    isResting = Boolean(standing?.break_until);
    if (!rest.matches(':modal')) rest.showModal();
    $('[data-rest]', rest).textContent = isResting ? rest.dataset.paused.replace('{time}', clock(standing.break_until)) : rest.dataset.runs;
    clearTimeout(restEnds);
    if (isResting) restEnds = setTimeout(() => cover(null), Date.parse(standing.break_until) - serverNow()); // then the time runs again
  };
  $('[data-break]')?.addEventListener('click', async (event) => {
    event.preventDefault();
    cover(null); // the screen at once, whatever the server says
    try {
      const answer = await post('break', { step: 'start' });
      const standing = await answer.json();
      if (answer.ok) { setTime(standing.server_now, standing.deadline); cover(standing); }
    } catch { /* no line: the time runs on, as the cover says */ }
  });
  const comeBack = async () => {
    rest.close();
    clearTimeout(restEnds);
    if (!isResting) return deliver();
    isResting = false;
    try {
      const standing = await (await post('break', { step: 'end' })).json();
      if (standing.server_now) setTime(standing.server_now, standing.deadline);
    } catch { /* the server ends it by itself */ }
    deliver();
  };
  rest?.addEventListener('cancel', (event) => { event.preventDefault(); comeBack(); });
  $('[data-return]')?.addEventListener('click', (event) => { event.preventDefault(); comeBack(); });

  const look = async () => {
    if (document.hidden) return;
    try {
      const answer = await call('state');
      if (answer.status === 401) { outcome = 'signed-out'; await tell(); return askToSignIn(); }
      if (!answer.ok) return;
      const standing = await answer.json();
      setTime(standing.server_now, standing.deadline);
      if (standing.state !== 'open') return finish();
      if (standing.break_until && !isResting) return cover(standing);
      if (outcome === 'offline') { outcome = 'clear'; await tell(); }
      if (answers.epoch && standing.epoch > answers.epoch) standBack(await (await call('state?answers')).json());
      deliver();
    } catch { /* the next answer tells */ }
  };

  /* ——— signing in again, without leaving ——— */

  const signIn = $('#sign-in-again');
  const askToSignIn = () => { if (signIn && !signIn.open) signIn.showModal(); };
  $('form', signIn ?? document.createElement('div'))?.addEventListener('submit', async (event) => {
    event.preventDefault();
    const told = $('[data-told]', signIn);
    const fields = new FormData(event.target);
    try {
      const page = new DOMParser().parseFromString(await (await fetch(words.signIn)).text(), 'text/html');
      fields.set('csrf_token', $('[name="csrf_token"]', page)?.value ?? '');
      const answer = await fetch(words.signIn, { method: 'POST', body: new URLSearchParams(fields) });
      if (new URL(answer.url).pathname === words.signIn) {
        told.textContent = $('.is-fail p > strong, .error', new DOMParser().parseFromString(await answer.text(), 'text/html'))?.textContent ?? words.nothing;
        return;
      }
      event.target.reset();
      told.textContent = '';
      signIn.close();
      if (await renewToken()) { outcome = 'clear'; deliver(); } else { outcome = 'foreign'; tell(); }
    } catch { told.textContent = signIn.dataset.offline; }
  });

  /* ——— handing in ——— */

  const finish = async () => {
    window.onbeforeunload = null;
    location.assign(words.result);
  };

  /* True when the attempt is closed and this browser holds nothing more of it. */
  const handIn = () => answers.alone(async () => {
    for (let round = 0; round < 3; round++) {
      if (!await drain() && outcome !== 'late') return false;
      const answer = await post('submit', { manifest: await answers.manifest() });
      const body = await answer.json();
      if (answer.status === 409 && body.missing) {
        announce(body.message);
        if (await answers.sendAgain(body.missing)) continue;
        return false;
      }
      if (answer.status === 401 || answer.status === 400) { outcome = 'signed-out'; askToSignIn(); }
      if (!answer.ok) { if (body.message) announce(body.message); return false; }
      if (await answers.isCoveredBy(body.answers)) await answers.forget();
      else if ('closed' in words) { announce(words.uncovered); return false; } // the answers stay here, and the result says so
      return true;
    }
    return false;
  });

  let isOver = false;
  const timeIsOver = async () => {
    isOver = true;
    announce(notice.dataset.over);
    form.inert = true;
    try { if (await handIn()) return finish(); } catch { outcome = 'offline'; await tell(); }
    setTimeout(timeIsOver, 3000 + Math.random() * 2000);
  };

  /* ——— what people do ——— */

  const go = (target) => {
    const n = { back: position - 1, next: position + 1 }[target] ?? Number(target);
    if (n >= 1 && n <= last) return showQuestion(n);
    return review();
  };
  const review = async () => {
    await typed.now();
    if (await deliver()) { window.onbeforeunload = null; return location.assign(`${words.base}/review`); }
    announce(words.needsLine);
  };

  /* What is typed is noted when it rests for a moment, never in the middle of a conversion. */
  const typed = { timer: 0, isDue: false, field: null, now: async () => { clearTimeout(typed.timer); if (typed.isDue) { typed.isDue = false; await note(); } } };

  if (isQuestion) {
    form.addEventListener('change', (event) => { if (event.target.name) { typed.isDue = false; clearTimeout(typed.timer); note(); } });
    const rests = (event) => {
      if (!event.target.matches('input[type="text"], textarea')) return;
      typed.field = event.target; // nothing is put into it while somebody writes in it
      clearTimeout(typed.timer);
      if (event.isComposing) return;
      typed.isDue = true;
      typed.timer = setTimeout(typed.now, 800);
    };
    form.addEventListener('input', rests);
    form.addEventListener('compositionend', rests); // no input follows the end of a conversion
    document.addEventListener('visibilitychange', typed.now);
    form.addEventListener('submit', (event) => {
      const { name, value } = event.submitter ?? { name: 'go', value: 'next' };
      const target = value === 'back' ? position - 1 : value === 'next' ? position + 1 : Number(value);
      if (name === 'go' && value !== 'review' && target <= last && !paper.has(target)) return; // not loaded: the form leads there
      event.preventDefault();
      if (name === 'flag') {
        const isFlagged = !flags.has(position);
        flags[isFlagged ? 'add' : 'delete'](position);
        $('[data-flag]').setAttribute('aria-pressed', isFlagged);
        answers.mark(position, { flagged: isFlagged }).then(tell).then(deliver);
      } else if (value === 'review') review();
      else typed.now().then(() => go(value));
    });
    addEventListener('popstate', () => {
      const n = Number(location.pathname.split('/').at(-1));
      if (paper.has(n)) showQuestion(n, { isHistory: true }); else location.reload();
    });
    for (const link of $$('.lang a')) link.addEventListener('click', (event) => {
      if (outcome !== 'offline' || navigator.onLine) return;
      event.preventDefault();
      announce(words.needsLine);
    });
    document.addEventListener('keydown', (event) => {
      /* Enter ends a conversion; it never sends what is being converted. */
      if (event.key === 'Enter' && (event.isComposing || event.keyCode === 229)) return event.preventDefault();
      /* The digits choose: among the options in focus, else among the first that have no answer yet. */
      if (event.ctrlKey || event.metaKey || event.altKey || !/^[1-9]$/.test(event.key)) return;
      const focus = document.activeElement || document.body;
      const isTyping = focus.isContentEditable || focus.matches('textarea, select, input:not([type="radio"], [type="checkbox"])');
      if (isTyping || document.querySelector('dialog:modal') || (focus !== document.body && !form.contains(focus))) return;
      const groups = $$('.opts', paper.get(position));
      const group = groups.find((one) => one.contains(focus)) || groups.find((one) => !$(':checked', one)) || groups[0];
      const option = group && $$('input', group)[Number(event.key) - 1];
      if (!option || option.closest('details:not([open])')) return; // nobody chooses what is still covered
      event.preventDefault();
      option.focus();
      option.click();
    });
    addEventListener('pagehide', async () => {
      const rows = (await answers.waiting()).filter((row) => row.epoch > 0).slice(0, 50);
      if (rows.length) fetch(`${words.base}/events`, {
        method: 'POST', keepalive: true,
        headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': form.elements.csrf_token.value },
        body: JSON.stringify({ epoch: rows[0].epoch, events: rows.filter((row) => row.epoch === rows[0].epoch).map(({ seq, position: place, locale, payload: chosen }) => ({ seq, position: place, locale, payload: chosen })) }),
      });
    });
    setInterval(look, 20000);
    document.addEventListener('visibilitychange', look);
  }

  if ('submits' in words) form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const button = event.submitter;
    button?.setAttribute('aria-disabled', 'true');
    try { if (await handIn()) return finish(); } catch { announce(words.needsLine); }
    button?.removeAttribute('aria-disabled');
  });

  /* After the close: what was left behind is sent for review, and then nothing stays here. */
  if ('closed' in words) {
    if (!(await answers.rows()).length) return;
    const isLeftBehind = (await answers.waiting()).length > 0;
    const clearUp = async () => {
      try {
        if (await handIn()) { if (isLeftBehind) location.reload(); return; }
      } catch { outcome = 'offline'; }
      if (outcome === 'offline' || outcome === 'again') setTimeout(clearUp, 3000 + Math.random() * 2000);
    };
    return clearUp();
  }

  for (const moment of ['online', 'focus']) addEventListener(moment, () => { tries = 0; deliver(); });
  addEventListener('offline', async () => { outcome = 'offline'; await tell(); });

  /* ——— the time left ——— */

  if (left) {
    const warnings = [[300000, notice.dataset.five], [60000, notice.dataset.one]].filter(([limit]) => limit < remaining());
    setInterval(() => {
      if (isResting) return;
      left.textContent = left.dataset.left.replace('{minutes}', Math.max(0, Math.ceil(remaining() / 60000)));
      if (warnings.length && remaining() <= warnings[0][0]) announce(warnings.shift()[1]);
      if (remaining() <= 0 && !isOver) timeIsOver();
    }, 1000);
  }

  /* What was chosen while this file was still on its way is noted now: nobody saw it then. */
  const differs = (field) => {
    if (field.matches('[type="radio"], [type="checkbox"]')) return field.checked !== field.defaultChecked;
    if (field.matches('select')) return field.selectedIndex !== Math.max(0, [...field.options].findIndex((one) => one.defaultSelected));
    return field.value !== field.defaultValue;
  };
  if (isQuestion && $$('input, select, textarea', paper.get(position)).some(differs)) await note();

  await tell(); // the page came with what the server knows
  document.documentElement.dataset.answers = 'kept'; // styles and tests see that the page saves by itself
  await deliver();
  const own = isQuestion && await answers.ownAt(position);
  if (own) fill(paper.get(position), own.payload);
})();
