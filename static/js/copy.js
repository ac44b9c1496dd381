// A button that copies the text it names. Where the browser lets nothing be copied it goes, and the text stays to be read.
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).textContent.trim());
    button.textContent = `✓ ${button.dataset.copied}`;
  });
}
