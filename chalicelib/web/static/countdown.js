// Count-downs that agree with the server: the page says what time it was (data-now) and how fast its clock runs
// (data-speed), so neither a wrong clock in the pocket nor a sped-up trial run shows a wrong number.

const loaded = performance.now();
const SETTLED = 1000;
const anchors = new WeakMap();

function serverNow(element) {
  // What was in the page at first counts from its loading, what was swapped in later from when it came.
  if (!anchors.has(element)) anchors.set(element, performance.now() - loaded < SETTLED ? loaded : performance.now());
  const passed = (performance.now() - anchors.get(element)) * (Number(element.dataset.speed) || 1);
  return Date.parse(element.dataset.now) + passed;
}

export function words(element, milliseconds) {
  const seconds = Math.ceil(milliseconds / 1000);
  if (seconds < 1) return element.dataset.over;
  const h = Math.floor(seconds / 3600);
  const m = Math.floor((seconds % 3600) / 60);
  const s = seconds % 60;
  const pattern = h ? element.dataset.hours : m ? element.dataset.minutes : element.dataset.seconds;
  return pattern.replace("{h}", h).replace("{m}", m).replace("{s}", s);
}

function tick() {
  for (const element of document.querySelectorAll("[data-due]")) {
    const text = words(element, Date.parse(element.dataset.due) - serverNow(element));
    if (element.textContent !== text) element.textContent = text;
  }
  for (const arc of document.querySelectorAll("[data-arc]")) {
    const due = Date.parse(arc.dataset.arc);
    const whole = due - Date.parse(arc.dataset.from);
    const left = Math.min(Math.max((due - serverNow(arc)) / whole, 0), 1);
    arc.setAttribute("stroke-dasharray", `${(left * 100).toFixed(2)} 100`);
  }
}

tick();
setInterval(() => document.hidden || tick(), 500);
document.addEventListener("visibilitychange", tick);
document.addEventListener("live:swapped", tick);
