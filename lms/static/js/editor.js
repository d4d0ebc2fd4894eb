/* The checks of a question follow what is typed; without this file they follow what is saved. */
(() => {
  const form = document.querySelector('form[data-check]');
  if (!form) return;
  const main = form.querySelector('.btn-main');
  let waiting = 0;
  let asked = 0;
  let isChanged = false;

  const ask = async () => {
    const number = ++asked;
    try {
      const answer = await fetch(form.dataset.check, { method: 'POST', body: new FormData(form) });
      if (!answer.ok || number !== asked) return;
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      const found = page.getElementById('checks-found');
      if (!found) return;
      document.getElementById('checks-found').replaceWith(found);
      document.getElementById('why-closed').textContent = found.dataset.why;
      if (found.dataset.why) main.setAttribute('aria-disabled', 'true');
      else main.removeAttribute('aria-disabled');
    } catch { /* offline: the checks come with the next saving */ }
  };

  const later = () => { isChanged = true; clearTimeout(waiting); waiting = setTimeout(ask, 600); };
  form.addEventListener('input', later);
  form.addEventListener('change', later);
  form.addEventListener('submit', (event) => {
    if (event.submitter === main && main.getAttribute('aria-disabled') === 'true') {
      event.preventDefault();
      document.getElementById('checks').scrollIntoView({ block: 'center' });
      return;
    }
    isChanged = false;
  });
  addEventListener('beforeunload', (event) => { if (isChanged) event.preventDefault(); });
})();
