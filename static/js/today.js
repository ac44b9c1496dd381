// 오늘: returned work first, then what is due, from what the phone holds.
import "./phone.js";
import { all, author, onChange, read, transact } from "./outbox/store.js";
import { here, watch } from "./here.js";
import { metres } from "./search.js";
import { day, far, fill, say } from "./words.js";

const find = (id) => document.getElementById(id);
const FIRST_VISITS = 20, MOST_ROWS = 60;
let painting = Promise.resolve();

const wished = () => new Set([...document.querySelectorAll("#kinds input:checked")].map((input) => input.value));

find("kinds").addEventListener("change", paint);
document.querySelector('form[action="/logout"]').addEventListener("submit", leave);
document.querySelector('form[action="/language"]').addEventListener("submit", speak);
onChange(paint);
watch(paint);
paint();

function paint() {
  painting = painting.then(draw, draw);
}

async function draw() {
  const [pack, shops, records, me] = [await read("meta", "pack"), await all("shops"), await all("records"), await author()];
  const drafts = (await all("drafts")).filter((draft) => draft.author === me);
  find("where").textContent = [(pack?.rest?.zones ?? []).map((zone) => zone.name).join(", "),
    new Date().toLocaleDateString(document.documentElement.lang === "en" ? "en-GB" : "ko-KR", { month: "long", day: "numeric", weekday: "short" })].filter(Boolean).join(" · ");
  const names = new Map(shops.map((shop) => [shop.uid, shop.name]));
  const answered = new Set([...records.map((record) => record.replaces), ...drafts.map((draft) => draft.form.replaces)]);
  const rows = [...fixes(pack?.rest, names).filter((one) => !answered.has(one.visit)), ...drafts.map((draft) => ({
    name: names.get(draft.shop) ?? draft.shopName ?? "", why: say("draft"), far: say("continue"), href: `/visits/new?draft=${draft.id}` }))];
  find("fix").hidden = !rows.length;
  find("fix-rows").replaceChildren(...rows.map(row));
  const today = new Date().toDateString();
  const visited = new Set(records.filter((record) => new Date(record.savedAt).toDateString() === today).map((record) => record.shop));
  const plan = planned(shops.filter((shop) => !visited.has(shop.uid)), pack?.rest?.person?.uid);
  for (const kind of ["due", "again", "first"]) document.querySelector(`[data-count="${kind}"]`).textContent = plan.filter((one) => one.kind === kind).length;
  const shown = plan.filter((one) => wished().has(one.kind)).slice(0, MOST_ROWS);
  find("due-rows").replaceChildren(...shown.map((one) => row({ name: one.shop.name, far: one.metres < Infinity ? far(one.metres) : "",
    why: why(one), href: `/visits/new?shop=${one.shop.uid}` })));
  find("empty").hidden = shown.length > 0;
  find("empty").textContent = pack ? say("none_due") : say("first_time");
}

const fixes = (rest, names) => [
  ...(rest?.returned ?? []).map((one) => ({ visit: one.visit, name: names.get(one.shop) ?? "", why: `${say("returned")}: "${one.why}"`, far: say("fix"), href: `/visits/new?fix=${one.visit}`, urgent: true })),
  ...(rest?.drafts ?? []).map((one) => ({ visit: one.visit, name: names.get(one.shop) ?? "", why: say("why_draft", { number: one.why }), far: say("fix"), href: `/visits/new?fix=${one.visit}` }))];

// Promises that are due, then who was not met, then shops in charge that nobody has visited; each nearest first.
function planned(shops, me) {
  const place = here(), today = new Date().toLocaleDateString("sv-SE");
  const open = shops.filter((shop) => shop.status === "open").map((shop) => ({ shop, metres: place ? metres(place, shop) : Infinity }));
  const near = (a, b) => (a.metres === b.metres ? (a.shop.due ?? "").localeCompare(b.shop.due ?? "") : a.metres - b.metres);
  const due = open.filter(({ shop }) => shop.due && shop.due <= today);
  const missed = ({ shop }) => ["absent", "busy", "shut_today"].includes(shop.outcome);
  return [
    ...due.filter((one) => !missed(one)).sort(near).map((one) => ({ ...one, kind: "due" })),
    ...due.filter(missed).sort(near).map((one) => ({ ...one, kind: "again" })),
    ...open.filter(({ shop }) => !shop.last_at && shop.mine === me).sort(near).slice(0, FIRST_VISITS).map((one) => ({ ...one, kind: "first" })),
  ];
}

function why({ shop, kind }) {
  if (kind === "first") return [say("never"), shop.industry].filter(Boolean).join(" · ");
  if (kind === "again") return `${say("again")} · ${say("last", { day: day(shop.last_at) })} ${say(`outcome_${shop.outcome}`)}${shop.absent > 1 ? ` · ${say("absent_n", { n: shop.absent })}` : ""}`;
  const late = shop.due < new Date().toLocaleDateString("sv-SE");
  return [say(late ? "overdue" : "due", { day: day(shop.due) }), shop.promised.map(([name, code]) => `${name} → ${say(`disposition_${code}`)}`).join(" · ") || shop.said].filter(Boolean).join(" · ");
}

export function row({ name, far: away, why: reason, href, urgent }) {
  const item = fill("row", { name, far: away, why: reason });
  item.querySelector("a").href = href;
  if (urgent) item.classList.add("urgent");
  return item;
}

// Whether the office did what this form asks for; without a network nothing of it is done here either.
async function asked(event) {
  event.preventDefault();
  const form = event.target, body = new URLSearchParams(new FormData(form, event.submitter));
  const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => null);
  find("notice").hidden = !!answer;
  find("notice").textContent = say("needs_network");
  return !!answer;
}

// Logging out takes the zones' list and the last lines from the phone; what is unsent stays until its author is back.
async function leave(event) {
  if (!await asked(event)) return;
  await transact("readwrite", ["shops", "meta"], (store) => { store("shops").clear(); store("meta").delete("pack"); });
  location.assign("/login");
}

// The shells that are kept speak the other language, so they go; the next shell's keeper fills them anew.
async function speak(event) {
  if (!await asked(event)) return;
  await Promise.all((await caches.keys()).map((name) => caches.delete(name)));
  await (await navigator.serviceWorker?.getRegistration())?.update().catch(() => null);
  location.reload();
}
