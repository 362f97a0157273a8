// Checks a signed receipt in the reader's own browser: the platform's signature and, given content and salt, the commitment itself.
// The sentences stand in the page, hidden; this shows the ones that hold.
(() => {
  "use strict";
  const DOMAIN = "zhoushan-market quote v1";
  const utf8 = new TextEncoder();
  const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const unhex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  const unbase64 = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));

  // Each part with its length before it, in 8 bytes: no two lists of parts give one text.
  const joined = (parts) => {
    const all = new Uint8Array(parts.reduce((sum, part) => sum + 8 + part.length, 0));
    parts.reduce((at, part) => {
      new DataView(all.buffer).setBigUint64(at, BigInt(part.length));
      all.set(part, at + 8);
      return at + 8 + part.length;
    }, 0);
    return all;
  };

  const commitment = async ({ project, bidder }, content, salt) =>
    hex(await sha256(joined([...[DOMAIN, project, bidder, content].map((text) => utf8.encode(text)), unhex(salt)])));

  const readKey = async (line) => {
    const [, name, id, key] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(line);
    // A browser without Ed25519 refuses here: then the signature is not checked, and the reader is told.
    const usable = await crypto.subtle.importKey("raw", unbase64(key).slice(1), { name: "Ed25519" }, false, ["verify"]).catch(() => null);
    return { name, id, usable };
  };

  const readReceipt = (text, name) => {
    const [, said, signed] = /^([\s\S]*\n)\n— \S+ (\S+)\s*$/.exec(text.trim().replace(/\r\n/g, "\n")) ?? [];
    const [first, project, bidder, hash, time] = (said ?? "").split("\n");
    if (!/^[0-9a-f]{64}$/.test(hash ?? "") || !time?.startsWith("time ") || first !== `${name}/receipt`) return null;
    return { said, signature: unbase64(signed), project, bidder, commitment: hash, at: time.slice(5) };
  };

  const holds = async (key, receipt) => {
    if (hex(receipt.signature.slice(0, 4)) !== key.id) return false;
    return crypto.subtle.verify({ name: "Ed25519" }, key.usable, receipt.signature.slice(4), utf8.encode(receipt.said));
  };

  const checked = async (text, content, salt, key) => {
    let receipt = null;
    try {
      receipt = readReceipt(text, key.name);
    } catch {
      receipt = null;
    }
    if (!receipt) return { codes: ["unreadable"] };
    if (key.usable && !(await holds(key, receipt))) return { codes: ["forged"] };
    const codes = [key.usable ? "signed" : "unsigned"];
    if (content && salt) codes.push((await commitment(receipt, content, salt)) === receipt.commitment ? "matches" : "differs");
    return { codes, receipt };
  };

  const tool = document.getElementById("tool");
  const value = (id) => document.getElementById(id).value.trim();
  document.getElementById("check").addEventListener("click", async () => {
    const { codes, receipt } = await checked(value("receipt"), value("content"), value("salt"), await readKey(tool.dataset.key));
    for (const sentence of document.querySelectorAll("[data-code]")) {
      sentence.hidden = !codes.includes(sentence.dataset.code);
      for (const place of sentence.querySelectorAll("[data-fact]")) place.textContent = receipt?.[place.dataset.fact] ?? "";
    }
    document.getElementById("verdict").className = codes.some((code) => ["unreadable", "forged", "differs"].includes(code)) ? "bad" : "good";
  });
  // Browsers offer Web Crypto on safe connections only.
  if (globalThis.crypto?.subtle) tool.hidden = false;
  else document.getElementById("unsafe").hidden = false;
})();
