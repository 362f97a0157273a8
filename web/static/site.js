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
