// The auction room: the server sends the whole board for each event; the bid form stays outside of it, so nothing typed is lost.
(() => {
  "use strict";
  const room = document.getElementById("room");
  if (!room?.dataset.events) return;
  const offset = Date.parse(room.dataset.now) - performance.now();
  const silence = 40_000;
  const stale = document.getElementById("stale");
  let source;
  let heard = performance.now();

  const alive = () => {
    heard = performance.now();
    stale.hidden = true;
  };

  // One's own seat is no part of what everybody is sent: it is fetched when one's own turn has ended.
  const refreshSeat = async () => {
    const answer = await fetch(location.pathname, { headers: { "X-Part": "seat" } });
    if (!answer.ok || answer.redirected) return;
    const box = document.createElement("template");
    box.innerHTML = await answer.text();
    document.getElementById("seat").replaceWith(box.content.firstElementChild);
  };

  const takeTurn = (board) => {
    const seat = document.getElementById("seat");
    if (!seat) return;
    const mine = board.dataset.kind === "TURN" && board.dataset.turn === seat.dataset.alias;
    document.getElementById("turn").hidden = !mine;
    document.getElementById("wait").hidden = mine;
    document.getElementById("seen").value = board.dataset.id;
    if (board.dataset.made === seat.dataset.alias) refreshSeat();
  };

  const show = (event) => {
    alive();
    const box = document.createElement("template");
    box.innerHTML = event.data;
    const fresh = box.content.firstElementChild;
    const old = document.getElementById("board");
    if (Number(fresh.dataset.id) <= Number(old.dataset.id)) return;
    const opened = old.querySelector("details")?.open;
    old.replaceWith(fresh);
    if (opened && fresh.querySelector("details")) fresh.querySelector("details").open = true;
    tick();
    takeTurn(fresh);
    fresh.dispatchEvent(new CustomEvent("part:shown", { bubbles: true }));
    if (fresh.dataset.kind !== "ENDED") return;
    source.close();
    clearInterval(watching);
    setTimeout(() => location.replace(location.pathname + location.search), 500 + Math.random() * 4000); // names are known now
  };

  const open = () => {
    source?.close();
    heard = performance.now();
    source = new EventSource(room.dataset.events);
    source.addEventListener("board", show);
    source.addEventListener("ping", alive);
    source.addEventListener("open", alive);
    source.addEventListener("error", () => {
      stale.hidden = false;
      // refused with a status, the browser does not try again by itself
      if (source.readyState === EventSource.CLOSED) setTimeout(open, 1000 + Math.random() * 2000);
    });
  };

  const tick = () => {
    const place = document.querySelector("#board .left");
    if (!place) return;
    const left = Math.max(0, Math.ceil((Date.parse(place.dataset.until) - performance.now() - offset) / 1000));
    const parts = [Math.floor(left / 3600), Math.floor(left / 60) % 60, left % 60];
    place.textContent = parts.map((part) => String(part).padStart(2, "0")).join(":");
  };

  const watching = setInterval(() => {
    tick();
    if (performance.now() - heard < silence) return;
    stale.hidden = false;
    open();
  }, 250);
  tick();
  open();
})();
