/* Saves each answer as it is chosen and says so only when the server has it. Without this file the form does the same on Next. */
(() => {
  const form = document.querySelector('[data-attempt]');
  const save = document.querySelector('[data-save]');
  if (!form || !save) return;
  let seq = Number(form.dataset.seq);
  let sending = Promise.resolve();
  let underWay = 0;

  const payload = () => {
    const chosen = new FormData(form);
    if (form.dataset.type === 'single') return { option: chosen.get('option') };
    if (form.dataset.type === 'multiple') return { options: chosen.getAll('options') };
    const parts = {};
    for (const name of ['verdict', 'section', 'severity', 'action']) if (chosen.get(name)) parts[name] = chosen.get(name);
    return parts;
  };

  const show = (text, isRisk) => {
    save.classList.toggle('is-risk', isRisk);
    save.lastElementChild.textContent = text;
  };

  const send = async (event) => {
    try {
      const answer = await fetch(form.dataset.events, {
        method: 'POST',
        keepalive: true, // it arrives even if the page is left at once
        headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': form.elements.csrf_token.value },
        body: JSON.stringify({ epoch: Number(form.dataset.epoch), events: [event] }),
      });
      if (answer.status !== 200) throw new Error(String(answer.status));
      const { server_now: now } = await answer.json();
      show(save.dataset.saved.replace('{time}', new Date(now).toLocaleTimeString('en-GB', { timeZone: save.dataset.zone })), false);
    } catch {
      show(save.dataset.failed, true);
    }
  };

  form.addEventListener('change', () => {
    const event = { seq: seq++, position: Number(form.dataset.position), locale: document.documentElement.lang, payload: payload() };
    underWay += 1;
    sending = sending.then(() => send(event)).finally(() => { underWay -= 1; });
  });

  /* A posted form waits for what is on its way, so that the same change is not written twice. */
  form.addEventListener('submit', (event) => {
    if (!underWay) return;
    event.preventDefault();
    const button = event.submitter;
    sending.then(() => form.requestSubmit(button));
  });

  /* The digits choose: among the options in focus, else among the first that have no answer yet. */
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !/^[1-9]$/.test(event.key)) return;
    const groups = [...form.querySelectorAll('.opts')];
    const group = groups.find((one) => one.contains(document.activeElement)) || groups.find((one) => !one.querySelector(':checked')) || groups[0];
    const option = group?.querySelectorAll('input')[Number(event.key) - 1];
    if (!option) return;
    event.preventDefault();
    option.focus();
    option.click();
  });

  /* The time left follows the server's clock, from the moment the page was made. */
  const left = document.querySelector('[data-deadline]');
  const span = Date.parse(left.dataset.deadline) - Date.parse(left.dataset.now);
  setInterval(() => {
    const minutes = Math.max(0, Math.ceil((span - performance.now()) / 60000));
    left.textContent = left.dataset.left.replace('{minutes}', minutes);
  }, 5000);
})();
