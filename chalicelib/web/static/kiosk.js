// A tablet that many people use forgets each of them: it goes back to its first page when somebody is done, goes away,
// or has not touched it for a while, and "Back" does not open the ballot that was left. A plain script in the head, so
// that such a ballot is gone before it is drawn.
(() => {
  const { start, left, armed } = document.currentScript.dataset;
  const AWAY = 60_000;
  const mark = `kiosk ${location.pathname}`;
  const leave = () => {
    if (left !== undefined) sessionStorage.setItem(mark, "left");
    location.replace(start);
  };

  if (left !== undefined) {
    const address = new URL(location.href);
    // Somebody's code was right a moment ago.
    if (address.searchParams.has("fresh")) {
      sessionStorage.removeItem(mark);
      address.searchParams.delete("fresh");
      history.replaceState(null, "", address);
    }
    const gone = () => {
      if (!sessionStorage.getItem(mark)) return;
      document.documentElement.hidden = true;
      location.replace(start);
    };
    gone();
    addEventListener("pageshow", gone);
    addEventListener("click", (event) => {
      const link = event.target.closest?.("a[href]");
      if (!link || link.pathname === location.pathname) return;
      event.preventDefault();
      leave();
    });
  } else {
    addEventListener("pageshow", (event) => event.persisted && document.querySelector("main form")?.reset());
  }

  let timer;
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(leave, AWAY);
  };
  for (const sign of ["pointerdown", "keydown", "input", "scroll"]) addEventListener(sign, wait, { passive: true });
  if (armed !== undefined) wait();
})();
