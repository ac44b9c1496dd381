// 오늘: returned work first, then what is due, from what the phone holds.
import { ask, author, onChange, transact } from "./outbox/store.js";
import { forget, plan, some } from "./outbox/pack.js";
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

// All of it as it was at one moment, read in one transaction.
async function draw() {
  const me = await author();
  const seen = await transact("readonly", ["meta", "shops", "records", "drafts"], async (store) => {
    const [pack, kept, records, written] = await Promise.all([
      ask(store("meta").get("pack")), plan(store), ask(store("records").getAll()), ask(store("drafts").getAll())]);
    const rest = pack?.rest ?? {}, drafts = written.filter((draft) => draft.author === me), visited = visitedToday(records);
    const tasks = byShop(rest.aftercare, records), cared = await some(store, [...tasks.keys()].filter((uid) => !visited.has(uid)));
    const planned = inOrder(kept, [...cared.values()], visited), shown = planned.filter((one) => wished().has(one.kind)).slice(0, MOST_ROWS);
    const cases = find("cases").open ? rest.cases : [];  // folded, until someone wants to know
    const shops = await some(store, [...shown.map((one) => one.uid), ...[rest.returned, rest.drafts, drafts, cases].flat().map((one) => one?.shop)]);
    return { pack, rest, records, drafts, tasks, planned, shown, shops };
  });
  find("where").textContent = [(seen.rest.zones ?? []).map((zone) => zone.name).join(", "), weekday(Date.now())].filter(Boolean).join(" · ");
  drawFixes(seen);
  drawDue(seen);
  drawCases(seen);
}

function visitedToday(records) {
  const today = new Date().toDateString();
  return new Set(records.filter((record) => new Date(record.savedAt).toDateString() === today).map((record) => record.shop));
}

function drawFixes({ rest: { returned = [], drafts: waiting = [] }, records, drafts, shops }) {
  const answered = new Set([...records.map((record) => record.replaces), ...drafts.map((draft) => draft.form.replaces)]);
  const [again, unagreed] = [returned, waiting].map((part) => part.filter((one) => !answered.has(one.visit)));
  const name = (one) => shops.get(one.shop)?.name ?? one.shopName ?? "", href = (one) => `/visits/new?fix=${one.visit}`;
  const rows = [
    ...again.map((one) => ({ name: name(one), why: `${say("returned")}: "${one.why}"`, far: say("fix"), href: href(one), urgent: true })),
    ...unagreed.map((one) => ({ name: name(one), why: say("why_draft", { number: one.why }), far: say("fix"), href: href(one) })),
    ...drafts.map((draft) => ({ name: name(draft), why: say("draft"), far: say("continue"), href: `/visits/new?draft=${draft.id}` }))];
  find("fix").hidden = !rows.length;
  list(find("fix-rows"), rows);
}

function drawDue({ pack, tasks, planned, shown, shops }) {
  for (const place of document.querySelectorAll("[data-count]")) place.textContent = planned.filter((one) => one.kind === place.dataset.count).length;
  list(find("due-rows"), shown.filter((one) => shops.has(one.uid)).map(({ uid, kind, metres }) => ({ name: shops.get(uid).name,
    far: metres < Infinity ? far(metres) : "", why: why(shops.get(uid), kind, tasks.get(uid)), href: `/visits/new?shop=${uid}` })));
  find("empty").hidden = shown.length > 0;
  find("empty").textContent = say(pack ? "none_due" : "first_time");
}

function drawCases({ rest: { cases = [] }, shops }) {
  find("cases").hidden = !cases.length;
  find("case-count").textContent = cases.length;
  if (find("cases").open) list(find("case-rows"), cases.map((one) => ({ name: shops.get(one.shop)?.name ?? "", far: one.state, why: `${one.number} · ${day(one.since)}` })));
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
