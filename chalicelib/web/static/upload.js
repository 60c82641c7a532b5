// Photos and papers for a form: drawn small, sent straight to the file store, shown, and named by their ids.
//
// The contract (the macro `uploads` of templates/_uploads.html writes the markup):
//   <div data-uploads="ADDRESS" data-join="," …words…> inside a <form>, with one <input type=hidden name=files> that
//   collects the ids, joined by data-join, and one nameless <input type=file hidden>, which appears with this script.
//   For each file this posts to ADDRESS, as our forms do (application/x-www-form-urlencoded, Accept: application/json):
//       action=upload, kind=image/jpeg, bytes=12345, and csrf=… when the form has that field
//   and expects {id, url, fields, thumbnail: {id, url, fields}}; `fields` is an object. An error's {message} is shown.
//   It then posts fields and file to url, the thumbnail likewise. The id is in the form once the file has arrived;
//   a thumbnail that did not arrive is no error. Photos (any type) become JPEG of at most 2560 pixels, so where and
//   when they were taken never leaves the phone. PDF goes as it is.
// Without this script: <form action=url method=post enctype=multipart/form-data data-upload> with the fields of an
//   upload whose `back_to` is our page, and <input type=file name=file> last. There this script only redraws the photo.

const EDGE = 2560;
const SMALL_EDGE = 480;
const SMALL_BYTES = 200_000;
const QUALITIES = [0.85, 0.7, 0.5, 0.3];
const PHOTO = "image/jpeg";
const PAPER = "application/pdf";

class Problem extends Error {}

function drawn(picture, edge) {
  const scale = Math.min(1, edge / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  // What is transparent would turn black.
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas;
}

async function encoded(canvas, most) {
  for (const quality of QUALITIES) {
    const blob = await new Promise((done) => canvas.toBlob(done, PHOTO, quality));
    if (blob && blob.size <= most) return blob;
  }
  return null;
}

async function prepared(file, most) {
  if (file.type === PAPER) return { whole: file, small: null, canvas: null };
  const picture = await createImageBitmap(file);
  const canvas = drawn(picture, SMALL_EDGE);
  const whole = await encoded(drawn(picture, EDGE), most);
  const small = await encoded(canvas, SMALL_BYTES);
  picture.close();
  return { whole, small, canvas };
}

function send(to, blob, item, progress) {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    const body = new FormData();
    for (const [name, value] of Object.entries(to.fields)) body.append(name, value);
    body.append("file", blob, "file");
    request.upload.addEventListener("progress", (event) => progress?.(event.loaded / event.total));
    request.addEventListener("load", () => (request.status < 300 ? done() : failed(new Error(String(request.status)))));
    for (const kind of ["error", "abort", "timeout"]) request.addEventListener(kind, () => failed(new Error(kind)));
    item.stop = () => request.abort();
    request.open("POST", to.url);
    request.send(body);
  });
}

async function asked(box, blob) {
  const csrf = box.closest("form").elements.csrf;
  const body = new URLSearchParams({ action: "upload", kind: blob.type, bytes: blob.size, ...(csrf && { csrf: csrf.value }) });
  const answer = await fetch(box.dataset.uploads, { method: "POST", body, headers: { Accept: "application/json" } });
  if (answer.ok) return answer.json();
  const said = await answer.json().catch(() => ({}));
  throw said.message ? new Problem(said.message) : new Error(String(answer.status));
}

function button(text, press) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "button button-small";
  made.textContent = text;
  made.addEventListener("click", press);
  return made;
}

class Item {
  constructor(picker, file) {
    Object.assign(this, { picker, file, id: "", busy: false, stop: () => {} });
    this.row = document.createElement("li");
    this.name = document.createElement("span");
    this.name.dir = "auto";
    this.name.textContent = file.name;
    this.bar = document.createElement("progress");
    this.bar.setAttribute("aria-label", file.name);
    this.note = document.createElement("span");
    this.note.className = "field-error";
    this.again = button(picker.words.again, () => this.start());
    this.drop = button(picker.words.remove, () => picker.remove(this));
    this.drop.setAttribute("aria-label", `${picker.words.remove} ${file.name}`);
    this.row.append(this.name, this.bar, this.note, this.again, this.drop);
  }

