/* Shows the code of each minute as it comes. Without this file a link shows it. */
(() => {
  const box = document.querySelector('[data-room-code]');
  if (!box) return;
  const digits = box.querySelector('.digits');
  const fault = box.querySelector('[data-fault]');
  const bar = box.querySelector('[data-bar]');
  const life = 60;
  let changesAt = performance.now() + box.dataset.left * 1000;
  let asking = false;
  let isOver = false;

  const complain = (text) => { fault.textContent = text; fault.hidden = !text; };

  const take = (answer) => {
    if (!answer.digits) {
      isOver = true;
      digits.hidden = true;
      bar.parentElement.setAttribute('hidden', '');
      complain(box.dataset.over);
      return;
    }
    changesAt = performance.now() + answer.left * 1000;
    complain('');
    const count = document.querySelector('[data-by-code]');
    if (count) count.textContent = answer.by_code;
    const spoken = [...answer.digits].join(' ');
    if (digits.getAttribute('aria-label') === spoken) return;
    digits.setAttribute('aria-label', spoken);
    [...digits.children].forEach((place, n) => { place.textContent = answer.digits[n]; });
    box.querySelector('[data-says]').textContent = box.dataset.spoken.replace('{code}', spoken);
  };

  const ask = async () => {
    if (asking || isOver) return;
    asking = true;
    try {
      const answer = await fetch(box.dataset.roomCode, { headers: { Accept: 'application/json' }, cache: 'no-store' });
      if (!answer.ok) throw new Error(answer.status);
      take(await answer.json());
    } catch {
      complain(box.dataset.offline);
      changesAt = performance.now() + 5000;
    } finally {
      asking = false;
    }
  };

  setInterval(() => {
    const left = Math.max(0, changesAt - performance.now()) / 1000;
    bar.setAttribute('width', `${Math.min(100, (left * 100) / life)}%`);
    if (!left) ask();
  }, 1000);
  document.addEventListener('visibilitychange', () => { if (!document.hidden) ask(); }); // a tab that slept is behind
})();
