// Draws again what a transcript says was drawn, in the reader's own browser: market/selection/draw.py, written a second time.
(() => {
  "use strict";
  const FIRST = "draw/1";
  const RULE = "draw/2";
  const FORMATS = new Map([[FIRST, "zhoushan-market draw transcript/1"], [RULE, "zhoushan-market draw transcript/2"]]);
  const MOST_DRAWS = 10000;
  const domain = (name) => `zhoushan-market draw ${name} v1`;
  const utf8 = new TextEncoder();

  const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const isText = (text) => typeof text === "string";
  const unhex = (text) => {
    if (!isText(text) || !/^(?:[0-9a-f]{2})+$/.test(text)) throw new TypeError(text);
    return Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));
  };

  const bytesOf = (field) => {
    if (isText(field)) return utf8.encode(field);
    if (field instanceof Uint8Array) return field;
    throw new TypeError(field);
  };
  // Each field with its length before it, in 8 bytes: no two lists of fields give one text.
  const joined = (fields) => {
    const parts = fields.map(bytesOf);
    const all = new Uint8Array(parts.reduce((sum, part) => sum + 8 + part.length, 0));
    let at = 0;
    for (const part of parts) {
      new DataView(all.buffer).setBigUint64(at, BigInt(part.length));
      all.set(part, at + 8);
      at += 8 + part.length;
    }
    return all;
  };
  const hashed = async (name, ...fields) => new Uint8Array(await crypto.subtle.digest("SHA-256", joined([domain(name), ...fields])));
  const hmac = async (key, message) => {
    const imported = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    return new Uint8Array(await crypto.subtle.sign("HMAC", imported, message));
  };
  const chained = async (start, times) => {
    let now = start;
    for (let time = 0; time < times; time += 1) now = await hashed("code", now);
    return now;
  };

  const byText = (a, b) => (a < b ? -1 : Number(a > b));
  const byId = (a, b) => byText(a.id, b.id);

  const seed = (code, project, roster, nonces, beacon) => {
    const pairs = [...nonces].sort(byId).flatMap(({ id, nonce }) => [id, nonce]);
    return Promise.all([hashed("roster", ...[...roster].sort(byText)), hashed("nonces", ...pairs)])
      .then(([all, taking]) => hashed("seed", project, all, taking, beacon))
      .then((inputs) => hmac(code, inputs));
  };
  const order = async (prk, ids) => {
    const places = await Promise.all(ids.map(async (id) => ({ id, place: hex(await hmac(prk, Uint8Array.of(...utf8.encode(id), 1))) })));
    return [...places].sort((a, b) => byText(a.place, b.place)).map(({ id }) => id);
  };

  const noticeHash = (notice) => {
    const beacon = notice.beacon ?? { id: "", at: "", until: "" };
    const texts = [notice.project, notice.commitment, notice.rule, notice.publishedAt, beacon.id, beacon.at];
    if (notice.rule !== FIRST) texts.push(beacon.until);
    return hashed("notice", ...texts, String(notice.draws), String(notice.revealSeconds)).then(hex);
  };
  const closingHash = (notice, closing) => {
    const fields = [...closing.roster].sort(byId).flatMap((b) => [b.id, b.hash, b.escrowed ? "escrowed" : "own"]);
    const times = [closing.closesAt, closing.at, closing.revealUntil];
    return hashed("closing", notice, closing.salt, ...times, String(closing.count), ...fields).then(hex);
  };
  const beaconHash = (project, beacon) => {
    if (!beacon.voices) return hashed("beacon", project, beacon.value, beacon.link, beacon.recordedAt, beacon.confirmedAt).then(hex);
    const said = beacon.voices.flatMap(({ by, organisation, value, link, at }) => [by, organisation, value, link, at]);
    return hashed("voices", project, beacon.value, ...said).then(hex);
  };
  const repeated = (texts) => new Set(texts.filter((text, at) => texts.indexOf(text) !== at));
  // The values that officials of two organisations say.
  const agreed = (voices) => {
    const apart = (value) => new Set(voices.filter((voice) => voice.value === value).map(({ organisation }) => organisation)).size;
    return [...new Set(voices.map(({ value }) => value))].filter((value) => apart(value) > 1);
  };
  const counted = (voices) => {
    const values = agreed(voices);
    return values.length === 1 ? values[0] : "";
  };

  // Throws for what another reader could take for something else.
  const demandReadable = ({ format, notice, closing, reveals, excluded, beacon, draw }) => {
    if (!FORMATS.has(notice.rule) || format !== FORMATS.get(notice.rule) || beacon === undefined) throw new TypeError("format");
    if (beacon && Boolean(beacon.voices) !== (notice.rule === RULE)) throw new TypeError("format");
    const voices = beacon?.voices ?? [];
    const ids = [...closing.roster, ...reveals].map((bidder) => bidder.id).concat(excluded, draw.order);
    ids.push(...voices.flatMap(({ by, organisation }) => [by, organisation]));
    const moments = [notice.publishedAt, closing.closesAt, closing.at, closing.revealUntil, draw.at];
    if (notice.beacon) moments.push(notice.beacon.at);
    if (notice.beacon && notice.rule !== FIRST) moments.push(notice.beacon.until);
    moments.push(...voices.map(({ at }) => at));
    const wrong = ids.filter((id) => !isText(id) || !/^[0-9A-Z]{1,40}$/.test(id));
    wrong.push(...moments.filter((at) => !isText(at) || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/.test(at)));
    wrong.push(...[notice.draws, notice.revealSeconds, closing.count, draw.number].filter((n) => !Number.isInteger(n)));
    wrong.push(...closing.roster.map((bidder) => bidder.escrowed).filter((escrowed) => typeof escrowed !== "boolean"));
    if (wrong.length) throw new TypeError(wrong.join(", "));
  };

  const noticeProblems = async ({ notice, draw }) => {
    const found = [];
    if ((await noticeHash(notice)) !== notice.hash) found.push({ code: "notice_changed" });
    const possible = draw.number >= 1 && draw.number <= Math.min(notice.draws, MOST_DRAWS);
    const shown = unhex(draw.code);
    if (!possible || hex(await chained(shown, draw.number)) !== notice.commitment) found.push({ code: "code_not_committed" });
    return found;
  };

  const rosterProblems = async ({ notice, closing }) => {
    const found = [];
    const listed = closing.roster.length;
    const counted = closing.count;
    if (listed !== counted) found.push({ code: listed > counted ? "bidder_added" : "bidder_removed", listed, counted });
    if ((await closingHash(notice.hash, closing)) !== closing.hash) found.push({ code: "closing_changed" });
    return found;
  };

  const about = (code, ids) => [...ids].sort(byText).map((id) => ({ code, id }));
  const revealProblems = async ({ notice, closing, reveals, excluded }) => {
    const known = closing.roster.map((bidder) => bidder.id);
    const named = [...reveals.map((bidder) => bidder.id), ...excluded];
    const hashes = new Map(closing.roster.map((bidder) => [bidder.id, bidder.hash]));
    const withheld = closing.roster.filter((bidder) => bidder.escrowed && excluded.includes(bidder.id));
    const found = [
      ...about("twice", [...repeated(known), ...repeated(named)]),
      ...about("not_in_roster", new Set(named.filter((id) => !known.includes(id)))),
      ...about("unaccounted", new Set(known.filter((id) => !named.includes(id)))),
      ...about("escrow_withheld", withheld.map((bidder) => bidder.id)),
    ];
    for (const { id, nonce } of reveals) {
      const given = hex(await hashed("nonce", notice.project, id, unhex(nonce)));
      if (hashes.has(id) && given !== hashes.get(id)) found.push({ code: "nonce_changed", id });
    }
    return found;
  };

  const beaconProblems = async ({ notice, closing, beacon }) => {
    const found = [];
    const announced = notice.beacon;
    if (Boolean(announced) !== Boolean(beacon)) found.push({ code: announced ? "beacon_missing" : "beacon_unannounced" });
    const choosing = closing.roster.some((bidder) => !bidder.escrowed);
    if (announced && announced.at < (choosing ? closing.revealUntil : closing.closesAt)) found.push({ code: "beacon_early" });
    if (beacon && (await beaconHash(notice.project, beacon)) !== beacon.hash) found.push({ code: "beacon_changed" });
    return found;
  };

  const voiceProblems = async ({ notice, beacon, draw }) => {
    const found = [];
    if (!notice.beacon || !beacon?.voices) return found;
    const { at, until } = notice.beacon;
    const { voices } = beacon;
    const distinct = new Set(voices.map(({ by }) => by)).size === voices.length;
    if (!distinct || voices.some((voice) => voice.at < at || voice.at >= until)) found.push({ code: "beacon_voices" });
    if (beacon.value !== counted(voices)) found.push({ code: "beacon_miscounted" });
    if (!agreed(voices).length && draw.at < until) found.push({ code: "beacon_not_waited" });
    return found;
  };

  const orderProblems = async ({ notice, closing, reveals, beacon, draw }) => {
    const found = [];
    const last = [closing.revealUntil, draw.at].sort(byText)[0];
    const times = [notice.publishedAt, closing.closesAt, closing.at, last];
    if (times.some((time, at) => at > 0 && time < times[at - 1])) found.push({ code: "times_disordered" });
    const nonces = [...new Map(reveals.map(({ id, nonce }) => [id, { id, nonce: unhex(nonce) }])).values()];
    const roster = closing.roster.map((bidder) => bidder.id);
    const prk = await seed(unhex(draw.code), notice.project, roster, nonces, beacon ? beacon.value : "");
    if (hex(prk) !== draw.prk) found.push({ code: "seed_differs" });
    const computed = await order(prk, nonces.map(({ id }) => id));
    const length = Math.max(computed.length, draw.order.length);
    const at = Array.from({ length }, (_, place) => place).find((place) => computed[place] !== draw.order[place]);
    if (at !== undefined) found.push({ code: "order_differs", place: at + 1, computed: computed[at] ?? "—", listed: draw.order[at] ?? "—" });
    return found;
  };

  // Everything that is wrong with a transcript; empty when the draw was as it says.
  const verify = async (transcript) => {
    try {
      demandReadable(transcript);
      const found = [];
      const looks = [noticeProblems, rosterProblems, revealProblems, beaconProblems, voiceProblems, orderProblems];
      for (const look of looks) found.push(...(await look(transcript)));
      return found;
    } catch (error) {
      return [{ code: "unreadable", what: String(error.message).slice(0, 80) }];
    }
  };

  const parsed = (text) => {
    try {
      return JSON.parse(text);
    } catch {
      return null;
    }
  };

  const tool = document.getElementById("tool");
  const verdict = document.getElementById("verdict");
  const language = document.documentElement.lang.startsWith("zh") ? "zh" : "en";
  const line = (name, text) => Object.assign(document.createElement(name), { textContent: text });
  let words;

  const show = (transcript, problems) => {
    const good = problems.length === 0;
    const list = document.createElement(good ? "ol" : "ul");
    const said = good ? transcript.draw.order : problems.map((found) => words[found.code][language].replace(/\{(\w+)\}/g, (_, fact) => found[fact]));
    list.append(...said.map((text) => line("li", text)));
    problems.forEach(({ code }, at) => { list.children[at].dataset.code = code; });
    verdict.className = good ? "good" : "bad";
    const anchors = good ? [line("p", `${tool.dataset.compare} ${transcript.notice.hash} ${transcript.closing.hash}`)] : [];
    verdict.replaceChildren(line("h3", good ? tool.dataset.good : tool.dataset.bad), list, ...anchors);
  };

  const check = async () => {
    verdict.replaceChildren();
    words ??= await (await fetch(tool.dataset.words)).json();
    const transcript = parsed(document.getElementById("transcript").value);
    show(transcript, await verify(transcript));
  };

  document.getElementById("check").addEventListener("click", check);
  document.getElementById("file").addEventListener("change", async ({ target }) => {
    document.getElementById("transcript").value = await target.files[0].text();
    await check();
  });
  // Browsers offer Web Crypto on safe connections only.
  if (globalThis.crypto?.subtle) tool.hidden = false;
  else document.getElementById("unsafe").hidden = false;
})();
