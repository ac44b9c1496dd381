// Lists of rows made of one template: a row that says the same already isn't touched, so that a keystroke redraws little.
const slots = ["order", "name", "far", "why"];

export function list(place, rows, template = "row") {
  rows.forEach((row, index) => write(place.children[index] ?? place.appendChild(blank(template)), row));
  while (place.children.length > rows.length) place.lastChild.remove();
}

const blank = (template) => document.getElementById(template).content.firstElementChild.cloneNode(true);

function write(item, row) {
  const shown = item.shown ?? {};
  for (const slot of slots) {
    if (row[slot] !== shown[slot]) (item.firstElementChild.querySelector(`[data-slot="${slot}"]`)).textContent = row[slot];
  }
  if (row.href !== shown.href) item.firstElementChild.href = row.href;
  if (row.act !== shown.act || row.uid !== shown.uid) Object.assign(item.lastElementChild, { value: row.uid, ariaLabel: row.act });
  if (row.urgent !== shown.urgent) item.classList.toggle("urgent", !!row.urgent);
  item.shown = row;
}
