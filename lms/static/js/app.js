/* Small conveniences. Every page works without this file. */
(() => {
  const root = document.documentElement;
  const remembered = (() => { try { return localStorage.getItem('kijun-theme'); } catch { return null; } })();
  if (remembered) root.dataset.theme = remembered;

  const isDark = () => root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  const switchTheme = () => {
    root.dataset.theme = isDark() ? 'light' : 'dark';
    try { localStorage.setItem('kijun-theme', root.dataset.theme); } catch { /* private mode: this page only */ }
  };

  let inView = ''; // the section of a policy that is being read: another language opens at the same one

  document.addEventListener('click', (event) => {
    const target = event.target;
    if (target.closest('[data-theme-toggle]')) switchTheme();
    if (target.closest('[data-print]')) print();
    const opener = target.closest('[data-dialog]');
    const dialog = opener && document.getElementById(opener.dataset.dialog);
    if (dialog) { event.preventDefault(); dialog.showModal(); }
    target.closest('[data-close]')?.closest('dialog:modal')?.close();
    const sameSection = target.closest('.lang a, .views a');
    if (sameSection && (inView || location.hash)) sameSection.hash = inView || location.hash;
  });

  const shown = document.querySelector('[data-show-password]');
  if (shown) shown.addEventListener('change', () => {
    document.getElementById(shown.dataset.showPassword).type = shown.checked ? 'text' : 'password';
  });

  /* The contents of a policy follow the section in view. */
  const links = [...document.querySelectorAll('.toc a[href^="#"]')];
  const observer = new IntersectionObserver((entries) => {
    const seen = entries.find((entry) => entry.isIntersecting);
    if (!seen) return;
    inView = `#${seen.target.id}`;
    for (const link of links) {
      if (link.hash === inView) link.setAttribute('aria-current', 'true'); else link.removeAttribute('aria-current');
    }
  }, { rootMargin: '-10% 0px -70% 0px' });
  const sections = [...document.querySelectorAll('section[id^="s-"]')];
  for (const section of sections) observer.observe(section);

  /* How much of a policy has been on screen: a convenience that stays on this page, and no evidence of anything. */
  const bar = document.querySelector('[data-seen]');
  if (bar && sections.length) {
    const unseen = new Set(sections);
    const link = document.createElement('a');
    const look = () => {
      const floor = bar.closest('form').getBoundingClientRect().top;
      for (const section of unseen) {
        const { bottom } = section.getBoundingClientRect();
        if (bottom > 0 && bottom <= floor) unseen.delete(section);
      }
      bar.textContent = `${bar.dataset.seen.replace('{seen}', sections.length - unseen.size).replace('{all}', sections.length)} `;
      const [next] = unseen;
      if (!next) return;
      link.href = `#${next.id}`;
      link.textContent = bar.dataset.next.replace('{section}', next.querySelector('.anchor')?.textContent ?? '');
      if (next.querySelector('.anchor')) bar.append(link);
    };
    bar.hidden = false;
    addEventListener('scroll', look, { passive: true });
    addEventListener('resize', look);
    look();
  }

  /* Whoever signs out leaves no answer in this browser that the server has; what it does not have waits for them. */
  const forgetSavedAnswers = async () => {
    const known = await indexedDB.databases();
    if (!known.some((one) => one.name === 'kijun-answers')) return;
    await new Promise((resolve) => {
      const asked = indexedDB.open('kijun-answers');
      asked.onerror = asked.onblocked = resolve;
      asked.onsuccess = () => {
        const whole = asked.result.transaction('events', 'readwrite');
        whole.oncomplete = whole.onabort = resolve;
        whole.objectStore('events').openCursor().onsuccess = ({ target: { result: at } }) => {
          if (!at) return;
          if (at.value.state !== 'waiting') at.delete();
          at.continue();
        };
      };
    });
  };
  for (const form of document.querySelectorAll('form[action$="/sign-out"]')) form.addEventListener('submit', (event) => {
    event.preventDefault();
    const leave = new Promise((resolve) => { setTimeout(resolve, 1000); });
    Promise.race([forgetSavedAnswers(), leave]).catch(() => {}).finally(() => form.submit());
  });
})();
