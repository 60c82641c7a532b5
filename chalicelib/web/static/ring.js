// Helps while ringing; the form works without it. Keeps a draft in this tab, never the name, number or consent:
// the tablet in the community hall is used by many.

const form = document.querySelector("[data-draft]");
const DRAFT = "ring-draft";
const KEPT = ["desk", "category", "neighbourhood", "building", "unit", "where", "text"];
const FRESH = 30 * 60 * 1000;

function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function stored() {
  try {
    const draft = JSON.parse(sessionStorage.getItem(DRAFT));
    return draft && Date.now() - draft.at < FRESH ? draft : null;
  } catch {
    return null;
  }
}

function keep() {
  const typed = new FormData(form);
  const values = Object.fromEntries(KEPT.map((name) => [name, typed.get(name) ?? ""]));
  try {
    sessionStorage.setItem(DRAFT, JSON.stringify({ at: Date.now(), values }));
  } catch {
    // Storage is full or forbidden: ringing matters, the draft does not.
  }
}

function restore() {
  const draft = stored();
  if (!draft || document.getElementById("errors")) return;
  for (const [name, value] of Object.entries(draft.values)) {
    const field = form.elements[name];
    if (value && field && !(field instanceof RadioNodeList && name !== "desk" && field.value)) field.value = value;
  }
}

function emergency() {
  const chosen = form.querySelector("[name=category]:checked");
  const urgent = Boolean(chosen?.hasAttribute("data-emergency"));
  document.getElementById("alarm").classList.toggle("is-on", urgent);
  for (const advice of form.querySelectorAll("[data-advice]")) {
    advice.classList.toggle("is-on", urgent && advice.dataset.advice === chosen.value);
  }
}

function count(area, output) {
  // Characters as people count them, not UTF-16 units: the server counts the same way.
  const left = Number(area.dataset.limit) - [...area.value.replace(/\r\n/g, "\n")].length;
  output.classList.toggle("is-over", left < 0);
  output.textContent = (left < 0 ? area.dataset.over : area.dataset.count).replace("{n}", Math.abs(left).toLocaleString("en"));
}

if (form) {
  const key = form.elements.idempotency_key;
  if (!key.value) key.value = newKey();
  const area = form.elements.text;
  const output = form.querySelector("[data-count-for=text]");
  restore();
  emergency();
  if (area.value) count(area, output);
  document.querySelector("[data-focus]")?.focus();
  form.addEventListener("change", emergency);
  form.addEventListener("input", () => {
    keep();
    count(area, output);
  });
  form.addEventListener("submit", () => {
    // One tap, one bell. The key makes a second one harmless; the disabled button says so.
    const button = form.querySelector("[type=submit]");
    setTimeout(() => (button.disabled = true));
    setTimeout(() => (button.disabled = false), 8000);
  });
  addEventListener("pageshow", () => (form.querySelector("[type=submit]").disabled = false));
}
