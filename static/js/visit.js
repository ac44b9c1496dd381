// The visit form: fills itself from the pack, keeps its draft all the time, and hands the record to the outbox.
import { all, author, changed, newDraft, onChange, prepare, read, save, supported, write } from "./outbox/store.js";
import { clock, day, fill, say, stateOf } from "./words.js";

const MANY = ["category", "programme", "aftercare"], OFFERED = ["categories", "grievances", "programme-list", "aftercare"], DOUBLE_TAP = 500;
const find = (id) => document.getElementById(id);
const params = new URLSearchParams(location.search);
const form = find("visit");
const state = { draft: null, shop: null, rest: null };
let timer = 0, saving = Promise.resolve();

if (supported()) start().catch(() => notice(say("not_saved")));
else location.replace(`/visits/new?plain=1&shop=${params.get("shop") ?? ""}`);

async function start() {
  state.rest = (await read("meta", "pack"))?.rest ?? null;
  state.draft = await draftFor(await author());
  state.touched = Object.keys(state.draft.form).length > 1;  // a form that was only opened is no draft
  const shop = state.draft.shop ? await read("shops", state.draft.shop) : null, isUnknown = state.rest && state.draft.shop && !shop && !state.draft.shopName;
  show(isUnknown ? "" : state.draft.shop, shop);
  if (isUnknown) notice(say("unknown_shop"));
  restore(state.draft.form);
  showErrors(state.draft.errors ?? {});
  form.addEventListener("input", changedByHand);
  form.addEventListener("change", changedByHand);
  form.addEventListener("htmx:config:request", submit);
  addEventListener("pagehide", keepDraft);
  addEventListener("locking", ({ detail }) => detail.push(keepDraft()));
  document.addEventListener("visibilitychange", keepDraft);
  document.addEventListener("click", leave);
  document.addEventListener("click", spareCard, true);
  onChange(paintCard);
  document.documentElement.dataset.ready = "1";
  const tools = { state, form, keepDraft, choose, notice };
  const photos = () => import("./visit-photos.js").then((module) => module.start(tools));
  if (state.draft.photos.length) photos();
  for (const id of ["camera", "album"]) {
    find(id).addEventListener("click", keepDraft);  // the page may die while the camera is open
    find(id).addEventListener("change", ({ target }) => {
      state.adding = photos().then((taker) => taker.take(target)).catch(() => notice(say("photo_unread")));
    });
  }
  find("refer").addEventListener("toggle", () => import("./visit-experts.js").then((module) => module.start(tools)), { once: true });
  import("./phone.js");
  const more = await Promise.all([import("./visit-place.js"), import("./visit-shop.js")]);
  more.forEach((module) => module.start(tools));
  import("./outbox/vault.js").then((vault) => state.draft && vault.prepare(state.draft));  // what saving needs is here before the network goes
  prepare();
  onChange(refill);
}

// Which draft this page is for: one that is named, a record or a returned visit opened again, or the shop's own.
// What another person wrote on this phone is theirs to go on with.
async function draftFor(person) {
  const asked = Object.fromEntries(params), own = (one) => one?.form && (!one.author || one.author === person) ? one : null;
  const named = own(asked.draft && await read("drafts", asked.draft));
  if (named) return named;
  const record = own(asked.record && await read("records", asked.record));
  if (record) return (await written()).find((one) => [one.id, one.supersedes, one.form.replaces].includes(record.id)) ?? (await import("./outbox/revise.js")).reopen(record);
  const fix = asked.fix && [...(state.rest?.returned ?? []), ...(state.rest?.drafts ?? [])].find((one) => one.visit === asked.fix);
  const kept = (await written()).filter((one) => one.author === person);
  if (state.rest?.returned?.includes(fix)) state.why = `${say("returned")}: "${fix.why}"`;
  if (fix) return kept.find((one) => one.form.replaces === fix.visit) ?? (await import("./outbox/revise.js")).answer(fix, person);
  const shop = state.rest?.merged?.[asked.shop] ?? asked.shop ?? "";
  const same = kept.find((one) => one.shop === shop && !one.form.replaces && !one.supersedes);
  return same ?? { ...(await newDraft(person, shop)), form: { visited_at: new Date().toISOString() } };
}