  look(problem = "") {
    this.bar.hidden = !this.busy;
    this.note.hidden = this.again.hidden = !problem;
    this.note.textContent = problem;
  }

  async start() {
    this.busy = true;
    this.bar.removeAttribute("value");
    this.look();
    this.picker.tell();
    let problem = "";
    try {
      await this.send();
    } catch (error) {
      problem = error instanceof Problem ? error.message : this.picker.words.failed;
    }
    this.busy = false;
    this.look(problem);
    this.picker.tell();
  }

  async send() {
    const { words, most } = this.picker;
    if (this.file.type !== PAPER && !this.file.type.startsWith("image/")) throw new Problem(words.kind);
    const ready = await prepared(this.file, most).catch(() => null);
    if (!ready) throw new Problem(words.unread);
    if (!ready.whole || ready.whole.size > most) throw new Problem(words.large);
    if (ready.canvas && !this.row.querySelector("canvas")) {
      ready.canvas.setAttribute("aria-hidden", "true");
      this.row.prepend(ready.canvas);
    }
    const to = await asked(this.picker.box, ready.whole);
    await send(to, ready.whole, this, (share) => (this.bar.value = share));
    if (ready.small && to.thumbnail) await send(to.thumbnail, ready.small, this).catch(() => null);
    this.id = to.id;
  }
}

class Picker {
  constructor(box) {
    this.box = box;
    this.words = box.dataset;
    this.most = Number(box.dataset.bytes);
    this.ids = box.querySelector("input[type=hidden]");
    this.input = box.querySelector("input[type=file]");
    this.kept = this.ids.value.split(box.dataset.join).filter(Boolean);
    this.items = [];
    this.list = document.createElement("ul");
    this.list.className = "uploads-list";
    this.said = document.createElement("p");
    this.said.className = "hint";
    this.said.setAttribute("role", "status");
    box.append(this.list, this.said);
    box.hidden = this.input.hidden = false;
    this.input.addEventListener("change", () => this.choose());
    // Before anybody else hears of it: what is on its way would be left behind.
    box.closest("form").addEventListener("submit", (event) => this.hold(event), { capture: true });
    this.tell();
  }

  choose() {
    const room = Number(this.words.most) - this.kept.length - this.items.length;
    const chosen = [...this.input.files];
    this.input.value = "";
    for (const file of chosen.slice(0, Math.max(0, room))) {
      const item = new Item(this, file);
      this.items.push(item);
      this.list.append(item.row);
      item.start();
    }
    if (chosen.length > room) this.said.textContent = this.words.many;
  }

  remove(item) {
    this.items = this.items.filter((other) => other !== item);
    item.stop();
    item.row.remove();
    this.tell();
    this.input.focus();
  }

  tell() {
    const ids = [...this.kept, ...this.items.map((item) => item.id).filter(Boolean)];
    this.ids.value = ids.join(this.words.join);
    const busy = this.items.some((item) => item.busy);
    this.said.textContent = busy ? this.words.busy : ids.length ? this.words.done.replace("{n}", ids.length) : "";
  }

  hold(event) {
    if (!this.items.some((item) => item.busy)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.said.textContent = this.words.wait;
  }
}

for (const box of document.querySelectorAll("[data-uploads]")) new Picker(box);

for (const form of document.querySelectorAll("form[data-upload]")) {
  const input = form.querySelector("input[type=file]");
  input.addEventListener("change", async () => {
    const file = input.files[0];
    if (!file?.type.startsWith("image/")) return;
    const press = form.querySelector("[type=submit]");
    press.disabled = true;
    const ready = await prepared(file, Infinity).catch(() => null);
    if (ready?.whole) {
      const redrawn = new DataTransfer();
      redrawn.items.add(new File([ready.whole], "photo.jpg", { type: PHOTO }));
      input.files = redrawn.files;
    }
    press.disabled = false;
  });
}
