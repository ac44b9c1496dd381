// A button that copies the text it names. It shows once it can: without a script or a clipboard the text is there to be read.
for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).textContent.trim());
    button.textContent = `✓ ${button.dataset.copied}`;
  });
  button.hidden = !navigator.clipboard;
}
