/* The checks of a question or a translation follow what is typed; without this file they follow what is saved.
   What can be inserted stands there to be copied as well. */
(() => {
  const form = document.querySelector('form[data-check]');
  if (!form) return;
  const main = form.querySelector('.btn-main');
  let waiting = 0;
  let asked = 0;
  let isChanged = false;

  let field = form.querySelector('textarea');
  let isPlaced = false;
  const offer = (part) => { for (const button of part.querySelectorAll('[data-insert]')) button.hidden = false; };
  const insert = (text) => {
    if (!isPlaced) field.setSelectionRange(field.value.length, field.value.length);
    field.focus();
    if (document.execCommand('insertText', false, text)) return; // unlike the other way, it can be undone
    field.setRangeText(text, field.selectionStart, field.selectionEnd, 'end');
    field.dispatchEvent(new Event('input', { bubbles: true }));
  };
  offer(form);
  form.addEventListener('focusin', ({ target }) => {
    if (target.matches('textarea, input[type="text"]')) { field = target; isPlaced = true; }
  });
  form.addEventListener('click', ({ target }) => {
    const button = target.closest('[data-insert]');
    if (button) insert(document.getElementById(button.dataset.insert).textContent);
  });

  const ask = async () => {
    const number = ++asked;
    try {
      const answer = await fetch(form.dataset.check, { method: 'POST', body: new FormData(form) });
      if (!answer.ok || number !== asked) return;
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      const found = page.getElementById('checks-found');
      if (!found) return;
      document.getElementById('checks-found').replaceWith(found);
      offer(found);
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
