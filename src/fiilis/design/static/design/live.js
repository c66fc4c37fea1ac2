// Keeps a part of a page up to date: the stream tells a version, the part is fetched again, the reader keeps her place.
//
// <div data-live="/live/acme" data-fragment="/w/acme/now/board" data-version="41" data-live-status="status-id"
//      data-live-busy="Updating" data-live-on="Updates by itself" data-live-lost="Connection lost, trying again"
//      data-live-said="The figures were updated">

const ANNOUNCE_MS = 60000;
const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 30000;

export function live(place) {
  if (place.liveStarted) return;
  place.liveStarted = true;
  const topic = place.dataset.liveTopic || "facts";
  const status = document.getElementById(place.dataset.liveStatus);
  const voice = speaker();
  let seen = Number(place.dataset.version || -1);
  let wanted = seen;
  let busy = false;
  let delay = FIRST_RETRY_MS;
  let said = 0;
  let source;

  function show(state) {
    if (!status) return;
    status.dataset.state = state;
    status.textContent = place.dataset[{ on: "liveOn", busy: "liveBusy", lost: "liveLost" }[state]] || "";
  }

  function open() {
    source = new EventSource(place.dataset.live);
    source.addEventListener("open", () => { delay = FIRST_RETRY_MS; show("on"); });
    source.addEventListener(topic, (event) => {
      const { version } = JSON.parse(event.data);
      if (!(version > wanted)) return;
      wanted = version;
      refresh();
    });
    source.addEventListener("error", () => {
      show("lost");
      if (source.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
      setTimeout(() => place.isConnected && open(), delay * (0.8 + Math.random() * 0.4));
      delay = Math.min(delay * 2, LAST_RETRY_MS);
    });
  }

  async function refresh() {
    if (busy) return;
    busy = true;
    let failures = 0;
    while (place.isConnected && wanted > seen) {
      const version = wanted;
      show("busy");
      if (await fetched(version)) {
        seen = version;
        failures = 0;
        show("on");
        announce();
      } else {
        show("lost");
        failures += 1;
        await new Promise((resolve) => setTimeout(resolve, Math.min(FIRST_RETRY_MS * 2 ** failures, LAST_RETRY_MS)));
      }
    }
    busy = false;
  }

  async function fetched(version) {
    const url = place.dataset.fragment;
    const address = `${url}${url.includes("?") ? "&" : "?"}at_least=${version}`;
    try {
      const reply = await fetch(address, { credentials: "same-origin", headers: { "X-Live": "1" }, cache: "no-store" });
      if (reply.redirected || !reply.ok) return false; // a sign-in page must not land inside the board
      replace(place, await reply.text());
      return true;
    } catch {
      return false;
    }
  }

  function announce() {
    const words = place.dataset.liveSaid;
    if (!words || Date.now() - said < ANNOUNCE_MS) return;
    said = Date.now();
    voice.textContent = "";
    setTimeout(() => { voice.textContent = words; }, 100);
  }

  open();
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => event.persisted && open());
}

function speaker() {
  let voice = document.getElementById("live-voice");
  if (!voice) {
    voice = document.createElement("div");
    voice.id = "live-voice";
    voice.className = "sr";
    voice.setAttribute("aria-live", "polite");
    document.body.append(voice);
  }
  return voice;
}

// The same place, by id or else by the way down from the part's root.
function trail(root, node) {
  if (node.id) return { id: node.id };
  const steps = [];
  for (let at = node; at !== root; at = at.parentElement) steps.unshift([...at.parentElement.children].indexOf(at));
  return { steps };
}

function follow(root, { id, steps }) {
  if (id) return document.getElementById(id);
  return steps.reduce((at, step) => at?.children[step], root);
}

function replace(root, html) {
  const active = root.contains(document.activeElement) && document.activeElement !== root ? document.activeElement : null;
  const focus = active && trail(root, active);
  const range = active && "selectionStart" in active ? [active.selectionStart, active.selectionEnd, active.value] : null;
  const open = [...root.querySelectorAll("details[open][id]")].map((details) => details.id);
  const inner = [...root.querySelectorAll(".scroll")].map((part) => [part.scrollLeft, part.scrollTop]);
  const [x, y] = [scrollX, scrollY];
  const fresh = document.createElement("template");
  fresh.innerHTML = html;
  root.replaceChildren(fresh.content);
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  root.querySelectorAll(".scroll").forEach((part, index) => {
    if (inner[index]) [part.scrollLeft, part.scrollTop] = inner[index];
  });
  const again = focus && follow(root, focus);
  if (again) {
    again.focus({ preventScroll: true });
    if (range) {
      again.value = range[2];
      if (range[0] !== null) again.setSelectionRange(range[0], range[1]);
    }
  }
  scrollTo(x, y);
  if (window.htmx) window.htmx.process(root);
}
