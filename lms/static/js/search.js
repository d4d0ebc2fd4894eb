/* Search while one types, by keyboard, in the dialog of every page (Ctrl K) or on the page of results. */
(() => {
  const palette = document.querySelector('[data-palette]');
  if (!palette) return;
  const dialog = palette.closest('dialog');
  const input = palette.querySelector('input[type=search]');
  const results = palette.querySelector('[data-results]');
  const said = palette.querySelector('[data-status]');
  let shown = dialog ? '' : input.value.trim(); // the words whose hits are on the screen
  let chosen = -1;
  let later = 0;
  let slow = 0;
  let running = null;
  let isOffline = false;

  const words = () => input.value.trim();
  const options = () => [...results.querySelectorAll('.hit')];

  const choose = (place) => {
    const all = options();
    if (!all.length) return;
    chosen = (place + all.length) % all.length;
    all.forEach((one, number) => {
      one.classList.toggle('cur', number === chosen);
      one.setAttribute('aria-selected', String(number === chosen));
    });
    const current = all[chosen];
    input.setAttribute('aria-activedescendant', current.id);
    current.scrollIntoView({ block: 'nearest' });
    for (const one of results.querySelectorAll('[data-of]')) one.hidden = one.dataset.of !== current.id;
  };

  const dress = () => { // links in groups become the options of a list
    const hits = results.querySelector('[data-hits]');
    input.setAttribute('aria-expanded', String(Boolean(hits)));
    input.removeAttribute('aria-activedescendant');
    chosen = -1;
    said.textContent = results.querySelector('[data-said]')?.textContent ?? '';
    said.classList.toggle('vh', !hits);
    if (!hits) return;
    hits.id = 'found-hits';
    hits.setAttribute('role', 'listbox');
    for (const heading of hits.querySelectorAll('h2')) heading.setAttribute('role', 'presentation');
    for (const one of options()) { one.setAttribute('role', 'option'); one.tabIndex = -1; }
    choose(0);
  };

  const show = (state) => {
    results.replaceChildren(...palette.querySelector(`[data-state=${state}]`).cloneNode(true).childNodes);
    isOffline = state === 'offline';
    shown = '';
    dress();
  };

  const fill = (text, asked) => {
    const page = new DOMParser().parseFromString(text, 'text/html');
    results.replaceChildren(...page.body.childNodes);
    isOffline = false;
    shown = asked;
    dress();
    results.scrollTop = 0;
    if (dialog) return;
    const address = new URL(location.href);
    address.search = new URLSearchParams({ q: asked });
    history.replaceState(null, '', address);
    for (const link of document.querySelectorAll('.lang a')) {
      link.search = new URLSearchParams({ q: asked, lang: link.hreflang });
    }
  };

  const ask = async () => {
    const asked = words();
    running?.abort();
    clearTimeout(slow);
    results.removeAttribute('aria-busy');
    if (!asked) { show('start'); return; }
    if (asked === shown) return;
    const mine = new AbortController();
    running = mine;
    results.setAttribute('aria-busy', 'true');
    slow = setTimeout(() => show('loading'), 400);
    try {
      const address = `${input.form.action}?${new URLSearchParams({ q: asked, part: 'results' })}`;
      const answer = await fetch(address, { signal: mine.signal });
      const text = await answer.text();
      if (running !== mine) return;
      clearTimeout(slow);
      if (answer.ok && !answer.redirected) fill(text, asked); else show('failed');
    } catch {
      if (running !== mine || mine.signal.aborted) return;
      clearTimeout(slow);
      show('offline');
    }
    results.removeAttribute('aria-busy');
  };

  const soon = () => { clearTimeout(later); later = setTimeout(ask, 150); };
  const open = () => {
    if (dialog && !dialog.open) {
      if (document.querySelector(':modal, .rest:popover-open')) return; // a covered screen stays covered
      dialog.showModal();
    }
    input.focus();
    input.select();
  };
  const isComposing = (event) => event.isComposing || event.keyCode === 229; // Enter takes what the input method offers

  for (const [name, value] of Object.entries({
    role: 'combobox', 'aria-autocomplete': 'list', 'aria-controls': 'found-hits', 'aria-expanded': 'false',
  })) input.setAttribute(name, value);
  dress();

  input.addEventListener('input', (event) => { if (!event.isComposing) soon(); });
  input.addEventListener('compositionend', soon);
  input.addEventListener('keydown', (event) => {
    if (isComposing(event)) { if (event.key === 'Enter') event.preventDefault(); return; }
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      choose(chosen + (event.key === 'ArrowDown' ? 1 : -1));
    } else if (event.key === 'Enter') {
      const current = options()[chosen];
      if (current && words() === shown) { event.preventDefault(); current.click(); } else if (!words()) event.preventDefault();
    } else if (event.key === 'Escape' && dialog) {
      event.preventDefault();
      dialog.close();
    }
  });
  palette.addEventListener('click', (event) => {
    if (event.target.closest('[data-again]')) { input.focus(); ask(); }
    if (event.target.closest('a')) dialog?.close();
  });
  dialog?.addEventListener('click', (event) => { if (event.target === dialog) dialog.close(); });
  dialog?.addEventListener('close', () => { // the menu from which it was opened has closed
    const { activeElement } = document;
    if (activeElement === document.body || dialog.contains(activeElement)) document.querySelector('[popovertarget=me]')?.focus();
  });
  addEventListener('online', () => { if (isOffline) ask(); });
  document.addEventListener('keydown', (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === 'k') {
      event.preventDefault();
      open();
    }
  });
})();
