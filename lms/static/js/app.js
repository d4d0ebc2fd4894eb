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
  for (const section of document.querySelectorAll('section[id^="s-"]')) observer.observe(section);
})();
