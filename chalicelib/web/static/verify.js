// Recomputes the record in the reader's own browser. Each event is hashed over its canonical JSON (UTF-8, keys sorted,
// no spaces, nothing escaped that need not be) without its `hash`; `prev` is the hash before, 64 zeros for the first.

const ZEROS = "0".repeat(64);

export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value && typeof value === "object") {
    const entries = Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`);
    return `{${entries.join(",")}}`;
  }
  return JSON.stringify(value);
}

export async function digest(event) {
  const { hash, ...rest } = event;
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(canonical(rest)));
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Gives one {place, seq, at, kind, hash, fits} for each event, in order.
export async function check(events) {
  const found = [];
  let prev = ZEROS;
  for (const [index, event] of events.entries()) {
    const linked = event.prev === prev && event.seq === index + 1 && event.thing === events[0].thing;
    const fits = linked && (await digest(event)) === event.hash;
    found.push({ place: index + 1, seq: event.seq, at: event.at, kind: event.kind, hash: event.hash, fits });
    prev = event.hash;
  }
  return found;
}

function line(panel, entry) {
  const item = document.createElement("li");
  item.className = entry.fits ? "is-whole" : "is-broken";
  const mark = document.createElement("span");
  mark.textContent = entry.fits ? "✓" : "✗";
  const text = document.createElement("span");
  text.className = "digest";
  text.textContent = `${entry.seq} · ${String(entry.hash).slice(0, 16)}…`;
  item.append(mark, text);
  panel.append(item);
}

function show(panel, entries, expected) {
  const list = panel.querySelector("[data-verify-list]");
  const result = panel.querySelector("[data-verify-result]");
  list.replaceChildren();
  for (const entry of entries) line(list, entry);
  list.hidden = entries.length === 0;
  const broken = entries.find((entry) => !entry.fits);
  // The page may be older than the record: its last seal must still be one of the seals, else the end was cut off.
  const known = entries.some((entry) => entry.hash === expected);
  panel.classList.toggle("is-broken", Boolean(broken) || !known);
  if (broken || !known) result.textContent = panel.dataset.broken.replace("{n}", broken ? broken.place : entries.length + 1);
  else result.textContent = panel.dataset.whole.replace("{n}", entries.length);
}

async function run(panel) {
  const result = panel.querySelector("[data-verify-result]");
  result.textContent = panel.dataset.working;
  try {
    const headers = { Authorization: `Bearer ${panel.dataset.token}`, Accept: "application/json" };
    const answer = await fetch(panel.dataset.url, { headers, cache: "no-store" });
    if (!answer.ok) throw new Error(String(answer.status));
    const body = await answer.json();
    const expected = panel.querySelector("[data-head]").textContent.replace(/\s/g, "");
    show(panel, await check(Array.isArray(body) ? body : body.events), expected);
  } catch {
    result.textContent = panel.dataset.failed;
  }
}

for (const panel of document.querySelectorAll("[data-verify]")) {
  const button = panel.querySelector("[data-verify-start]");
  if (!globalThis.crypto?.subtle) {
    panel.querySelector("[data-verify-result]").textContent = panel.dataset.unsafe;
    continue;
  }
  panel.querySelector("[data-verify-script]").hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    await run(panel);
    button.disabled = false;
  });
}
