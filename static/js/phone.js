// On every page of the phone: the line that tells the truth, when to send, and the shell's keeper.
import { onChange, supported } from "./outbox/store.js";
import { run, summary } from "./outbox/sender.js";
import { clock, say } from "./words.js";

const EVERY = 30_000;
const find = (id) => document.getElementById(id);

const kick = () => run().catch(() => paint());

if (supported()) {
  onChange(paint);
  for (const event of ["online", "pageshow"]) addEventListener(event, kick);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && kick());
  setInterval(kick, EVERY);
  paint();
  kick();
  keepShell();
} else if (find("notice")) {
  find("notice").textContent = say("insecure");
  find("notice").hidden = false;
}

// Word, shape and colour: what is where.
async function paint() {
  const now = await summary();
  const [shape, text] = lineOf(now);
  const line = find("line");
  line.dataset.shape = shape;
  line.href = shape === "login" ? "/login?next=/today" : "/outbox";
  find("line-text").textContent = text;
  find("unsent").textContent = now.unsent + now.problems;
  find("unsent").hidden = !(now.unsent + now.problems);
}

function lineOf(now) {
  if (now.problems) return ["problem", say("problem", { n: now.problems })];
  if (now.office && !now.office.online) return ["offline", now.unsent ? say("offline", { n: now.unsent }) : say("offline_none")];
  if (now.office?.online && !now.office.person) return ["login", say("login", { n: now.unsent })];
  if (now.sending) return ["sending", say("sending", { k: now.sending, n: now.unsent })];
  if (now.unsent) return ["waiting", say("waiting", { n: now.unsent })];
  return ["sent", now.lastDone ? say("sent", { time: clock(now.lastDone) }) : say("fresh")];
}

// A new shell waits until nothing is being written or sent here; it takes over when the phone is put away.
async function keepShell() {
  if (!("serviceWorker" in navigator)) return;
  navigator.storage?.persist?.();
  const registration = await navigator.serviceWorker.register("/sw.js", { updateViaCache: "none" }).catch(() => null);
  const settle = async () => {
    const busy = document.querySelector("form#visit") || (await summary()).sending;
    if (registration?.waiting && !busy) registration.waiting.postMessage("take-over");
  };
  settle();
  document.addEventListener("visibilitychange", settle);
}
