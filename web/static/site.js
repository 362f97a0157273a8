// After a part was replaced: say so, and keep the frame's own links true to the new address.
(() => {
  "use strict";
  // A live region that is itself replaced is not announced: the one outside of all parts speaks for them.
  const announce = (part) => {
    const spoken = part.querySelector("[data-announce]");
    if (spoken) document.getElementById("status").textContent = spoken.textContent;
  };

  const followAddress = () => {
    for (const link of document.querySelectorAll(".prefs a")) {
      const here = new URL(location.href);
      new URL(link.href).searchParams.forEach((value, key) => {
        if (key === "lang" || key === "view") here.searchParams.set(key, value);
      });
      link.href = here.href;
    }
  };

  const followVariables = (part) => {
    const link = document.getElementById("explorer");
    const given = part.dataset.variables;
    if (link && given) link.href = `${link.href.split("&variables=")[0]}&variables=${encodeURIComponent(given)}`;
  };

  document.addEventListener("part:shown", (event) => {
    announce(event.target);
    followAddress();
    followVariables(event.target);
  });
})();
// Without a network nothing is sent and the page stays, with all that was typed on it; the browser's own error page would take it away.
(() => {
  "use strict";
  const told = document.getElementById("offline");
  const show = () => {
    told.hidden = false;
    told.scrollIntoView({ block: "center" });
  };
  document.addEventListener("offline:tried", show);
  document.addEventListener("submit", (event) => {
    if (navigator.onLine || event.target.method !== "post") return;
    event.preventDefault();
    show();
  });
  addEventListener("online", () => {
    told.hidden = true;
  });
})();
// Counts down by the server's clock: data-now was its time when it sent the page. Without script the date stands there alone.
(() => {
  "use strict";
  const clock = document.getElementById("clock");
  if (!clock) return;
  const total = Date.parse(clock.dataset.deadline) - Date.parse(clock.dataset.now);
  const started = Date.now();
  const spoken = [3600, 600, 60, 0];
  const digits = [...clock.querySelectorAll("b")];
  const left = () => Math.max(0, Math.ceil((total - (Date.now() - started)) / 1000));

  const show = (seconds) => {
    const parts = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60];
    digits.forEach((place, at) => {
      place.textContent = at ? String(parts[at]).padStart(2, "0") : parts[at];
    });
    digits[0].parentElement.hidden = parts[0] === 0;
    clock.classList.toggle("late", seconds < 600);
  };

  // Spoken once each at an hour, ten minutes, a minute and the end, through the region that stays.
  const say = (seconds) => {
    if (seconds > spoken[0]) return;
    while (spoken.length && seconds <= spoken[0]) spoken.shift();
    document.getElementById("status").textContent = `${document.getElementById("waits").textContent} ${clock.innerText}`;
  };

  while (spoken.length && left() < spoken[0]) spoken.shift();
  show(left());
  clock.hidden = false;
  const ticking = setInterval(() => {
    const seconds = left();
    show(seconds);
    say(seconds);
    if (seconds) return;
    clearInterval(ticking);
    // By its address, so that nothing is sent once more. Everybody's clock ends at the same moment: the pages come back one after the other.
    setTimeout(() => location.replace(location.pathname + location.search), 500 + Math.random() * 4000);
  }, 1000);
  addEventListener("pageshow", (event) => event.persisted && location.reload());
})();
