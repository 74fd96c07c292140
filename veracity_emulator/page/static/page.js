// Keeps the parts of the page that are marked data-live as the server has them. Without it, reload.
"use strict";

const PAUSE_MS = 1000;
const live = document.getElementById("live");

const seen = new WeakMap(); // what each part was on the server, whatever became of it here

function note(part) {
  seen.set(part, part.innerHTML);
  for (const child of part.children) if (child.id) seen.set(child, child.outerHTML);
}

function merge(old, fresh) {
  if (seen.get(old) === fresh.innerHTML) return;
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const known = new Map([...old.children].filter((child) => child.id).map((child) => [child.id, child]));
  const keepsParts = [...fresh.children].length > 0 && [...fresh.children].every((child) => child.id);
  seen.set(old, fresh.innerHTML);
  if (!keepsParts) {
    old.innerHTML = fresh.innerHTML;
  } else {
    old.replaceChildren(...[...fresh.children].map((child) => {
      const html = child.outerHTML;
      const there = known.get(child.id);
      const keeps = there && (seen.get(there) === html || there.contains(focused));
      const kept = keeps ? there : document.importNode(child, true);
      seen.set(kept, html);
      return kept;
    }));
  }
  if (focused && document.contains(focused)) focused.focus({ preventScroll: true });
}

async function refresh() {
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const old of document.querySelectorAll("[data-live]")) {
      const part = fresh.getElementById(old.id);
      if (part) merge(old, part);
    }
    live.textContent = "Live";
    live.classList.remove("lost");
  } catch {
    live.textContent = "Not reached";
    live.classList.add("lost");
  }
}

async function run() {
  live.hidden = false;
  for (;;) {
    await new Promise((done) => setTimeout(done, PAUSE_MS));
    if (!document.hidden) await refresh();
  }
}

document.querySelectorAll("[data-live]").forEach(note);
document.querySelector("nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
run();
