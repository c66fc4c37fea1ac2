// The survey page: one question at a time, show-if rules, and answers sent as they are given.
// Nothing is stored in the browser: the key of this answer lives as long as the page does.

const form = document.querySelector("form[data-survey]");
if (form) start(form, form.dataset);

function start(form, set) {
  const fields = [...form.querySelectorAll("[data-question]")];
  const hidden = [...form.querySelectorAll('input[type="hidden"][name^="a_"]')];
  // left out of the post when there are none
  const attributes = hidden.length ? Object.fromEntries(hidden.map((input) => [input.name.slice(2), input.value])) : undefined;
  const find = (name) => form.querySelector(`[data-${name}]`);
  const [back, next, send, again, status, step] = ["back", "next", "send", "again", "status", "step"].map(find);
  const one = set.mode === "one" && fields.length > 1;
  const key = uuid();
  let at = 0;
  let pointer = 0; // when a finger or mouse last pressed: arrow keys must not jump to the next question
  let rev = 0;
  let sent = "{}";
  let done = false;
  let busy = false;
  let wake;

  form.noValidate = true;

  // --- answers and rules -------------------------------------------------------------------------------

  function answer(field) {
    const kind = field.dataset.kind;
    const inputs = [...field.querySelectorAll("input, textarea")];
    if (kind === "short" || kind === "long") return inputs[0].value.trim() || undefined;
    const chosen = inputs.filter((input) => input.checked).map((input) => input.value);
    if (kind === "multiple") return chosen.length ? chosen : undefined;
    if (!chosen.length) return undefined;
    const number = field.querySelector(".scale, .faces") && /^-?\d+$/.test(chosen[0]);
    return number ? Number(chosen[0]) : chosen[0];
  }

  function holds(rule, answers) {
    if (Array.isArray(rule)) return rule.every((part) => holds(part, answers));
    const value = answers[rule.question];
    if (value === undefined) return false;
    if (rule.op === "answered") return true;
    const hit = [value].flat().some((item) => (rule.values || []).some((wanted) => String(wanted) === String(item)));
    return rule.op === "not_in" ? !hit : hit;
  }

  // Questions stand in order and rules point backwards, so one pass settles who is asked.
  function collect() {
    const answers = {};
    for (const field of fields) {
      const rule = field.dataset.showIf;
      field.out = rule ? !holds(JSON.parse(rule), answers) : false;
      const value = field.out ? undefined : answer(field);
      if (value !== undefined) answers[field.dataset.question] = value;
    }
    return answers;
  }

  const asked = () => fields.filter((field) => !field.out);

  function draw() {
    collect();
    const list = asked();
    at = Math.min(at, list.length - 1);
    for (const field of fields) field.hidden = field.out || (one && field !== list[at]);
    if (!one) return;
    const last = at === list.length - 1;
    step.hidden = false;
    step.firstChild.max = list.length;
    step.firstChild.value = at + 1;
    step.lastChild.textContent = set.textStep.replace("{n}", at + 1).replace("{m}", list.length);
    back.hidden = at === 0;
    next.hidden = last;
    send.hidden = !last;
  }

  function fault(field, text) {
    const place = field.querySelector(".error");
    place.textContent = text;
    place.hidden = !text;
    for (const input of field.querySelectorAll("input, textarea"))
      text ? input.setAttribute("aria-invalid", "true") : input.removeAttribute("aria-invalid");
  }

  function lacks(field) {
    const missing = "required" in field.dataset && answer(field) === undefined;
    fault(field, missing ? set.textRequired : "");
    return missing;
  }

  function show(field) {
    if (one) at = Math.max(0, asked().indexOf(field));
    draw();
    const control = field.querySelector("input:checked, input, textarea");
    (recent() && !field.querySelector(".error:not([hidden])") ? field : control).focus();
    if (one) scrollTo(0, 0);
  }

  const recent = () => Date.now() - pointer < 700;

  function forward() {
    const list = asked();
    if (lacks(list[at])) return show(list[at]);
    push();
    if (at < list.length - 1) show(list[at + 1]);
  }

  function finish() {
    const wrong = asked().filter(lacks);
    if (wrong.length) return show(wrong[0]);
    done = true;
    send.setAttribute("aria-disabled", "true");
    push();
  }

  // --- sending: one post at a time, each with all answers so far ---------------------------------------

  const pause = (seconds) => new Promise((resolve) => {
    wake = resolve;
    setTimeout(resolve, seconds * 1000);
  });

  function say(text, bad) {
    status.textContent = text;
    status.classList.toggle("bad", Boolean(bad));
    again.hidden = !bad || !busy;
  }

  async function push() {
    if (busy || "preview" in set) return;
    busy = true;
    let tries = 0;
    let body;
    for (;;) {
      // A post that may have arrived is repeated as it was; newer answers go with the next revision.
      if (!body) {
        const answers = collect();
        const state = JSON.stringify([answers, done]);
        if (state === sent || (!done && !Object.keys(answers).length)) break;
        rev += 1;
        body = { state, text: JSON.stringify({ key, rev, version: number(set.version), answers, lang: set.lang, channel: set.channel, source: set.source, attributes, done }) };
      }
      if (done && !tries) say(set.textSending);
      const reply = await post(body.text);
      if (reply && reply.ok) {
        sent = body.state;
        const final = JSON.parse(sent)[1];
        body = undefined;
        tries = 0;
        say("");
        if (final) return location.assign(set.thanks);
      } else if (!reply || reply.status === 429 || reply.status >= 500) {
        tries += 1;
        const wait = Number(reply && reply.headers.get("Retry-After")) || Math.min(30, 2 ** tries / 2);
        if (done || tries > 1) say(reply ? set.textBusy : set.textRetry, true);
        await pause(Math.min(wait, 120) * (1 + Math.random() / 5));
      } else if (reply.status === 409 && tries < 9) {
        body = undefined; // this revision was taken: go on with the next
        tries += 1;
      } else {
        await refused(reply);
        break;
      }
    }
    busy = false;
  }

  async function post(body) {
    try {
      return await fetch(set.door, {
        method: "POST", body, keepalive: true, credentials: "omit", cache: "no-store",
        headers: { "Content-Type": "application/json", Accept: "application/json" },
        signal: AbortSignal.timeout(20000),
      });
    } catch {
      return null;
    }
  }

  async function refused(reply) {
    rev -= 1; // nothing was kept, so the next post may use the number
    busy = false;
    const problem = await reply.json().catch(() => ({}));
    const hits = [];
    for (const { field, text, code } of problem.fields || []) {
      const place = fields.find((item) => [item.dataset.question, `answers.${item.dataset.question}`].includes(field));
      if (place) {
        fault(place, text || code);
        hits.push(place);
      }
    }
    send.removeAttribute("aria-disabled");
    if (!done && !hits.length) return;
    done = false;
    say(hits.length ? "" : problem.detail || problem.title || set.textFailed, true);
    if (hits.length) show(hits[0]);
  }

  // --- wiring ------------------------------------------------------------------------------------------

  form.addEventListener("pointerdown", () => { pointer = Date.now(); });
  form.addEventListener("change", (event) => {
    const field = event.target.closest("[data-question]");
    draw();
    push();
    const list = asked();
    if (one && recent() && event.target.type === "radio" && field === list[at] && at < list.length - 1)
      setTimeout(() => field === asked()[at] && forward(), 180);
  });
  form.addEventListener("input", (event) => {
    count(event.target);
    // Here and not on change: a page that moves as a field is left makes the press on a button miss it.
    fault(event.target.closest("[data-question]"), "");
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (send.hasAttribute("aria-disabled")) return;
    one && at < asked().length - 1 ? forward() : finish();
  });
  next.addEventListener("click", forward);
  back.addEventListener("click", () => show(asked()[at - 1]));
  again.addEventListener("click", () => wake && wake());
  addEventListener("online", () => wake && wake());
  document.addEventListener("visibilitychange", () => document.hidden && push());

  function count(input) {
    const place = input.parentElement.querySelector("[data-left]");
    if (!place) return;
    place.hidden = !input.value;
    place.textContent = place.dataset.left.replace("{n}", input.maxLength - input.value.length);
  }

  form.querySelectorAll("textarea").forEach(count);
  draw();
}

function number(text) {
  return /^\d+$/.test(text) ? Number(text) : text;
}

// randomUUID is there on https and localhost only; a kiosk on a plain address needs the long way.
function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
