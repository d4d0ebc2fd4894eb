/* Keeps the parts of a page that change by themselves fresh. Without this file the page loads itself again. */
(() => {
  const every = 1500;
  const parts = (page) => page.querySelectorAll('[data-live]');
  const isBusy = (page) => page.querySelector('progress, .jobp') !== null;

  const renew = (fresh) => {
    for (const now of parts(document)) {
      const next = fresh.querySelector(`[data-live="${now.dataset.live}"]`);
      if (!now.isConnected || !next) continue;
      const isFrame = next.dataset.state !== undefined; // it holds others: only another state makes it anew
      if (isFrame ? now.dataset.state === next.dataset.state : now.innerHTML === next.innerHTML) continue;
      const hadFocus = now.contains(document.activeElement);
      if (now.getAttribute('role') === 'status') now.textContent = next.textContent; // what stands in it is spoken
      else now.innerHTML = next.innerHTML;
      if (isFrame) now.dataset.state = next.dataset.state;
      if (hadFocus) now.focus();
    }
  };

  const ask = async () => {
    try {
      if (!document.hidden) {
        const answer = await fetch(location.href, { cache: 'no-store' });
        if (answer.redirected) return; // signed out: the next click says so
        if (answer.ok) renew(new DOMParser().parseFromString(await answer.text(), 'text/html'));
      }
    } catch {
      /* away for a moment: it asks again */
    }
    if (isBusy(document)) setTimeout(ask, every);
  };
  setTimeout(ask, every);
})();
