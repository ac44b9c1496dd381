// How things look on the desk's map: each by word, shape and colour, so that it is read without colours too.
const L = self.L;
const words = JSON.parse(document.getElementById("map-words").textContent);
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const AGES = ["fresh", "aging", "old", "never", "gone"];
const WALKS = ["violet", "orange", "teal", "blue"];

// A word of the page, with its blanks filled.
export function say(name, blanks = {}, list = "say") {
  return Object.entries(blanks).reduce((text, [key, value]) => text.replace(`{${key}}`, value), words[list][name] ?? name);
}

// Leaflet would read a string as HTML; names stay what they are.
const plain = (text) => Object.assign(document.createElement("span"), { textContent: text });

function icon(name, text, size, left = size / 2, top = size / 2) {
  const box = document.createElement("span");
  box.className = `mark ${name}`;
  box.textContent = text;
  return L.divIcon({ html: box, className: "mark-box", iconSize: [size, size], iconAnchor: [left, top] });
}

// A mark is a button to the keyboard, so it has a name.
function mark(at, shape, name) {
  return L.marker(at, { icon: shape, title: "" }).on("add", ({ target }) => target.getElement().setAttribute("aria-label", name));
}

// A shop, a visit, or some that lie together, with how many they are; a square where a shop is among them.
export function dot(here) {
  const [kind, pin] = here[0], names = [...new Set(here.map(([, one]) => one[2]))].join(", ");
  const shape = kind === "shop" ? `shop ${pin[4]}` : `visit ${pin[4] === "met" ? "met" : "not-met"}`;
  return mark([pin[0], pin[1]], icon(shape, here.length > 1 ? here.length : "", 28), here.length > 1 ? names : `${names}: ${say(pin[4], {}, kind === "shop" ? "ages" : "outcomes")}`);
}

// Many: how many, and in words of what kind.
export function cellMark(at, what, counts) {
  const all = counts.reduce((sum, count) => sum + count, 0), size = 31;
  const title = what === "visits" ? say("visits", { n: all.toLocaleString(), m: counts[0].toLocaleString() })
    : [say("shops", { n: all.toLocaleString() }), ...AGES.map((age, place) => counts[place] ? `${say(age, {}, "ages")} ${counts[place].toLocaleString()}` : "").filter(Boolean)].join(" · ");
  const name = what === "visits" ? "cell of-visits" : `cell of-shops ${AGES[counts.indexOf(Math.max(...counts))]}`;
  return mark(at, icon(name, all < 10000 ? all : `${Math.round(all / 1000)}k`, size, what === "visits" ? 0 : size), title).bindTooltip(plain(`${title}. ${say("closer")}`));
}

// What is open in a cell: the more, the darker; the number stands in its corner.
export function heatMark([lat, lon], level, open, share, title) {
  const wide = 180 / 2 ** (level + 2), high = wide * 0.8;
  const cell = L.rectangle([[lat - high, lon - wide], [lat + high, lon + wide]], { stroke: false, fillColor: colour("danger-60"), fillOpacity: 0.12 + 0.5 * share });
  const number = L.marker([lat + high, lon - wide], { icon: icon("heat", open, 24, 0, 0), interactive: false, keyboard: false });
  return [cell.bindTooltip(plain(title), { sticky: true }), number];
}

export function areaOf(feature) {
  const { dong, zone, area, kind } = feature.properties;
  const style = area ? { color: colour("ink-soft"), weight: 1.5, dashArray: "6 4", fillOpacity: 0.04 } : { color: colour(feature.properties.colour), weight: 2, fillOpacity: 0.05 };
  return L.geoJSON(feature, { style }).bindTooltip(plain(area ? `${area} · ${kind}` : `${zone} · ${dong}`), { sticky: true });
}

// A walk: its line, and at each stop the number in its order. A stop is nothing to press: the list beside the map holds the same, in words.
export function line({ manager, stops }, number) {
  const name = WALKS[number % WALKS.length], points = stops.map(([lat, lon]) => [lat, lon]);
  const path = L.polyline(points, { color: colour(name), weight: 3, dashArray: number < WALKS.length ? null : "8 6" }).bindTooltip(plain(manager), { sticky: true });
  return [path, ...stops.map(([lat, lon, at, outcome], place) => {
    const title = `${place + 1}. ${manager} · ${at} ${say(outcome, {}, "outcomes")}`;
    return L.marker([lat, lon], { icon: icon(`walk ${name}`, place + 1, 22), keyboard: false }).bindTooltip(plain(title));
  })];
}

// What lies together: shops from the lowest floor up, then visits.
export function listOf(here, more) {
  const of = (kind) => here.filter(([one]) => one === kind).map(([, pin]) => pin);
  const shops = of("shop").sort((a, b) => height(a[6]) - height(b[6]) || a[2].localeCompare(b[2]));
  const box = label([
    ...shops.map(([, , title, uid, age, outcome, floor]) => [title, `/shops/${uid}`, [storey(floor), say(age, {}, "ages"), outcome && `${say("last")} ${say(outcome, {}, "outcomes")}`]]),
    ...of("visit").map(([, , title, uid, outcome, at]) => [title, `/visits/${uid}`, [say(outcome, {}, "outcomes"), at]])]);
  if (more) box.append(Object.assign(document.createElement("p"), { textContent: say("more", { n: more }) }));
  return box;
}

function storey(floor) {
  return /^-?\d+$/.test(floor) ? say("floor", { n: floor }) : floor;
}

function height(floor) {
  const found = /^(지하|B)?\s*(-?\d+)/i.exec(floor ?? "");
  return found ? Number(found[2]) * (found[1] ? -1 : 1) : 0;
}

function label(rows) {
  const box = document.createElement("div");
  box.className = "floors";
  box.setAttribute("hx-ignore", "");
  for (const [title, href, about] of rows) {
    const one = document.createElement("p"), link = Object.assign(document.createElement("a"), { href, textContent: title });
    one.append(link, document.createElement("br"), Object.assign(document.createElement("small"), { textContent: about.filter(Boolean).join(" · ") }));
    box.append(one);
  }
  return box;
}
