// A bidder's own nonce for the draw: made and kept in this browser, only its hash is sent. Without script the platform makes one.
(() => {
  "use strict";
  const form = document.querySelector("form[data-nonce]");
  if (!form || !window.crypto?.subtle) return;
  const kept = (hash) => `nonce:${form.dataset.nonce}:${hash}`; // each under its hash: a later one never takes an earlier one's place
  const hex = (bytes) => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

  const reveal = form.querySelector("[name=nonce]");
  if (reveal) {
    reveal.value ||= localStorage.getItem(kept(form.dataset.hash)) ?? "";
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
  const show = (nonce) => {
    shown.hidden = !nonce;
    if (!nonce) return;
    shown.querySelector("code").textContent = nonce;
    shown.querySelector("a").href = URL.createObjectURL(new Blob([nonce], { type: "text/plain" }));
  };
  const choose = async () => {
    if (!own.querySelector("input").checked) {
      sent.value = "";
      show("");
      return;
    }
    const bytes = crypto.getRandomValues(new Uint8Array(32));
    sent.value = await hash(bytes);
    localStorage.setItem(kept(sent.value), hex(bytes));
    show(hex(bytes));
  };
  own.hidden = false;
  const before = sent.value && localStorage.getItem(kept(sent.value)); // the form came back: the choice stands
  own.querySelector("input").checked = Boolean(before);
  if (!before) sent.value = "";
  show(before);
  form.addEventListener("change", (event) => event.target.name === "_nonce" && choose());
})();
