// The queue by keys: move, open, give the next command, choose. Without this module every row still works by links and forms.
const rows = [...document.querySelectorAll("#queue tbody tr")];
const search = document.getElementById("q"), keys = document.getElementById("keys"), said = document.getElementById("said");
const chosen = document.getElementById("chosen"), boxes = [...document.querySelectorAll("#queue input[type=checkbox]")];
const COMMANDS = { t: "triage", m: "open_matching", o: "offer" };

const here = () => rows.indexOf(document.activeElement?.closest("#queue tbody tr"));

function go(row) {
  row?.querySelector("a.main").focus();
  row?.scrollIntoView({ block: "nearest" });
}

function move(step) {
  go(rows[here() < 0 ? 0 : Math.min(Math.max(here() + step, 0), rows.length - 1)]);
}

// The row's own button where it gives this command, else the case with its form open.
function give(command) {
  const row = rows[here()];
  if (!row) return;
  said.textContent = row.dataset.can.split(" ").includes(command) ? "" : said.dataset.cannot;
  if (said.textContent) return;
  const button = row.querySelector(`[data-next="${command}"]`);
  if (button) button.click();
  else location.assign(`${row.querySelector("a.main").href}?do=${command}#do`);
}

function choose() {
  rows[here()]?.querySelector("input[type=checkbox]")?.click();
}

function count() {
  const number = boxes.filter((box) => box.checked).length;
  if (chosen) chosen.textContent = chosen.dataset.word.replace("{n}", number);
  for (const button of document.querySelectorAll("#bulk button")) button.disabled = !number;
}

const typing = (target) => target.closest("textarea, select, dialog, input:not([type=checkbox])");
const ACTIONS = {
  ArrowDown: () => move(1), j: () => move(1), ArrowUp: () => move(-1), k: () => move(-1), x: choose,
  "/": () => search.focus(), "?": () => keys.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
  const action = ACTIONS[event.key] ?? (COMMANDS[event.key] && (() => give(COMMANDS[event.key])));
  if (!action) return;
  event.preventDefault();
  action();
});
for (const box of boxes) box.addEventListener("change", count);
if (chosen) count();
addEventListener("pageshow", () => chosen && count());
document.documentElement.dataset.keys = "ready";
