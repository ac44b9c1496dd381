// Which shops are due, in which order, and why.
import { here } from "./here.js";
import { metres } from "./search.js";
import { day, isoDay, say } from "./words.js";

const FIRST_VISITS = 20, DUE = 3, OUTCOME = 4, MISSED = ["absent", "busy", "shut_today"];

// Promises that are due, aftercare, then who was not met, then shops in charge that nobody has visited; each nearest first.
export function inOrder(plan, tasks) {
  const today = isoDay(Date.now()), due = plan.filter((one) => one[DUE] && one[DUE] <= today);
  const missed = (one) => MISSED.includes(one[OUTCOME]), fresh = plan.filter((one) => !one[OUTCOME]);
  return [...nearest("due", due.filter((one) => !missed(one))), ...nearest("aftercare", tasks), ...nearest("again", due.filter(missed)),
    ...nearest("first", here() ? fresh : fresh.slice(0, FIRST_VISITS)).slice(0, FIRST_VISITS)];
}

function nearest(kind, plan) {
  const place = here();
  return plan.map(([uid, lat, lon, due]) => ({ uid, due, kind, metres: place ? metres(place, { lat, lon }) : Infinity }))
    .sort((a, b) => (a.metres !== b.metres ? a.metres - b.metres : a.due < b.due ? -1 : a.due > b.due ? 1 : 0));
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
