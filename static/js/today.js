// 오늘: returned work first, then what is due, from what the phone holds.
import { all, author, onChange, read } from "./outbox/store.js";
import { entry, forget, plan, some } from "./outbox/pack.js";
import { byShop, inOrder, why } from "./due.js";
import { watch } from "./here.js";
import { list } from "./rows.js";
import { day, far, say, weekday } from "./words.js";

const find = (id) => document.getElementById(id);
const MOST_ROWS = 60;
let painting = Promise.resolve();

const wished = () => new Set([...document.querySelectorAll("#kinds input:checked")].map((input) => input.value));

find("kinds").addEventListener("change", paint);
find("cases").addEventListener("toggle", paint);
document.querySelector('form[action="/logout"]').addEventListener("submit", leave);
document.querySelector('form[action="/language"]').addEventListener("submit", speak);
onChange(paint);
watch(paint);
paint();
painting.finally(() => import("./phone.js"));  // the line at the top and the sender come after the rows

function paint() {
  painting = painting.then(draw, draw);
}

async function draw() {
  const [pack, open, records, written, me] = await Promise.all([read("meta", "pack"), plan(), all("records"), all("drafts"), author()]);
  const rest = pack?.rest ?? {}, drafts = written.filter((draft) => draft.author === me);
  find("where").textContent = [(rest.zones ?? []).map((zone) => zone.name).join(", "), weekday(Date.now())].filter(Boolean).join(" · ");
  await drawFixes(rest, records, drafts);
  await drawDue(open, rest, records);
  await drawCases(rest.cases ?? []);
  if (!pack) find("empty").textContent = say("first_time");
}

async function drawFixes({ returned = [], drafts: waiting = [] }, records, drafts) {
  const answered = new Set([...records.map((record) => record.replaces), ...drafts.map((draft) => draft.form.replaces)]);
  const [again, unagreed] = [returned, waiting].map((part) => part.filter((one) => !answered.has(one.visit)));
  const shops = await some([...again, ...unagreed, ...drafts].map((one) => one.shop));
  const name = (one) => shops.get(one.shop)?.name ?? one.shopName ?? "", href = (one) => `/visits/new?fix=${one.visit}`;
  const rows = [
    ...again.map((one) => ({ name: name(one), why: `${say("returned")}: "${one.why}"`, far: say("fix"), href: href(one), urgent: true })),
    ...unagreed.map((one) => ({ name: name(one), why: say("why_draft", { number: one.why }), far: say("fix"), href: href(one) })),
    ...drafts.map((draft) => ({ name: name(draft), why: say("draft"), far: say("continue"), href: `/visits/new?draft=${draft.id}` }))];
  find("fix").hidden = !rows.length;
  list(find("fix-rows"), rows);
}

async function drawDue(open, rest, records) {
  const today = new Date().toDateString();
  const visited = new Set(records.filter((record) => new Date(record.savedAt).toDateString() === today).map((record) => record.shop));
  const tasks = byShop(rest.aftercare, records), looked = await some([...tasks.keys()].filter((uid) => !visited.has(uid)));
  const planned = inOrder(open.filter(([uid]) => !visited.has(uid) && !tasks.has(uid)), [...looked.values()].map(entry));
  const shown = planned.filter((one) => wished().has(one.kind)).slice(0, MOST_ROWS), shops = await some(shown.map((one) => one.uid));
  for (const place of document.querySelectorAll("[data-count]")) place.textContent = planned.filter((one) => one.kind === place.dataset.count).length;
  list(find("due-rows"), shown.filter((one) => shops.has(one.uid)).map(({ uid, kind, metres }) => ({ name: shops.get(uid).name,
    far: metres < Infinity ? far(metres) : "", why: why(shops.get(uid), kind, tasks.get(uid)), href: `/visits/new?shop=${uid}` })));
  find("empty").hidden = shown.length > 0;
  find("empty").textContent = say("none_due");
}

// Folded, until someone wants to know: then their shops are looked up.
async function drawCases(cases) {
  find("cases").hidden = !cases.length;
  find("case-count").textContent = cases.length;
  if (!find("cases").open) return;
  const shops = await some(cases.map((one) => one.shop));
  list(find("case-rows"), cases.map((one) => ({ name: shops.get(one.shop)?.name ?? "", far: one.state, why: `${one.number} · ${day(one.since)}` })));
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
  await forget();
  location.assign("/login");
}

// The shells that are kept speak the other language, so they go; the next shell's keeper fills them anew.
async function speak(event) {
  if (!await asked(event)) return;
  await Promise.all((await caches.keys()).map((name) => caches.delete(name)));
  await (await navigator.serviceWorker?.getRegistration())?.update().catch(() => null);
  location.reload();
}
