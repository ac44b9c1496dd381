// Which shops are due, in which order, and why.
import { uidAt } from "./outbox/pack.js";
import { here, metres } from "./search.js";
import { day, isoDay, say } from "./words.js";

export const FIRST_VISITS = 20;
const MISSED = ["absent", "busy", "shut_today"], UID = 36;

// The walk that was planned today by this person, or one that is still to be planned.
export function walkOf(kept, author) {
  const today = isoDay(Date.now());
  return kept?.day === today && kept.author === author ? kept : { day: today, author, order: [], skips: {} };
}

// Aftercare, promises that are due, deadlines of programmes, then who was not met, then shops in charge that nobody has visited;
// each shop once, without those `visited` today and the skipped ones. What the walk knows stands in its order, the rest nearest first.
export function inOrder(plan, aftercare, told, visited, walk) {
  const today = isoDay(Date.now()), due = plan.due.filter((one) => one.due <= today), missed = (one) => MISSED.includes(one.outcome);
  const taken = new Set([...visited, ...Object.keys(walk.skips)]), found = [];
  const kinds = { aftercare, due: due.filter((one) => !missed(one)), deadline: told, again: due.filter(missed) };
  for (const [kind, shops] of Object.entries(kinds)) {
    found.push(...nearest(kind, shops.filter(({ uid }) => !taken.has(uid))));
    for (const { uid } of shops) taken.add(uid);
  }
  const rank = new Map(walk.order.map((uid, index) => [uid, index])), of = ({ uid }) => rank.get(uid) ?? rank.size;
  return [...found, ...nearest("first", neverVisited(plan, taken, walk.order))].sort((a, b) => of(a) - of(b));
}

function nearest(kind, shops) {
  const place = here();
  return shops.map(({ uid, lat, lon, due }) => ({ uid, lat, lon, due, kind, metres: metres(place, { lat, lon }) }))
    .sort((a, b) => (a.metres !== b.metres ? a.metres - b.metres : a.due < b.due ? -1 : a.due > b.due ? 1 : 0));
}

// Those of the walk, then the nearest; as long as no place is known, the first.
function neverVisited({ fresh, lat, lon }, taken, walked) {
  const shop = (index) => ({ uid: uidAt(fresh, index), lat: lat[index], lon: lon[index] });
  const chosen = walked.filter((uid) => !taken.has(uid)).map((uid) => fresh.indexOf(uid) / UID).filter((index) => index >= 0);
  const found = chosen.slice(0, FIRST_VISITS).map(shop);
  if (found.length === Math.min(FIRST_VISITS, lat.length)) return found;
  const known = new Set(found.map(({ uid }) => uid)), place = here(), order = [...lat.keys()];
  if (place) {
    const away = order.map((index) => metres(place, { lat: lat[index], lon: lon[index] }));
    order.sort((a, b) => away[a] - away[b] || 0);
  }
  for (const index of order) {
    const uid = uidAt(fresh, index);
    if (!taken.has(uid) && !known.has(uid)) found.push(shop(index));
    if (found.length === FIRST_VISITS) break;
  }
  return found;
}

// What the office asks to be looked after, by shop, without what was answered by a visit that it may not know yet.
export function byShop(aftercare = [], records) {
  const answered = new Set(records.flatMap(({ isMet, aftercare: done }) => (isMet && done) || []));
  return grouped(aftercare.filter(({ uid }) => !answered.has(uid)));
}

// Deadlines of programmes that an owner was told of, by shop: not over yet, nor spoken of in a visit that the office may not know.
export function endingByShop(deadlines = [], records) {
  const met = new Set(records.filter(({ isMet }) => isMet).map(({ shop }) => shop)), today = isoDay(Date.now());
  return grouped(deadlines.filter((one) => one.last_day >= today && !met.has(one.shop)));
}

function grouped(lines) {
  const found = new Map();
  for (const one of lines) found.set(one.shop, [...(found.get(one.shop) ?? []), one]);
  return found;
}

// Why one goes to this shop today, in words; `lines` are what the office asks for there.
export function why(shop, kind, lines) {
  const promise = shop.due && shop.due <= isoDay(Date.now()) && !MISSED.includes(shop.outcome) ? promised(shop) : [];
  const parts = { first: () => [say("never"), shop.industry], again: () => [say("again"), missed(shop)] };
  return [...lines.map((one) => one.why), ...(parts[kind]?.() ?? promise)].filter(Boolean).join(" · ");
}

const missed = (shop) => `${say("last", { day: day(shop.last_at) })} ${say(`outcome_${shop.outcome}`)}${shop.absent > 1 ? ` · ${say("absent_n", { n: shop.absent })}` : ""}`;

const promised = (shop) => [say(shop.due < isoDay(Date.now()) ? "overdue" : "due", { day: day(shop.due) }),
  shop.promised.map(([name, code]) => `${name} → ${say(`disposition_${code}`)}`).join(" · ") || shop.said];
