/* Saves each answer as it is chosen and says so only when the server has it. Without this file the forms do the same. */
(() => {
  const form = document.querySelector('[data-attempt]');
  if (!form) return;
  const words = form.dataset;
  const notice = document.querySelector('[data-notice]');
  const announce = (text) => { notice.className = 'notice is-risk'; notice.textContent = text; };

  /* The stamps of what this tab has sent: the list with which it hands in. */
  const list = `sent-${words.attempt}`;
  const sent = (() => { try { return JSON.parse(sessionStorage.getItem(list)) || []; } catch { return []; } })();
  const keepList = () => { try { sessionStorage.setItem(list, JSON.stringify(sent)); } catch { /* this page only */ } };

  /* After a new sign-in the token of this page is worth nothing; a fresh copy of the page has a good one. */
  const renewToken = async () => {
    const page = await fetch(location.href);
    if (new URL(page.url).pathname === words.signIn) return false;
    const fresh = new DOMParser().parseFromString(await page.text(), 'text/html').querySelector('[name="csrf_token"]');
    if (!fresh) return false;
    for (const field of document.querySelectorAll('[name="csrf_token"]')) field.value = fresh.value;
    return true;
  };

  const isSignedOut = (answer) => answer.status === 401 || answer.status === 400;

  const post = async (address, body, mayRenew = true) => {
    const answer = await fetch(address, {
      method: 'POST',
      keepalive: true, // it arrives even if the page is left at once
      headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': form.elements.csrf_token.value },
      body: JSON.stringify(body),
    });
    return mayRenew && isSignedOut(answer) && await renewToken() ? post(address, body, false) : answer;
  };

  /* On the review page: hand in with the list. When that fails, the plain form does it. */
  if (!words.events) {
    let isPlain = false;
    form.addEventListener('submit', async (event) => {
      if (isPlain) return;
      event.preventDefault();
      isPlain = true;
      try {
        const answer = await post(form.action, { manifest: sent });
        if (answer.ok) return location.assign(words.result);
        if (answer.status === 409) return announce((await answer.json()).message);
      } catch { /* no connection: the browser says so */ }
      form.requestSubmit();
    });
    return;
  }

  const save = document.querySelector('[data-save]');
  const off = document.querySelector('[data-off]');
  const on = document.querySelector('[data-on]');
  const queue = []; // changes that the server has not answered for, oldest first
  const epoch = Number(words.epoch);
  let seq = Number(words.seq);
  let retry;
  let delivering = null;

  const show = (text, isRisk) => {
    save.classList.toggle('is-risk', isRisk);
    save.lastElementChild.textContent = text;
  };

  const askToSignIn = () => {
    show(save.dataset.signedOut, true);
    save.lastElementChild.append(' ', Object.assign(document.createElement('a'), { href: words.signIn, target: '_blank', textContent: save.dataset.signIn }));
  };

  const payload = () => {
    const chosen = new FormData(form);
    if (words.type === 'single') return { option: chosen.get('option') };
    if (words.type === 'multiple') return { options: chosen.getAll('options') };
    const parts = {};
    for (const name of ['verdict', 'section', 'severity', 'action']) if (chosen.get(name)) parts[name] = chosen.get(name);
    return parts;
  };

  const later = () => {
    clearTimeout(retry);
    retry = setTimeout(deliver, 1000 + Math.random() * 9000);
    return false;
  };

  /* True when nothing waits any more; what is refused is left to the form, which sends the same answer anew. */
  const drain = async () => {
    while (queue.length) {
      const part = queue.slice(0, 50);
      try {
        const answer = await post(words.events, { epoch, events: part });
        if (isSignedOut(answer)) { askToSignIn(); return false; }
        if (answer.status >= 500) { show(save.dataset.again, true); return later(); }
        queue.splice(0, part.length);
        const wasOff = !off.hidden;
        off.hidden = true;
        if (answer.status === 202) {
          show(save.dataset.late, true);
        } else if (answer.ok) {
          const time = new Date((await answer.json()).server_now);
          if (queue.length) { off.hidden = !wasOff; continue; }
          show(save.dataset.saved.replace('{time}', time.toLocaleTimeString('en-GB', { timeZone: save.dataset.zone })), false);
          on.hidden = !wasOff;
        } else {
          for (const event of part) sent.splice(sent.findIndex((stamp) => stamp[1] === event.seq), 1);
          keepList();
          show(save.dataset.failed, true);
        }
      } catch {
        show(save.dataset.offline, true);
        off.hidden = false;
        on.hidden = true;
        return later();
      }
    }
    return true;
  };
  const deliver = () => { delivering ??= drain().finally(() => { delivering = null; }); return delivering; };

  form.addEventListener('change', () => {
    const event = { seq: seq++, position: Number(words.position), locale: document.documentElement.lang, payload: payload() };
    on.hidden = true;
    queue.push(event);
    sent.push([epoch, event.seq]);
    keepList();
    show(save.dataset.saving, false);
    deliver();
  });
  /* What is on its way may have left before the line came back: then once more. */
  for (const moment of ['online', 'focus']) addEventListener(moment, () => { if (delivering) delivering.then(deliver); else deliver(); });

  /* A posted form waits for what is on its way, so that the same change is not written twice. */
  form.addEventListener('submit', async (event) => {
    if (!queue.length) return;
    event.preventDefault();
    const button = event.submitter;
    if (await deliver()) form.requestSubmit(button);
  });

  /* The digits choose: among the options in focus, else among the first that have no answer yet. */
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !/^[1-9]$/.test(event.key)) return;
    const focus = document.activeElement || document.body;
    const isTyping = focus.isContentEditable || focus.matches('textarea, select, input:not([type="radio"], [type="checkbox"])');
    if (isTyping || (focus !== document.body && !form.contains(focus))) return;
    const groups = [...form.querySelectorAll('.opts')];
    const group = groups.find((one) => one.contains(focus)) || groups.find((one) => !one.querySelector(':checked')) || groups[0];
    const option = group?.querySelectorAll('input')[Number(event.key) - 1];
    if (!option || option.closest('details:not([open])')) return; // nobody chooses what is still covered
    event.preventDefault();
    option.focus();
    option.click();
  });

  /* When the time is over everything goes in, and the page goes to the result; the server closes what cannot. */
  const handIn = async () => {
    announce(notice.dataset.over);
    try {
      await deliver();
      const answer = await post(words.submit, { manifest: sent });
      if (answer.ok) return location.assign(words.result);
      if (isSignedOut(answer)) askToSignIn();
    } catch { /* no connection: again in a moment */ }
    setTimeout(handIn, 5000);
  };

  /* The time left follows the server's clock, from the moment the page was made. */
  const left = document.querySelector('[data-deadline]');
  const span = Date.parse(left.dataset.deadline) - Date.parse(left.dataset.now);
  const remaining = () => span - performance.now();
  const warnings = [[300000, notice.dataset.five], [60000, notice.dataset.one]].filter(([limit]) => limit < remaining());
  const clock = setInterval(() => {
    left.textContent = left.dataset.left.replace('{minutes}', Math.max(0, Math.ceil(remaining() / 60000)));
    if (warnings.length && remaining() <= warnings[0][0]) announce(warnings.shift()[1]);
    if (remaining() > 0) return;
    clearInterval(clock);
    handIn();
  }, 1000);
})();
