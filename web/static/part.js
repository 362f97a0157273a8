// Parts: inside [data-part="id"], links and GET forms replace the element with that id by the server's block of the same name.
// Whatever goes wrong, the browser simply goes to the address.
(() => {
  "use strict";
  let running;

  const fetchPart = async (url, id) => {
    running?.abort();
    running = new AbortController();
    const answer = await fetch(url, { headers: { "X-Part": id }, signal: running.signal });
    if (!answer.ok || answer.redirected) throw new Error(answer.status);
    const box = document.createElement("template");
    box.innerHTML = await answer.text();
    if (box.content.firstElementChild?.id !== id) throw new Error(id);
    return box.content.firstElementChild;
  };

  // The focus stays where it was: on the element with the same id, or on the link that reads the same.
  const refocus = (fresh, before) => {
    const same = before.id ? document.getElementById(before.id) : null;
    (same ?? [...fresh.querySelectorAll("a")].find((a) => a.textContent === before.textContent))?.focus({ preventScroll: true });
  };

  const go = async (event, url, holder) => {
    event.preventDefault();
    const id = holder.dataset.part;
    const old = document.getElementById(id);
    old.setAttribute("aria-busy", "true");
    try {
      const fresh = await fetchPart(url, id);
      const before = document.activeElement;
      const held = old.contains(before);
      old.replaceWith(fresh);
      history.pushState(null, "", url);
      shown = address();
      if (held) refocus(fresh, before);
      if (event.target.closest(".pages")) fresh.scrollIntoView();
      fresh.dispatchEvent(new CustomEvent("part:shown", { bubbles: true }));
    } catch (error) {
      if (error.name === "AbortError") return;
      if (navigator.onLine) location.assign(url);
      else document.dispatchEvent(new Event("offline:tried"));
      old.removeAttribute("aria-busy");
    }
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-part] a[href]");
    const plain = !event.button && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (link && plain && new URL(link.href).pathname === location.pathname) go(event, link.href, link.closest("[data-part]"));
  });

  document.addEventListener("submit", (event) => {
    const holder = event.target.closest("[data-part]");
    const here = new URL(event.target.action).pathname === location.pathname;
    if (!holder || !here || event.target.method !== "get") return;
    const filled = [...new FormData(event.target)].filter(([, value]) => value !== "");
    const query = new URLSearchParams(filled).toString();
    go(event, event.target.action + (query ? `?${query}` : ""), holder);
  });

  // A link to a place on the same page is no other page: what is typed on it stays.
  const address = () => location.pathname + location.search;
  let shown = address();
  addEventListener("popstate", () => address() !== shown && location.reload());
})();
