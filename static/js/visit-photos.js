// Photos in the form: read when and where, made smaller one at a time, kept as bytes beside the draft at once.
import { ask, closed, read, sha256, transact } from "./outbox/store.js";
import { say } from "./words.js";

const SIDE = 1600, QUALITY = 0.8, THUMB = 160, MOST = 10, MOST_BYTES = 12 * 1024 * 1024;

let started = null;

export const start = (tools) => started ??= photosOf(tools);

function photosOf({ state, keepDraft, notice }) {
  const list = document.getElementById("thumbs");
  let queue = Promise.resolve();

  function take(input) {
    const files = [...input.files];
    queue = files.reduce((before, file) => before.then(() => add(file)), queue).then(() => { input.value = ""; });
    return queue;
  }

  async function add(file) {
    const { draft } = state;
    if (!draft) return;
    state.touched = true;
    if (draft.photos.length >= MOST) return notice(say("most_photos"));
    try {
      const photo = await prepare(file);
      if (draft.photos.includes(photo.sha256)) return;
      draft.photos.push(photo.sha256);
      note(draft, photo);
      const text = await closed("drafts", draft), row = await closed("photos", { ...photo, record: draft.id, envelope: draft.envelope });
      await transact("readwrite", ["photos", "drafts"], (store) => {
        store("photos").put(row);
        store("drafts").put(text);
      });
      await keepDraft();  // what was typed meanwhile
      notice("");
    } catch (error) {
      draft.photos = draft.photos.filter((sha) => sha !== error.sha256);
      await forgetUnkept(draft);
      await keepDraft();  // the text that was kept meanwhile named it already
      notice(say(error.name === "QuotaExceededError" ? "quota" : error.reason ?? "photo_unread"));
    }
    await paint();
  }

  function note(draft, { sha256: sha, takenAt, place }) {
    draft.form[`photo.${sha}.taken_at`] = takenAt;
    if (!place) return;
    draft.form[`photo.${sha}.lat`] = String(place.lat);
    draft.form[`photo.${sha}.lon`] = String(place.lon);
    state.photoPlace ??= place;
  }

  // A transaction that failed has kept nothing: the list must not name what is not there.
  async function forgetUnkept(draft) {
    const kept = await Promise.all(draft.photos.map(async (sha) => draft.arrived.includes(sha) || !!(await read("photos", [draft.id, sha]))));
    draft.photos = draft.photos.filter((_, index) => kept[index]);
  }

  async function remove(sha) {
    const { draft } = state;
    draft.photos = draft.photos.filter((one) => one !== sha);
    await transact("readwrite", ["photos", "records"], async (store) => {
      const waiting = await ask(store("records").get(draft.id));  // it still names the photo, and may go before this is saved
      if (!waiting?.photos.includes(sha)) store("photos").delete([draft.id, sha]);
    });
    await keepDraft();
    await paint();
  }

  async function paint() {
    const { draft } = state;
    if (!draft) return;
    const items = await Promise.all(draft.photos.map(async (sha, index) => thumb(await read("photos", [draft.id, sha]), sha, index + 1, remove)));
    list.replaceChildren(...items);
  }

  state.paintPhotos = paint;
  paint();
  return { take };
}

function thumb(photo, sha, number, remove) {
  const item = document.createElement("li"), button = document.createElement("button");
  if (photo?.thumb) {
    const image = Object.assign(new Image(), { alt: say("photo_n", { n: number }), src: URL.createObjectURL(new Blob([photo.thumb], { type: "image/jpeg" })) });
    image.onload = () => URL.revokeObjectURL(image.src);
    item.append(image);
  } else item.append(Object.assign(document.createElement("span"), { textContent: say("photo_n", { n: number }) }));
  Object.assign(button, { type: "button", textContent: say("remove"), onclick: () => remove(sha) });
  button.setAttribute("aria-label", `${say("photo_n", { n: number })} ${say("remove")}`);
  item.append(button);
  return item;
}

// What the browser can't decode goes up as it is: the office decodes HEIC.
async function prepare(file) {
  const raw = await file.arrayBuffer();
  if (!raw.byteLength) throw new Error("empty");
  const { exif } = await import("./exif.js");
  const { takenAt, place } = exif(raw);
  let bytes = raw, small = null;
  try {
    const bitmap = await createImageBitmap(new Blob([raw]), { imageOrientation: "from-image" });
    bytes = await shrink(bitmap, SIDE, QUALITY);
    small = await shrink(bitmap, THUMB, 0.7);
    bitmap.close();
  } catch { /* kept as it came */ }
  if (bytes.byteLength > MOST_BYTES) throw Object.assign(new Error("too large"), { reason: "photo-too-large" });
  return { sha256: await sha256(bytes), bytes, thumb: small, takenAt: takenAt ?? new Date(file.lastModified).toISOString(), place };
}

async function shrink(bitmap, side, quality) {
  const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
  const canvas = Object.assign(document.createElement("canvas"), { width: Math.max(1, Math.round(bitmap.width * scale)), height: Math.max(1, Math.round(bitmap.height * scale)) });
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
  canvas.width = canvas.height = 0;
  return blob.arrayBuffer();
}