const written = async () => (await all("drafts")).filter((one) => one.form);  // a sealed one waits for the office

// Shows the chosen shop with what was said and promised there, and its zone's categories.
async function choose(uid) {
  refresh(uid, uid ? await read("shops", uid) : null);
}

// Offers anew what hangs on the shop and the pack; what was chosen there stays, and nothing else is touched.
function refresh(uid, shop) {
  const values = state.draft.form = collect();
  if (uid !== state.draft.shop) delete values.aftercare;  // another shop's tasks
  show(uid, shop);
  for (const id of OFFERED) restore(values, find(id));
}

function show(uid, shop) {
  state.shop = shop;
  state.draft.shop = uid ?? "";
  state.draft.shopName = state.shop?.name ?? state.draft.shopName ?? "";
  find("shop-chosen").hidden = !uid;
  find("shop-choice").hidden = !!uid;
  find("shop-name").textContent = state.draft.shopName;
  find("shop-address").textContent = state.shop?.address ?? "";
  find("contact-standing").hidden = !state.shop?.contact;
  showBefore(state.shop);
  offerCategories();
  offerProgrammes();
  find("aftercare").replaceChildren(...tasks().map((one) => chip("aftercare-line", one.uid, one.label)));
}

const tasks = () => (state.rest?.aftercare ?? []).filter((one) => one.shop === state.draft.shop);

function showBefore(shop) {
  const lines = [state.why, ...tasks().map((one) => one.why), ...(shop?.last_at ? before(shop) : [])].filter(Boolean);
  find("before").hidden = !lines.length;
  find("before").replaceChildren(...lines.map((line) => Object.assign(document.createElement("p"), { textContent: line })));
}

function before(shop) {
  const promised = shop.promised.map(([name, code]) => `${name} → ${say(`disposition_${code}`)}`).join(" · ");
  return [`${say("last", { day: day(shop.last_at) })} ${say(`outcome_${shop.outcome}`)}${shop.said ? `: ${shop.said}` : ""}`,
    promised && `${say("promised")}: ${promised}`, shop.absent > 1 && say("absent_n", { n: shop.absent })];
}

const chosen = () => [].concat(state.draft.form.category ?? []);

function offerCategories() {
  const zone = state.shop?.zone;
  const offered = (state.rest?.categories ?? []).filter((one) => !one.zone || one.zone === zone || chosen().includes(one.code));
  for (const code of chosen()) if (!offered.some((one) => one.code === code)) offered.push({ code, name: code, field: "" });
  find("categories").replaceChildren(...offered.map((category) => chip("category-chip", category.code, category.name)));
  find("grievances").replaceChildren(...offered.map(grievanceLine));
}

function offerProgrammes() {
  find("programme-list").replaceChildren(...(state.rest?.programmes ?? []).map((programme) => {
    const line = chip("programme-line", programme.uid, programme.name);
    line.querySelector("small span").textContent = programme.period;
    const link = line.querySelector("a");
    if (/^https?:/.test(programme.link)) link.href = programme.link; else link.remove();
    return line;
  }));
}

function chip(template, value, text) {
  const node = find(template).content.firstElementChild.cloneNode(true);
  node.querySelector("input").value = value;
  node.querySelector("label span, span").textContent = text;
  return node;
}

function grievanceLine({ code, name }) {
  const node = find("grievance-line").content.firstElementChild.cloneNode(true);
  node.dataset.category = code;
  node.querySelector("label").textContent = name;
  node.querySelector(".chips").setAttribute("aria-label", name);
  for (const element of node.querySelectorAll("[name],[id],[for],[data-error]")) {
    for (const { name: attribute, value } of [...element.attributes]) {
      if (value.includes("CODE")) element.setAttribute(attribute, value.replaceAll("CODE", code));
    }
  }
  return node;
}

