// A tablet that many people use goes back to its first page when nobody has touched it for a while.
const page = document.querySelector("[data-kiosk]");
if (page) {
  const away = 60_000;
  let timer;
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(() => location.replace(page.dataset.kiosk), away);
  };
  for (const sign of ["pointerdown", "keydown", "input", "scroll"]) addEventListener(sign, wait, { passive: true });
  wait();
}
