// 오늘: returned work first, then what is due in the order in which to walk there, from what the phone holds.
import { ask, author, onChange, opened, read, transact } from "./outbox/store.js";
import { plan, some } from "./outbox/pack.js";
import { byShop, endingByShop, inOrder, walkOf, why } from "./due.js";
import { list } from "./rows.js";
import { here, metres, watch } from "./search.js";
import { clock, day, far, say, weekday } from "./words.js";

const find = (id) => document.getElementById(id);
const MOST_ROWS = 60, FIRST = 3;
let painting = Promise.resolve(), walking = null;

const wished = () => new Set([...document.querySelectorAll("#kinds input:checked")].map((input) => input.value));

find("kinds").addEventListener("change", paint);
find("cases").addEventListener("toggle", paint);
document.querySelector('form[action="/logout"]').addEventListener("submit", leave);
document.querySelector('form[action="/language"]').addEventListener("submit", speak);
document.querySelector('a[href="/account"]').addEventListener("click", follow);
onChange(paint);
watch(paint);
paint();
painting.finally(() => { import("./phone.js"); startWalking(); });  // the line at the top, the sender and the planning come after the rows
onChange(guard);

function paint() {
  painting = painting.then(draw, draw);
}

async function startWalking() {
  walking = await import("./walk.js");
  walking.start(paint);
  paint();
}

// A phone that holds a zone's shops gets a PIN before it is put into the pocket.
async function guard() {
  const { kept } = await import("./outbox/vault.js"), { open: bare, office } = (await kept()) ?? {};
  if (!bare?.extractable || !office || document.getElementById("lock")) return;
  await (await import("./lock.js")).choose();
  (await import("./outbox/sender.js")).run();
}

async function draw() {
  const seen = await look(await author());
  if (await walking?.settle(seen).catch(() => false)) return paint();
  find("where").textContent = [(seen.rest.zones ?? []).map((zone) => zone.name).join(", "), weekday(Date.now())].filter(Boolean).join(" · ");
  drawFixes(seen);
  drawDue(seen);
  drawSkipped(seen);
  drawCases(seen);
}

// All of it as it was at one moment, read in one transaction; what is in boxes is opened around it.
async function look(me) {
  const pack = (await read("meta", "pack")) ?? {};
  const seen = await lookAt(me, pack);
  if (seen.pack && seen.pack.rest_hash !== pack.rest_hash) return look(me);
  await Promise.all([...seen.shops].map(async ([uid, shop]) => seen.shops.set(uid, await opened(shop))));
  return seen;
}

function lookAt(me, { rest = {} }) {
  return transact("readonly", ["meta", "shops", "records", "drafts"], async (store) => {
    const [pack, kept, walked, records, written] = await Promise.all([ask(store("meta").get("pack")), plan(store),
      ask(store("meta").get("walk")), ask(store("records").getAll()), ask(store("drafts").getAll())]);
    const walk = walkOf(walked, me), drafts = written.filter((draft) => draft.author === me);
    const visited = visitedToday(records), skipped = Object.keys(walk.skips).filter((uid) => !visited.has(uid));
    const tasks = byShop(rest.aftercare, records), ending = endingByShop(rest.deadlines, records);
    const asked = await some(store, [...tasks.keys(), ...ending.keys()]), those = (lines) => [...lines.keys()].map((uid) => asked.get(uid)).filter(Boolean);
    const planned = inOrder(kept, those(tasks), those(ending), visited, walk);
    const shown = planned.filter((one) => wished().has(one.kind)).slice(0, MOST_ROWS);
    const cases = find("cases").open ? rest.cases : [];  // folded, until someone wants to know
    const named = [rest.returned, rest.drafts, drafts, cases].flat().map((one) => one?.shop);
    const shops = await some(store, [...shown.map((one) => one.uid), ...skipped, ...named]);
    return { pack, rest, kept, walk, records, drafts, tasks, ending, visited, skipped, planned, shown, shops };
  });
}

function visitedToday(records) {
  const today = new Date().toDateString();
  return new Set(records.filter((record) => new Date(record.savedAt).toDateString() === today).map((record) => record.shop));
}