function restore(values, within = form) {
  for (const element of within.querySelectorAll("input,select,textarea")) {
    const value = values[element.name];
    if (element.type === "checkbox" || element.type === "radio") {
      if (value !== undefined) element.checked = [].concat(value).includes(element.value);
    } else if (value !== undefined && element.type !== "file") element.value = value;
  }
  openLines();
  for (const section of form.querySelectorAll("details")) {
    section.open ||= [...section.querySelectorAll("input:not([type=radio]),select,textarea")].some((one) => one.type === "checkbox" ? one.checked : one.value);
  }
}

// A chosen chip opens its line; a closed line says nothing. The owner's fields open with a consent.
function openLines() {
  for (const line of find("grievances").children) {
    const open = !!form.querySelector(`input[name="category"][value="${CSS.escape(line.dataset.category)}"]:checked`);
    line.hidden = !open;
    line.querySelectorAll("textarea,input").forEach((element) => { element.disabled = !open; });
  }
  const agreed = ["personal", "contact"].some((kind) => form.elements[`consent.${kind}`].checked) || state.shop?.contact;
  for (const name of ["owner.name", "owner.phone"]) form.elements[name].disabled = !agreed;
}

function collect() {
  const values = Object.fromEntries(Object.entries(state.draft.form).filter(([name]) =>
    name === "visited_at" || name === "replaces" || state.draft.photos.some((sha) => name.startsWith(`photo.${sha}.`))));
  for (const [name, value] of new FormData(form)) {
    if (typeof value !== "string" || value === "" || name === "id" || name === "shop") continue;
    if (MANY.includes(name)) (values[name] ??= []).push(value); else values[name] = value;
  }
  if (find("aftercare").childElementCount) values.aftercare ??= [];  // unchecked by hand, which a draft remembers
  return values;
}

function changedByHand(event) {
  state.touched = true;
  openLines();
  if (event.target.value === "needs_referral") suggestField(event.target);
  const error = event.target.name && form.querySelector(`[data-error="${CSS.escape(event.target.name)}"]`);
  if (error) error.hidden = true;
  clearTimeout(timer);
  timer = setTimeout(keepDraft, 150);
}

function suggestField(radio) {
  const code = radio.closest("[data-category]").dataset.category;
  find("refer").open = true;
  if (!form.elements["refer.field"].value) {
    form.elements["refer.field"].value = state.rest?.categories.find((one) => one.code === code)?.field ?? "";
  }
}

// Who leaves by a link takes the last letter along: the box of a draft takes a moment to shut.
function leave(event) {
  const link = event.target.closest("a[href]");
  if (!link || link.target || event.defaultPrevented || !state.draft || !state.touched) return;
  event.preventDefault();
  keepDraft().finally(() => location.assign(link.href));
}

// Drafts are written one after another, each with what the form holds by then.
function keepDraft() {
  clearTimeout(timer);
  if (!state.draft || !state.touched) return saving;
  saving = saving.then(async () => {
    if (!state.draft) return;
    const form = collect();
    await write("drafts", Object.assign(state.draft, { form, replaces: form.replaces, updatedAt: Date.now(), errors: {} }));
    find("saved").textContent = say("saved_at", { time: clock(Date.now()) });
  }).catch(() => notice(say("not_saved")));
  return saving;
}

function problems() {
  const values = collect();
  const found = {};
  if (!state.draft.shop) found.shop = say("need_shop");
  if (!values.outcome) found.outcome = say("need_outcome");
  const refers = Object.entries(values).some(([name, value]) => name.endsWith(".disposition") && value === "needs_referral");
  if (!values["refer.field"] && (refers || values["refer.wish"] || values["refer.call_when"])) found["refer.field"] = say("need_field");
  return found;
}

