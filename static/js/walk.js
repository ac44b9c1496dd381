// The day's walk: its order is planned once from where one stands and again when asked; skipped shops stand at the end.
// It is kept on this phone alone, for one day and one person.
import { ask, author, transact } from "./outbox/store.js";
import { some, uidAt } from "./outbox/pack.js";
import { FIRST_VISITS, walkOf } from "./due.js";
import { isPlaced, order, placeFor } from "./route.js";
import { here, metres } from "./search.js";

const PATIENCE = 2000;  // ms to wait for a place before a way is planned without one
const NEAR = 300;  // metres: streets are longer than they are worth walking for a first visit
const BOX = 0.004;  // degrees, wider than NEAR both ways
const CANDIDATES = 100;
const STREET = /(?:^|\s)(\S+[로길])(?=[\s,]|$)/;
const began = Date.now();
const find = (id) => document.getElementById(id);
let asked = "";

export function start(paint) {
  setTimeout(paint, PATIENCE);
  const after = (change) => keep(change).then(paint);
  find("due-rows").addEventListener("click", ({ target }) => target.value && askWhy(target));
  find("skip").addEventListener("close", () => {
    const why = find("skip").returnValue;
    if (why) after((walk) => ({ ...walk, skips: { ...walk.skips, [asked]: { why, at: Date.now() } } }));
  });
  find("skipped-rows").addEventListener("click", ({ target: { value } }) => {
    if (!value) return;
    after(({ skips: { [value]: _gone, ...skips }, ...walk }) => ({ ...walk, skips }));
    find("again").focus();
  });
  find("again").addEventListener("click", () => after((walk) => ({ ...walk, order: [], placed: false })));
}

function askWhy(button) {
  asked = button.value;
  find("skip-shop").textContent = button.closest("li").querySelector(".name").textContent;
  find("skip").returnValue = "";
  find("skip").showModal();
}

async function keep(change) {
  const me = await author();
  await transact("readwrite", ["meta"], async (store) => {
    store("meta").put(change(walkOf(await ask(store("meta").get("walk")), me)), "walk");
  });
}

// Gives whether the order has changed: planned where there is none or none from a place, longer by those who came to be due.
export async function settle(seen) {
  const { walk, shown } = seen, from = here(), known = new Set(walk.order), added = shown.filter(({ uid }) => !known.has(uid));
  const anew = !walk.order.length || (from && !walk.placed);
  if (!shown.length || (!anew && !added.length) || (!from && Date.now() < began + PATIENCE)) return false;
  const planned = anew ? order(await chosen(seen, from), from).map(({ uid }) => uid)
    : joined(walk.order, shown.filter(({ uid }) => known.has(uid)), added, from);
  await keep((kept) => ({ ...kept, order: planned, placed: anew ? !!from : kept.placed }));
  return true;
}

// Each new stop goes where it costs least way; the others keep their order.
function joined(before, route, added, from) {
  const uids = [...before];
  for (const stop of added) {
    const at = placeFor(stop, route, from);
    uids.splice(uids.indexOf(route[at - 1]?.uid) + 1, 0, stop.uid);
    route.splice(at, 0, stop);
  }
  return uids;
}

// What is due, and as many first visits as were shown: those of the streets where one goes anyway come before the nearest others.
async function chosen({ kept, planned, shops, shown, visited, walk }, from) {
  const isFirst = (one) => one.kind === "first", first = shown.filter(isFirst), rest = shown.filter((one) => !isFirst(one));
  if (!first.length) return rest;
  const left = new Set([...visited, ...Object.keys(walk.skips), ...planned.filter((one) => !isFirst(one)).map(({ uid }) => uid)]);
  const nearby = near(kept, [from, ...rest].filter(isPlaced), left);
  const found = await transact("readonly", ["shops"], (store) => some(store, nearby.map(({ uid }) => uid)));
  const closest = from && shown.filter(isPlaced).sort((a, b) => metres(from, a) - metres(from, b))[0];
  const streets = new Set([...rest, closest].map((one) => street(shops.get(one?.uid))).filter(Boolean));
  const there = nearby.filter(({ uid }) => streets.has(street(found.get(uid)))).slice(0, FIRST_VISITS), taken = new Set(there.map(({ uid }) => uid));
  return [...rest, ...[...there, ...first.filter(({ uid }) => !taken.has(uid))].slice(0, first.length)];
}

const street = (shop) => shop?.address.match(STREET)?.[1];

// Shops in charge that nobody has visited near any of these places, the nearest first, without those that are left out.
function near({ fresh, lat, lon }, places, left) {
  const found = [];
  for (const index of lat.keys()) {
    const one = { lat: lat[index], lon: lon[index], away: Infinity };
    for (const place of places) {
      if (Math.abs(place.lat - one.lat) < BOX && Math.abs(place.lon - one.lon) < BOX) one.away = Math.min(one.away, metres(place, one));
    }
    if (one.away > NEAR) continue;
    one.uid = uidAt(fresh, index);
    if (!left.has(one.uid)) found.push(one);
  }
  return found.sort((a, b) => a.away - b.away).slice(0, CANDIDATES);
}
