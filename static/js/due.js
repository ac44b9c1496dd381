// Which shops are due, in which order, and why.
import { uidAt } from "./outbox/pack.js";
import { here } from "./here.js";
import { metres } from "./search.js";
import { day, isoDay, say } from "./words.js";

const FIRST_VISITS = 20, MISSED = ["absent", "busy", "shut_today"];

// Promises that are due, aftercare, then who was not met, then shops in charge that nobody has visited; each nearest first.
// Whoever was `visited` today is due no more, and who is looked after stands there alone.
export function inOrder(plan, cared, visited) {
  const today = isoDay(Date.now()), looked = new Set(cared.map((one) => one.uid));
  const due = plan.due.filter((one) => one.due <= today && !visited.has(one.uid) && !looked.has(one.uid));
  const missed = (one) => MISSED.includes(one.outcome);
  return [...nearest("due", due.filter((one) => !missed(one))), ...nearest("aftercare", cared), ...nearest("again", due.filter(missed)),
    ...nearest("first", neverVisited(plan, visited))];
}

function nearest(kind, shops) {
  const place = here();
  return shops.map((one) => ({ uid: one.uid, due: one.due, kind, metres: metres(place, one) }))
    .sort((a, b) => (a.metres !== b.metres ? a.metres - b.metres : a.due < b.due ? -1 : a.due > b.due ? 1 : 0));
}

// The nearest of them; as long as no place is known, the first.
function neverVisited({ fresh, lat, lon }, visited) {
  const place = here(), found = [];
  let order = [...lat.keys()];
  if (place) {
    const away = order.map((index) => metres(place, { lat: lat[index], lon: lon[index] }));
    order.sort((a, b) => away[a] - away[b] || 0);
  }
  for (const index of order) {
    const uid = uidAt(fresh, index);
    if (!visited.has(uid)) found.push({ uid, lat: lat[index], lon: lon[index] });
    if (found.length === FIRST_VISITS) break;
  }
  return found;
}

// What the office asks to be looked after, by shop, without what was answered by a visit that it may not know yet.
export function byShop(aftercare = [], records) {
  const answered = new Set(records.flatMap(({ form }) => (form?.outcome === "met" && form.aftercare) || []));
  const found = new Map();
  for (const one of aftercare.filter(({ uid }) => !answered.has(uid))) found.set(one.shop, [...(found.get(one.shop) ?? []), one]);
  return found;
}

export function why(shop, kind, tasks) {
  const promise = shop.due && shop.due <= isoDay(Date.now()) ? promised(shop) : [];
  const parts = { first: () => [say("never"), shop.industry], again: () => [say("again"), missed(shop)],
    aftercare: () => [...tasks.map((one) => one.why), ...promise], due: () => promise };
  return parts[kind]().filter(Boolean).join(" · ");
}

const missed = (shop) => `${say("last", { day: day(shop.last_at) })} ${say(`outcome_${shop.outcome}`)}${shop.absent > 1 ? ` · ${say("absent_n", { n: shop.absent })}` : ""}`;

const promised = (shop) => [say(shop.due < isoDay(Date.now()) ? "overdue" : "due", { day: day(shop.due) }),
  shop.promised.map(([name, code]) => `${name} → ${say(`disposition_${code}`)}`).join(" · ") || shop.said];
