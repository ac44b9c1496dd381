// How this phone stands, told to the office now and then; and what the office has ordered of it.
import { call, post, summary } from "./sender.js";
import { complete, empty, hasOfficeKey, keepOfficeKey, reopen } from "./sealing.js";
import { isOpen, kept, key, lock, note } from "./vault.js";

const EVERY = 300_000;
let told = "", toldAt = 0;

// Gives whether the phone may go on: it was neither emptied nor locked just now.
export async function contact(office) {
  if (office.order === "wipe") return emptied();
  const { barred, box, person } = (await kept()) ?? {};
  if (box && office.person && office.person !== person) return another();
  if ((office.order === "lock") !== !!barred) return bar(office.order === "lock");
  if (!office.person || barred) return !barred;
  if (await isOpen()) await tell(office);
  return true;
}

async function tell(office) {
  const { unsent, unsentPhotos, oldest } = await summary(), hasKey = await hasOfficeKey();
  const stands = { unsent, photos: unsentPhotos, ...(Number.isFinite(oldest) && { oldest_at: new Date(oldest).toISOString() }), build: office.build,
    ...((await kept())?.box && { pin: "on" }), ...(hasKey && { has_key: "on" }) };
  const said = JSON.stringify(stands);
  if (said !== told || Date.now() - toldAt > EVERY) {
    const { quota = 0, usage = 0 } = (await navigator.storage?.estimate?.()) ?? {}, mb = (bytes) => Math.round(bytes / 1e6);
    const stored = { used_mb: mb(usage), room_mb: mb(quota - usage), ...((await navigator.storage?.persisted?.()) && { kept: "on" }) };
    const { status, body } = await call("/sync/contact", post(texts({ ...stands, ...stored })));
    if (status !== 200) return;
    [told, toldAt] = [said, Date.now()];
    if (body.key) await keepOfficeKey(body.key);
    await note({ idle: body.idle_minutes });
  }
  await complete();
  await reopen(office.person);
}

const texts = (facts) => Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, String(value)]));

async function emptied() {
  await empty();
  await call("/sync/contact", post({ emptied: "on" }));
  location.replace("/login");
  return false;
}

// Someone else has logged in: what the one before has not sent is sealed, and the phone begins anew.
export async function another() {
  await empty();
  location.reload();
  return false;
}

async function bar(barred) {
  if (!await kept()) await key();  // beside which it is noted
  await note({ barred });
  if (barred) await lock(); else location.reload();
  return false;
}