function showErrors(errors) {
  form.querySelectorAll("[data-error]").forEach((place) => { place.hidden = true; });
  for (const [name, text] of Object.entries(errors)) {
    const place = form.querySelector(`[data-error="${CSS.escape(name)}"]`) ?? find("notice");
    place.textContent = text;
    place.hidden = false;
    place.closest("details")?.setAttribute("open", "");
  }
  const first = form.querySelector("[data-error]:not([hidden])");
  first?.closest("fieldset,.field,section,form")?.querySelector("input:not([type=hidden]):not(:disabled),select,textarea")?.focus();
  first?.scrollIntoView({ block: "center" });
}

function submit(event) {
  const found = problems();
  if (Object.keys(found).length) {
    event.preventDefault();
    return showErrors(found);
  }
  event.detail.ctx.fetch = keep;
}

// Stands in for the network: answers once the record is durable on this phone, and lets the sender take it from there.
async function keep() {
  await state.adding;  // a photo that is still being made smaller belongs to the visit
  state.touched = true;
  clearTimeout(timer);
  await saving;  // the record holds all that the draft does, so that it need not be written once more
  const draft = state.draft && Object.assign(state.draft, { form: collect(), errors: {} });
  state.draft = null;  // neither a second tap nor a late fix of the place writes it again
  try {
    if (draft) draft.author ||= await author();
    const record = draft?.author && await save(draft);
    if (record) return shown(card(record));
    if (draft) notice(say("first_time"));
  } catch (error) {
    const lost = error.lost ?? [];  // by a browser that has emptied its storage: the text is saved without them
    if (lost.length) draft.photos = draft.photos.filter((sha) => !lost.includes(sha));
    notice(lost.length ? say("photo_lost", { n: lost.length }) : say("not_saved"));
  }
  state.draft = draft;
  keepDraft();
  state.paintPhotos?.();
  return nothing();
}

const nothing = () => new Response(null, { status: 204 });

// The card stands there before anything is sent; put in as it is, which is quicker than to have it read from text.
function shown(node) {
  form.replaceWith(node);
  state.shownAt = performance.now();
  changed();
  import("./outbox/sender.js").then((sender) => sender.run());
  return nothing();
}

function card(record) {
  const node = fill("saved-card", { shop: record.shopName, ...stateOf(record) });
  node.dataset.record = record.id;
  node.querySelector('[data-slot="edit"]').href = `/visits/new?record=${record.id}`;
  return node;
}

// The second tap of a double one falls on the card, whose way onward stands where 저장 stood.
function spareCard(event) {
  if (event.timeStamp - state.shownAt < DOUBLE_TAP && event.target.closest("[data-record]")) event.preventDefault();
}

async function paintCard() {
  const node = document.querySelector("[data-record]");
  const record = node && await read("records", node.dataset.record);
  if (!record) return;
  for (const [slot, text] of Object.entries(stateOf(record))) {
    const place = node.querySelector(`[data-slot="${slot}"]`);
    place.textContent = text ?? "";
    place.hidden = !text;
  }
  node.dataset.state = record.state;
  node.querySelector('[data-slot="edit"]').hidden = record.state === "done";
}

// The pack came after the form was shown. Lines that are being written in wait for the next one.
async function refill() {
  const fresh = (await read("meta", "pack"))?.rest;
  if (!state.draft || !fresh || (state.rest && JSON.stringify(fresh.categories) === JSON.stringify(state.rest.categories) && state.shop)) return;
  const shop = state.draft.shop ? await read("shops", state.draft.shop) : null;
  if (!state.draft || OFFERED.some((id) => find(id).contains(document.activeElement))) return;
  state.rest = fresh;
  refresh(state.draft.shop, shop);
}

function notice(text) {
  find("notice").textContent = text;
  find("notice").hidden = !text;
}
