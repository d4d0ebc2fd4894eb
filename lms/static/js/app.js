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

  document.addEventListener('click', (event) => {
    const target = event.target;
    if (target.closest('[data-theme-toggle]')) switchTheme();
    if (target.closest('[data-print]')) print();
    const opener = target.closest('[data-dialog]');
    const dialog = opener && document.getElementById(opener.dataset.dialog);
    if (dialog) { event.preventDefault(); dialog.showModal(); }
    const language = target.closest('.lang a');
    if (language && location.hash) language.hash = location.hash;
  });

  const shown = document.querySelector('[data-show-password]');
  if (shown) shown.addEventListener('change', () => {
    document.getElementById(shown.dataset.showPassword).type = shown.checked ? 'text' : 'password';
  });

  /* The contents of a policy follow the section in view. */
  const links = new Map([...document.querySelectorAll('.toc a[href^="#"]')].map((link) => [link.hash.slice(1), link]));
  if (links.size && 'IntersectionObserver' in window) {
    const observer = new IntersectionObserver((entries) => {
      const seen = entries.find((entry) => entry.isIntersecting);
      if (!seen) return;
      for (const link of links.values()) link.removeAttribute('aria-current');
      links.get(seen.target.id)?.setAttribute('aria-current', 'true');
    }, { rootMargin: '-10% 0px -70% 0px' });
    for (const id of links.keys()) { const section = document.getElementById(id); if (section) observer.observe(section); }
  }
})();