function drawFixes({ rest: { returned = [], drafts: waiting = [] }, records, drafts, shops }) {
  const answered = new Set([...records.map((record) => record.replaces), ...drafts.map((draft) => draft.replaces)]);
  const [again, unagreed] = [returned, waiting].map((part) => part.filter((one) => !answered.has(one.visit)));
  const name = (one) => shops.get(one.shop)?.name ?? one.shopName ?? "", href = (one) => `/visits/new?fix=${one.visit}`;
  const rows = [
    ...again.map((one) => ({ name: name(one), why: `${say("returned")}: "${one.why}"`, far: say("fix"), href: href(one), urgent: true })),
    ...drafts.map((draft) => ({ name: name(draft), why: say("draft"), far: say("continue"), href: `/visits/new?draft=${draft.id}` })),
    ...unagreed.map((one) => ({ name: name(one), why: say("why_draft", { number: one.why }), far: say("fix"), href: href(one) }))];
  const first = Math.max(again.length, FIRST), rest = rows.slice(first);  // what was sent back is never folded away
  find("fix").hidden = !rows.length;
  find("fix-rest").hidden = !rest.length;
  find("fix-rest-count").textContent = rest.length;
  list(find("fix-rows"), rows.slice(0, first));
  list(find("fix-rest-rows"), rest);
}

function drawDue({ pack, rest, planned, shown, shops, ...seen }) {
  for (const place of document.querySelectorAll("[data-count]")) place.textContent = planned.filter((one) => one.kind === place.dataset.count).length;
  const stops = shown.filter((one) => shops.has(one.uid)), steps = stepsOf(stops), known = steps.filter((step) => step < Infinity);
  list(find("due-rows"), stops.map((one, index) => stop(one, shops.get(one.uid), { ...seen, order: index + 1, step: steps[index] })), "stop");
  find("walk").hidden = !stops.length;
  find("walk-sum").textContent = say("walk", { n: stops.length, far: known.length ? far(known.reduce((a, b) => a + b)) : "?" });
  find("empty").hidden = shown.length > 0;
  find("empty").textContent = say(!pack ? "first_time" : rest.zones?.length ? "none_due" : "no_shops");
}

// Metres to each stop from the one before it, to the first one from here.
function stepsOf(stops) {
  let before = here();
  return stops.map((one) => {
    const step = metres(before, one);
    if (Number.isFinite(one.lat)) before = one;
    return step;
  });
}

const stop = ({ uid, kind }, shop, { tasks, ending, order, step }) => ({ uid, order, name: shop.name, far: step < Infinity ? far(step) : "",
  why: why(shop, kind, [tasks, ending].flatMap((lines) => lines.get(uid) ?? [])), href: `/visits/new?shop=${uid}`, act: say("skip", { name: shop.name }) });

function drawSkipped({ skipped, shops, walk }) {
  const rows = skipped.filter((uid) => shops.has(uid)).map((uid) => ({ uid, name: shops.get(uid).name, far: "", href: `/visits/new?shop=${uid}`,
    why: `${say(`skip_${walk.skips[uid].why}`)} · ${clock(walk.skips[uid].at)}`, act: say("take_back", { name: shops.get(uid).name }) }));
  find("skipped").hidden = !rows.length;
  list(find("skipped-rows"), rows, "skipped-row");
}

function drawCases({ rest: { cases = [] }, shops }) {
  find("cases").hidden = !cases.length;
  find("case-count").textContent = cases.length;
  if (find("cases").open) list(find("case-rows"), cases.map((one) => ({ name: shops.get(one.shop)?.name ?? "", far: one.state, why: `${one.number} · ${day(one.since)}` })));
}

// Whether the office did what this form asks for; without a network nothing of it is done here either.
async function asked(event) {
  event.preventDefault();
  const { target: form, submitter } = event, body = new URLSearchParams(new FormData(form, submitter));
  const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => null);
  find("notice").hidden = !!answer;
  find("notice").textContent = say("needs_network");
  return !!answer;
}

// A page of the desk opens where there is a network; without one this page stays and says so.
async function follow(event) {
  event.preventDefault();
  const { href } = event.currentTarget, answer = await fetch("/sync/ping", { cache: "no-store" }).catch(() => null);
  if (answer?.ok) return location.assign(href);
  find("notice").hidden = false;
  find("notice").textContent = say("needs_network");
}

// Logging out seals what is unsent until its author is back, and takes all else from the phone.
async function leave(event) {
  event.preventDefault();
  const { complete, empty } = await import("./outbox/sealing.js");
  await complete();
  if (!await asked(event)) return;
  await empty();
  location.assign("/login");
}

// The shells that are kept speak the other language, so they go, once none is being filled; the next shell's keeper fills them anew.
async function speak(event) {
  if (!await asked(event)) return;
  const registration = await navigator.serviceWorker?.getRegistration(), filling = registration?.installing;
  if (filling) await new Promise((settled) => filling.addEventListener("statechange", settled));
  await Promise.all((await caches.keys()).map((name) => caches.delete(name)));
  await registration?.update().catch(() => null);
  location.reload();
}
