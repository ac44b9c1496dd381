// 새 점포: a shop that is in no list yet. It is kept here at once, and the visits there carry it to the office.
import "./phone.js";
import { author, changed, closed, read, transact, uuid7 } from "./outbox/store.js";
import { shops as all } from "./outbox/pack.js";
import { list } from "./rows.js";
import { here, metres, ready, search, watch } from "./search.js";
import { far, say } from "./words.js";

const find = (id) => document.getElementById(id);
const DOOR = 30, ALIKE = 5;  // metres within which a shop may be the one; how many are shown
const form = find("new-shop");
let shops = [], zones = [];

async function start() {
  [shops, zones] = [(await all()).filter((shop) => shop.status === "open"), (await read("meta", "pack"))?.rest?.zones ?? []];
  find("industries").replaceChildren(...[...new Set(shops.map((shop) => shop.industry))].filter(Boolean).map((name) => new Option(name)));
  find("shop-zone").replaceChildren(...zones.map((zone) => new Option(zone.name, zone.uid)));
  find("zone-field").hidden = zones.length < 2;
  find("notice").textContent = say("first_time");
  find("notice").hidden = zones.length > 0;
  await ready();
  paint();
}

// Those that sound like it, by number too, and whoever is at this door.
function alike() {
  const name = form.elements.name.value.trim(), digits = form.elements.phone.value.replace(/\D+/g, "");
  const named = name.length > 1 ? search(shops, name, here(), ALIKE).rows : [], numbered = digits.length > 7 ? search(shops, digits.slice(-8), here(), ALIKE).rows : [];
  const near = here() && here().accuracy <= DOOR ? search(shops, "", here(), ALIKE).rows.filter(([distance]) => distance <= DOOR) : [];
  return [...new Map([...numbered, ...named, ...near].map((row) => [row[1].uid, row])).values()].slice(0, ALIKE);
}

function paint() {
  const rows = alike();
  find("alike").hidden = !rows.length;
  list(find("alike-rows"), rows.map(([distance, shop]) => ({ name: shop.name, far: distance < Infinity ? far(distance) : "",
    why: [shop.industry, shop.address].filter(Boolean).join(" · "), href: `/visits/new?shop=${shop.uid}` })));
  find("shop-place").textContent = here() ? say("place_found", { m: Math.round(here().accuracy) }) : say("place_unknown");
  const nearest = shops.length && here() && zones.length > 1 ? search(shops, "", here(), 1).rows[0]?.[1] : null;
  if (nearest && !find("shop-zone").dataset.chosen) find("shop-zone").value = nearest.zone;
}

async function register(event) {
  event.preventDefault();
  const { zone, ...said } = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, value.trim()])), place = here();
  find("shop-name-error").hidden = !!said.name;
  form.elements.name.toggleAttribute("aria-invalid", !said.name);
  if (!said.name) return form.elements.name.focus();
  const uid = uuid7(), known = { ...said, zone: zone || zones[0]?.uid || "", lat: place?.lat ?? null, lon: place?.lon ?? null };
  const made = Object.fromEntries(Object.entries(known).filter(([, value]) => value !== "" && value !== null).map(([name, value]) => [`shop.${name}`, `${value}`]));
  const { phone, ...shown } = known, address = [said.address, said.floor && /^-?\d+$/.test(said.floor) ? `${said.floor}층` : said.floor].filter(Boolean).join(" ");
  const row = await closed("shops", { uid, ...shown, address, status: "open", mine: await author(), contact: false, isNew: true, made });
  await transact("readwrite", ["shops", "meta"], (store) => {
    store("shops").put(row);
    store("meta").put(uuid7(), "mark");
  });
  changed();
  location.assign(`/visits/new?shop=${uid}`);
}

for (const name of ["name", "phone"]) form.elements[name].addEventListener("input", paint);
find("shop-zone").addEventListener("change", ({ target }) => { target.dataset.chosen = "1"; });
form.addEventListener("submit", register);
watch(paint);
start();
