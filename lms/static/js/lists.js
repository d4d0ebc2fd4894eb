/* Copies the rows of a list as tab-separated text. Without this file the link opens them as text. */
document.addEventListener('click', async (event) => {
  const link = event.target.closest('a[data-copy]');
  if (!link || !navigator.clipboard?.write || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const said = link.previousElementSibling;
  const rows = async () => {
    const answer = await fetch(link.href);
    if (!answer.ok || !answer.headers.get('content-type')?.startsWith('text/plain')) throw new Error(answer.status);
    return new Blob([await answer.text()], { type: 'text/plain' });
  };
  said.textContent = '';
  try {
    // the text comes as a promise: some browsers allow copying only within the click itself
    await navigator.clipboard.write([new ClipboardItem({ 'text/plain': rows() })]);
    said.textContent = link.dataset.copied;
  } catch {
    said.textContent = link.dataset.failed;
  }
});
