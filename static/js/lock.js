// The PIN, in front of whatever page asks for the phone's key.
import { author, write } from "./outbox/store.js";
import { kept } from "./outbox/vault.js";
import { setPin, unlock } from "./outbox/pin.js";
import { empty } from "./outbox/sealing.js";

const PLAIN = /^(\d)\1*$|^(?:012345|123456|234567|345678|456789|567890|987654|876543|765432|654321|543210)$/;
let shown = null;

// The dialog from the lock's own shell, which is kept with the others.
async function dialog() {
  if (shown) return shown;
  const page = new DOMParser().parseFromString(await (await fetch("/today/lock")).text(), "text/html"), content = page.getElementById("lock");
  if (!content) { location.replace("/login"); return new Promise(() => null); }
  shown = document.getElementById("lock") ?? document.body.appendChild(document.importNode(content, true));
  shown.addEventListener("cancel", (event) => event.preventDefault());
  shown.addEventListener("close", () => shown && shown.showModal());  // a second gesture of going back closes it whatever is said
  shown.querySelector("[data-leave]").addEventListener("click", leave);
  return shown;
}

const part = (name) => shown.querySelector(`[data-part="${name}"]`);

function show(name) {
  for (const one of shown.querySelectorAll("[data-part]")) one.hidden = one.dataset.part !== name;
  if (!shown.open) shown.showModal();
  part(name).querySelector("input")?.focus();
}

function done() {
  const one = shown;
  shown = null;
  one.remove();
}

const tell = (form, what, left = "") => {
  for (const one of form.querySelectorAll("[data-when]")) one.hidden = one.dataset.when !== what;
  form.querySelectorAll("[data-left]").forEach((place) => { place.textContent = left; });
  form.querySelectorAll("input").forEach((input) => { input.value = ""; input.toggleAttribute("aria-invalid", !!what); });
  form.querySelector("input").focus();
};

// Resolves with the phone's key once its PIN was given; never, where the office has locked this phone.
export async function opened() {
  import("./phone.js");  // a phone that nobody opens hears the office's orders too
  await dialog();
  const found = await kept();
  if (found.barred) return show("barred"), new Promise(() => null);
  if (found.person !== await author()) return (await import("./outbox/contact.js")).another().then(() => new Promise(() => null));
  const form = part("open"), [input] = form.elements;
  show("open");
  input.addEventListener("input", () => input.value.length === 6 && form.requestSubmit());
  let isTrying = false;
  return new Promise((resolve) => form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (isTrying) return;
    isTrying = true;
    const { left, key } = await unlock(input.value);
    isTrying = false;
    if (key) { done(); resolve(key); } else if (left > 0) tell(form, "wrong", left); else await spent();
  }));
}

// After ten wrong ones: what is unsent is sealed, all else is gone, and the log-in ends as soon as there is a network.
async function spent() {
  await write("meta", true, "out");
  await empty();
  show("spent");
}

// A PIN for a phone that has none yet.
export async function choose() {
  await dialog();
  const form = part("choose"), [first, second] = form.elements;
  show("choose");
  return new Promise((resolve) => form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const pin = first.value;
    if (!/^\d{6}$/.test(pin)) return tell(form, "short");
    if (PLAIN.test(pin)) return tell(form, "plain");
    if (pin !== second.value) return tell(form, "different");
    await setPin(pin);
    done();
    resolve();
  }));
}

// Who has forgotten it logs in anew: the unsent comes back then.
async function leave() {
  const answer = await fetch("/logout", { method: "POST", redirect: "manual" }).catch(() => null);
  shown.querySelector("[data-offline]").hidden = !!answer;
  if (!answer) return;
  await empty();
  location.assign("/login");
}
