// A bidder's own nonce for the draw: made and kept in this browser, only its hash is sent. Without script the platform makes one.
(() => {
  "use strict";
  const form = document.querySelector("form[data-nonce]");
  if (!form || !window.crypto?.subtle) return;
  const kept = `nonce:${form.dataset.nonce}`;
  const hex = (bytes) => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

  const reveal = form.querySelector("[name=nonce]");
  if (reveal) {
    reveal.value ||= localStorage.getItem(kept) ?? "";
    return;
  }
  const own = form.querySelector("[data-own]");
  if (!own) return;

  // SHA-256 over domain, project, bidder and nonce, each with its length before it (market/selection/draw.py)
  const hash = async (nonce) => {
    const utf8 = new TextEncoder();
    const fields = [utf8.encode("zhoushan-market draw nonce v1"), utf8.encode(form.dataset.nonce), utf8.encode(form.dataset.bidder), nonce];
    const all = fields.flatMap((field) => {
      const length = new DataView(new ArrayBuffer(8));
      length.setBigUint64(0, BigInt(field.length));
      return [...new Uint8Array(length.buffer), ...field];
    });
    return hex(await crypto.subtle.digest("SHA-256", new Uint8Array(all)));
  };

  const shown = form.querySelector("[data-kept]");
  const sent = form.querySelector("[name=nonceHash]");
  const choose = async () => {
    const mine = own.querySelector("input").checked;
    shown.hidden = !mine;
    if (!mine) {
      sent.value = "";
      return;
    }
    const bytes = crypto.getRandomValues(new Uint8Array(32));
    localStorage.setItem(kept, hex(bytes));
    shown.querySelector("code").textContent = hex(bytes);
    shown.querySelector("a").href = URL.createObjectURL(new Blob([hex(bytes)], { type: "text/plain" }));
    sent.value = await hash(bytes);
  };
  own.hidden = false;
  sent.value = "";
  form.addEventListener("change", (event) => event.target.name === "_nonce" && choose());
})();
