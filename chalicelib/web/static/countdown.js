// Count-downs that agree with the server: the page says what time it was (data-now) and how fast its clock runs
// (data-speed), so neither a wrong clock in the pocket nor a sped-up trial run shows a wrong number.

const loaded = performance.now();
const anchors = new WeakMap();

function serverNow(element) {
  // An element swapped in later carries a newer data-now and gets its own anchor.
  if (!anchors.has(element)) {
    const fresh = document.readyState === "loading" || performance.now() - loaded < 1000;
    anchors.set(element, fresh ? 0 : performance.now());
  }
  const host = element.dataset.now ? element : document.querySelector("[data-due][data-now]");
  if (!host) return Date.now();
  const speed = Number(host.dataset.speed) || 1;
  return Date.parse(host.dataset.now) + (performance.now() - anchors.get(element)) * speed;
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
