// A quote that its bidder keeps: sealed in this browser, only its commitment is sent before the deadline. After it, the kept file
// fills the form. Without script a bidder uses keep.py instead (web/keeping.py).
(() => {
  "use strict";
  if (!window.crypto?.subtle) return;
  const kept = (project, commitment) => `quote:${project}:${commitment}`;

  const reveal = document.querySelector("form[data-shows]");
  if (reveal) {
    const fill = (text) => {
      try {
        const quote = JSON.parse(text);
        for (const name of ["content", "salt"]) reveal.querySelector(`[name=${name}]`).value = quote[name] ?? "";
      } catch {
        return; // no such file: the fields stay as they are, the server says what is wrong with them
      }
    };
    const before = localStorage.getItem(kept(reveal.dataset.project, reveal.dataset.shows));
    if (before && !reveal.querySelector("[name=content]").value) fill(before);
    const file = document.getElementById("kept");
    file.closest("[hidden]").hidden = false;
    file.addEventListener("change", async () => file.files[0] && fill(await file.files[0].text()));
    return;
  }

  const box = document.getElementById("keep");
  if (!box) return;
  const { project, bidder, rate, ceiling } = box.dataset;
  const utf8 = new TextEncoder();
  const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const typed = (id) => document.getElementById(id).value.normalize("NFKC").replace(/[\s,，、¥元%]/g, "");

  // Each part with its length before it, in 8 bytes: no two lists of parts give one text (market/vault.py)
  const joined = (parts) =>
    new Uint8Array(
      parts.flatMap((part) => {
        const length = new DataView(new ArrayBuffer(8));
        length.setBigUint64(0, BigInt(part.length));
        return [...new Uint8Array(length.buffer), ...part];
      }),
    );

  // The one text of this quote: keys in order, no spaces, fen or basis points; null when a field cannot be read
  const written = () => {
    const price = /^(\d{1,13})(?:\.(\d{1,2}))?$/.exec(typed("price"));
    const days = /^\d{1,4}$/.exec(typed("days"));
    const hundredths = price && Number(price[1]) * 100 + Number((price[2] ?? "").padEnd(2, "0"));
    // What the server would refuse after the deadline is refused now: more than the ceiling, all of it off, no day or too many
    const fits = price && (rate ? hundredths < 10000 : hundredths > 0 && hundredths <= Number(ceiling || Infinity));
    const inTime = days && Number(days[0]) >= 1 && Number(days[0]) <= 1000;
    document.getElementById("price").toggleAttribute("aria-invalid", !fits);
    document.getElementById("days").toggleAttribute("aria-invalid", !inTime);
    if (!fits || !inTime) return null;
    return JSON.stringify({ [rate ? "discountBp" : "amountFen"]: hundredths, note: "", serviceWorkingDays: Number(days[0]) });
  };

  const field = document.getElementById("commitment");
  const sealed = box.querySelector("[data-kept]");
  box.querySelector("button").addEventListener("click", async () => {
    const content = written();
    box.querySelector("[data-wrong]").hidden = Boolean(content);
    sealed.hidden = !content;
    field.value = "";
    if (!content) return;
    const salt = crypto.getRandomValues(new Uint8Array(32));
    const parts = ["zhoushan-market quote v1", project, bidder, content].map((text) => utf8.encode(text));
    const commitment = hex(new Uint8Array(await crypto.subtle.digest("SHA-256", joined([...parts, salt]))));
    const file = JSON.stringify({ project, bidder, content, salt: hex(salt), commitment }, null, 1);
    localStorage.setItem(kept(project, commitment), file);
    const link = sealed.querySelector("a");
    link.href = URL.createObjectURL(new Blob([file], { type: "application/json" }));
    link.download = `quote-${project}-${commitment.slice(0, 8)}.json`;
    sealed.querySelector("code").textContent = content;
    field.value = commitment;
  });
  box.hidden = false;
})();
