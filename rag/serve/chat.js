// What the page does itself: open a source, copy, hand over what was clicked in a list, keep the address.
"use strict";

const ARXIV_ID = /^https:\/\/arxiv\.org\/abs\/([^?#]+?)(?:v\d+)?$/;
const KEPT = /\/c\/([\w-]{16,64})\.md/;
const DRAFT = "arxiv-rag-draft";
/** What Gradio itself says in English alone, when the server is lost and until it is back. */
const LOST = {
  "Connection Lost": "连接中断",
  Error: "出错了",
  "Connection to the server was lost. Attempting reconnection...": "与服务器的连接已中断，正在重新连接；恢复后对话会接着显示。",
};

/** Show the card of a citation, with its abstract unfolded; false where this answer's cards are not on the page. */
function showSource(link) {
  const found = ARXIV_ID.exec(link.href);
  const card = found && document.getElementById("paper-" + found[1].replace(/[^\w.-]/g, "-"));
  const messages = document.querySelectorAll("#conversation .reply");
  if (!card || link.closest(".reply") !== messages[messages.length - 1]) return false;
  showTab("sources");
  const details = card.querySelector("details");
  if (details) details.open = true;
  for (const outer of document.querySelectorAll("#sources details.others")) {
    if (outer.contains(card)) outer.open = true;
  }
  for (const other of document.querySelectorAll(".card.shown")) other.classList.remove("shown");
  card.classList.add("shown");
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  // the card is laid out once its tab is shown
  requestAnimationFrame(() => card.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" }));
  return true;
}

/** Turn to the tab that holds an element. */
function showTab(inside) {
  const panel = document.getElementById(inside)?.closest("[role=tabpanel]");
  const tab = panel && document.querySelector(`[role=tab][aria-controls="${panel.id}"]`);
  if (tab && tab.getAttribute("aria-selected") !== "true") tab.click();
}

/** Show the quotes under an earlier answer. */
function showQuotes(link) {
  const quotes = link.closest(".reply")?.querySelector("details.quotations");
  if (!quotes || quotes.contains(link)) return false;
  quotes.open = true;
  quotes.scrollIntoView({ block: "nearest" });
  return true;
}

/** Put text into one of Gradio's boxes as if it had been typed. */
function type(box, text) {
  Object.getOwnPropertyDescriptor(Object.getPrototypeOf(box), "value").set.call(box, text);
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

/** Hand what was clicked to the server; two clicks on the same thing are two events. */
function tell(wire, text) {
  const box = document.querySelector(`#${wire} input`);
  if (box) type(box, box.value === text ? text + " " : text);
}

/** Ask a question as if it had been typed; where an answer is under way it waits in the box. */
function ask(question) {
  const box = document.querySelector("#question textarea");
  if (!box) return;
  type(box, question);
  box.focus();
  setTimeout(() => document.querySelector("#question .submit-button")?.click(), 30);
}

async function copyAnswer(button) {
  const answer = button.closest(".reply")?.querySelector(".answer");
  if (!answer) return;
  await navigator.clipboard.writeText(answer.innerText);
  button.classList.add("done");
  setTimeout(() => button.classList.remove("done"), 1500);
}

/** The first click asks whether that is meant, the second one is. */
function forget(button) {
  if (!button.classList.contains("sure")) {
    button.classList.add("sure");
    setTimeout(() => button.classList.remove("sure"), 4000);
    return;
  }
  tell("forget", button.closest(".thread").id.replace("thread-", ""));
}

function identifierOf(entry) {
  return ARXIV_ID.exec(entry.querySelector("a[href*='/abs/']")?.href ?? "")?.[1] ?? "";
}

/** Name the conversation in the address, so that a reload finds it; an empty name takes it away. */
function keepAddress(thread) {
  const address = new URL(location.href);
  if ((address.searchParams.get("c") ?? "") === thread) return;
  if (thread) address.searchParams.set("c", thread);
  else address.searchParams.delete("c");
  history.replaceState(history.state, "", address);
}

const ON_BUTTON = {
  copy: (button) => void copyAnswer(button),
  say: (button) => ask(button.title),
  forget,
  drop: (button) => {
    const kind = [...button.classList].find((name) => !["drop"].includes(name) && !name.startsWith("svelte"));
    tell("drop", `${kind} ${button.querySelector(".value").textContent}`);
  },
  pick: (button) => {
    tell("pick", identifierOf(button.closest(".entry")));
    if (window.matchMedia("(hover: hover)").matches) document.querySelector("#question textarea")?.focus();
  },
  read: (button) => tell("read", identifierOf(button.closest(".entry"))),
};

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("button");
  for (const [name, act] of Object.entries(ON_BUTTON)) if (button?.classList.contains(name)) act(button);
  if (button?.id === "fresh") keepAddress("");
  const plain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  const link = event.target.closest?.("a");
  if (!link || !plain) return;
  if (link.matches("#conversation a.chip") && (showSource(link) || showQuotes(link))) event.preventDefault();
  if (link.matches("a.open")) {
    event.preventDefault();
    location.assign(link.href);
  }
  const thread = new URL(location.href).searchParams.get("c");
  if (link.id === "language" && thread) {
    event.preventDefault();
    location.assign(`${link.href}&c=${thread}`);
  }
});

// Gradio follows the browser's wish for darkness; a conversation that is read by others is without Gradio
if (document.body?.classList.contains("shared") && window.matchMedia("(prefers-color-scheme: dark)").matches) {
  document.body.classList.add("dark");
}

let draft = sessionStorage.getItem(DRAFT);
sessionStorage.removeItem(DRAFT);

/** Put a question that was not yet sent back into its box: Gradio loads the page anew once a lost server is back. */
function restoreDraft() {
  const box = draft && document.querySelector("#question textarea");
  if (!box) return;
  if (!box.value) type(box, draft);
  draft = null;
}

window.addEventListener("pagehide", () => {
  const typed = document.querySelector("#question textarea")?.value;
  if (typed) sessionStorage.setItem(DRAFT, typed);
});

/** Say in the page's language what Gradio says in English. */
function translateToasts() {
  if (!document.documentElement.lang.startsWith("zh")) return;
  for (const part of document.querySelectorAll(".toast-title, [data-testid='toast-text']")) {
    const said = part.childElementCount ? undefined : LOST[part.textContent.trim()];
    if (said) part.textContent = said;
  }
}

// "/" goes to the question box, as on many search pages
document.addEventListener("keydown", (event) => {
  const busy = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || busy || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  document.querySelector("#question textarea")?.focus();
});

new MutationObserver(() => {
  restoreDraft();
  translateToasts();
  // Gradio names each message by its markup, which a screen reader would spell out; the text itself says it better
  for (const message of document.querySelectorAll("#conversation [data-testid][aria-label*='<']")) {
    message.removeAttribute("aria-label");
  }
  // nor are Gradio's examples a list: they are buttons
  for (const part of document.querySelectorAll("#conversation .examples[role], #conversation .example[role]")) {
    part.removeAttribute("role");
  }
  const kept = KEPT.exec(document.querySelector("#conversation a.export")?.getAttribute("href") ?? "");
  if (kept && document.getElementById("question")) keepAddress(kept[1]);
}).observe(document.documentElement, { childList: true, subtree: true, attributeFilter: ["aria-label"] });
