// Checks a file of the public log in the reader's own browser: market/log/offline.py, written a second time.
(() => {
  "use strict";
  const FORMAT = "zhoushan-market log/1";
  const KINDS = { format: "string", key: "string", checkpoint: "string", seq: "number", leaf: "string", body: "string" };
  const utf8 = new TextEncoder();

  class Found extends Error {
    constructor(code, facts = {}) {
      super(code);
      this.problem = { code, ...facts };
    }
  }

  const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const unhex = (text) => Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));
  const unbase64 = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const together = (...parts) => {
    const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    parts.reduce((at, part) => (all.set(part, at), at + part.length), 0);
    return all;
  };
  const sha256 = async (...parts) => new Uint8Array(await crypto.subtle.digest("SHA-256", together(...parts)));

  class Tree {
    size = 0;
    peaks = [];

    async add(leaf) {
      let found = leaf;
      for (let left = this.size; left % 2; left = Math.floor(left / 2)) found = await sha256([1], this.peaks.pop(), found);
      this.peaks.push(found);
      this.size += 1;
    }

    async root() {
      if (!this.peaks.length) return hex(await sha256());
      let found = this.peaks.at(-1);
      for (const peak of this.peaks.slice(0, -1).reverse()) found = await sha256([1], peak, found);
      return hex(found);
    }
  }

  const readKey = async (line) => {
    const [, name, id, key] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(line);
    const raw = unbase64(key);
    if (raw[0] !== 1 || raw.length !== 33 || hex(await sha256(utf8.encode(`${name}\n`), raw)).slice(0, 8) !== id) throw new TypeError(line);
    // A browser without Ed25519 refuses here: then signatures are not checked, and the reader is told.
    const usable = await crypto.subtle.importKey("raw", raw.slice(1), { name: "Ed25519" }, false, ["verify"]).catch(() => null);
    return { line, name, id, usable };
  };

  const holds = (key, signature, text) => crypto.subtle.verify({ name: "Ed25519" }, key.usable, signature, utf8.encode(text));
  const readNote = async (note, key) => {
    const end = note.lastIndexOf("\n\n");
    const text = note.slice(0, Math.max(end, 0));
    const [name, size, root] = text.split("\n");
    const start = `— ${key.name} `;
    const ours = note.slice(end + 2).split("\n").filter((line) => line.startsWith(start)).map((line) => unbase64(line.slice(start.length)));
    const mine = name === key.name ? ours.filter((raw) => hex(raw.slice(0, 4)) === key.id) : [];
    const signed = key.usable ? (await Promise.all(mine.map((raw) => holds(key, raw.slice(4), `${text}\n`)))).some(Boolean) : true;
    if (!/^\d+$/.test(size)) throw new TypeError(size);
    return { size: Number(size), root: hex(unbase64(root)), known: mine.length > 0, signed };
  };

  const readRow = (text, line) => {
    let row = null;
    try {
      row = JSON.parse(text);
    } catch {
      row = null;
    }
    const entries = row && typeof row === "object" && !Array.isArray(row) ? Object.entries(row) : [];
    const sound = entries.every(([name, value]) => typeof value === KINDS[name] && (name !== "seq" || Number.isInteger(value)));
    if (!entries.length || !sound) throw new Found("unreadable", { line });
    return { ...row, line };
  };

  const readHead = async (lines) => {
    const row = readRow(lines[0] ?? "", 1);
    try {
      if (row.format === FORMAT) return await readKey(row.key);
    } catch {
      throw new Found("unreadable", { line: 1 });
    }
    throw new Found("unreadable", { line: 1 });
  };

  const demandNumber = (row, wanted, rest) => {
    if (row.seq === undefined) throw new Found("unreadable", { line: row.line });
    if (row.seq < wanted) throw new Found("inserted", { seq: wanted - 1, said: row.seq });
    if (row.seq === wanted) return;
    const follows = rest().some((text, at) => readRow(text, row.line + at + 1).seq === wanted);
    throw new Found(follows ? "reordered" : "missing", { seq: wanted });
  };

  const addEntry = async (row, tree) => {
    const seq = tree.size + 1;
    if (row.body !== undefined) {
      if (hex(await sha256([0], utf8.encode(row.body))) !== row.leaf) throw new Found("changed", { seq });
      const said = JSON.parse(row.body).seq;
      if (said !== seq) throw new Found("misplaced", { seq, said });
    }
    if (!/^[0-9a-f]{64}$/.test(row.leaf ?? "")) throw new Found("changed", { seq });
    await tree.add(unhex(row.leaf));
  };

  const checkNote = async (text, key, tree, covered) => {
    const size = tree.size;
    const note = await readNote(text, key).catch(() => null);
    if (!note) throw new Found("root", { size });
    const fits = note.size === size && note.root === (await tree.root());
    if (!note.known) throw new Found("key", { size });
    if (!note.signed) throw new Found(fits ? "signature" : "root", { size });
    if (note.size < size) throw new Found("reordered", { seq: note.size + 1 });
    if (note.size > size) throw new Found("truncated", { entries: size, size: note.size });
    if (!fits) throw new Found("history", { since: covered + 1, size });
  };

  const checkEnd = (tree, covered, kept) => {
    const longest = Math.max(0, ...kept.keys());
    if (longest > tree.size) throw new Found("truncated", { entries: tree.size, size: longest });
    if (covered !== tree.size || !tree.size) throw new Found("uncovered", { seq: covered });
  };

  const checkAll = async (lines, trusted, known, verdict) => {
    const key = await readHead(lines);
    verdict.unsigned = !key.usable;
    if (key.line !== trusted) throw new Found("other_key");
    const kept = new Map();
    const note = known && (await readNote(known, key).catch(() => null));
    if (note && note.known && note.signed) kept.set(note.size, note.root);
    const tree = new Tree();
    let covered = 0;
    for (let at = 1; at < lines.length; at += 1) {
      const row = readRow(lines[at], at + 1);
      if (row.checkpoint !== undefined) {
        await checkNote(row.checkpoint, key, tree, covered);
        covered = tree.size;
        Object.assign(verdict, { last: row.checkpoint, checkpoints: verdict.checkpoints + 1 });
      } else {
        demandNumber(row, tree.size + 1, () => lines.slice(at + 1));
        await addEntry(row, tree);
        verdict.entries = tree.size;
      }
      if (kept.has(tree.size) && kept.get(tree.size) !== (await tree.root())) throw new Found("forked", { size: tree.size });
    }
    checkEnd(tree, covered, kept);
  };

  const verify = async (text, trusted, known) => {
    const verdict = { entries: 0, checkpoints: 0, last: "", problem: null, unsigned: false };
    try {
      await checkAll(text.replace(/\n$/, "").split("\n"), trusted, known, verdict);
    } catch (found) {
      if (!(found instanceof Found)) throw found;
      verdict.problem = found.problem;
    }
    return verdict;
  };

  const tool = document.getElementById("tool");
  const place = document.getElementById("verdict");
  const language = document.documentElement.lang.startsWith("zh") ? "zh" : "en";
  const line = (name, text) => Object.assign(document.createElement(name), { textContent: text });
  let words;

  const show = (verdict) => {
    const said = verdict.problem ?? { code: "good", ...verdict };
    const sentence = line("p", words[said.code][language].replace(/\{(\w+)\}/g, (_, fact) => said[fact]));
    sentence.dataset.code = said.code;
    place.className = verdict.problem ? "bad" : "good";
    const more = verdict.problem ? [] : [line("pre", verdict.last)];
    if (verdict.unsigned) more.push(line("p", tool.dataset.unsigned));
    place.replaceChildren(line("h3", verdict.problem ? tool.dataset.bad : tool.dataset.good), sentence, ...more);
  };

  document.getElementById("file").addEventListener("change", async ({ target }) => {
    place.replaceChildren();
    words ??= await (await fetch(tool.dataset.words)).json();
    show(await verify(await target.files[0].text(), tool.dataset.key, document.getElementById("known").value.trim() && document.getElementById("known").value));
    target.value = "";
  });
  // Browsers offer Web Crypto on safe connections only.
  if (globalThis.crypto?.subtle) tool.hidden = false;
  else document.getElementById("unsafe").hidden = false;
})();
