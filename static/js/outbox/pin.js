// The PIN before the phone's key: six digits, ten tries, and a long way from the one to the other.
import { author } from "./store.js";
import { AES, USES, decrypt, encrypt, hold, imported, kept, note, random } from "./vault.js";

const ROUNDS = 600_000, TRIES = 10, subtle = crypto.subtle;  // rounds: OWASP's for PBKDF2 with SHA-256

// A PIN before the key, which from then on is kept in no other way.
export async function setPin(pin) {
  const raw = await subtle.exportKey("raw", (await kept()).open), salt = random(16), person = await author();
  const box = await encrypt(await wrapping(pin, salt), raw);
  await note({ open: undefined, salt, box, person, tries: 0 });
  await hold(await imported(raw));
}

// Gives the key, or how many tries are left. A try is counted before it is made, so that pulling the plug saves none.
export async function unlock(pin) {
  const { salt, box, tries } = await note((found) => ({ tries: found.tries + 1 })).catch(kept);  // a full phone counts none
  if (tries > TRIES) return { left: 0 };
  const raw = await decrypt(await wrapping(pin, salt), box).catch(() => null);
  if (!raw) return { left: TRIES - tries };
  await note({ tries: 0 }).catch(() => null);
  return { key: await hold(await imported(raw)) };
}

async function wrapping(pin, salt) {
  const base = await subtle.importKey("raw", new TextEncoder().encode(pin), "PBKDF2", false, ["deriveKey"]);
  return subtle.deriveKey({ name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS }, base, AES, false, USES);
}
