/* Shows beside a form what its fields would bring about, whenever one changes. Without this file sending it says so. */
for (const form of document.querySelectorAll('form[data-preview]')) {
  const into = document.getElementById(form.dataset.previewInto);
  let asked = 0;
  form.addEventListener('change', async () => {
    const turn = (asked += 1);
    const fields = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (name !== 'csrf_token') fields.append(name, value);
    try {
      const answer = await fetch(`${form.dataset.preview}?${fields}`);
      const shown = await answer.text();
      if (answer.ok && !answer.redirected && turn === asked) into.innerHTML = shown; // not the page of the sign-in
    } catch {
      /* what is shown stays: the next change asks again */
    }
  });
}
