// The little that the page does itself: open a source, copy an answer, mend what screen readers are told.
"use strict";

const ARXIV_ID = /^https:\/\/arxiv\.org\/abs\/([^?#]+?)(?:v\d+)?$/;

/** Show the card of a citation, with its abstract unfolded; false where this answer's cards are not on the page. */
function showSource(link) {
  const found = ARXIV_ID.exec(link.href);
  const card = found && document.getElementById("paper-" + found[1].replace(/[^\w.-]/g, "-"));
  const messages = document.querySelectorAll("#conversation .reply");
  if (!card || link.closest(".reply") !== messages[messages.length - 1]) return false;
  const details = card.querySelector("details");
  if (details) details.open = true;
  for (const other of document.querySelectorAll(".card.shown")) other.classList.remove("shown");
  card.classList.add("shown");
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  card.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
  return true;
}

/** Show the quotes under an earlier answer. */
function showQuotes(link) {
  const quotes = link.closest(".reply")?.querySelector("details.quotations");
  if (!quotes || quotes.contains(link)) return false;
  quotes.open = true;
  quotes.scrollIntoView({ block: "nearest" });
  return true;
}

async function copyAnswer(button) {
  const answer = button.closest(".reply")?.querySelector(".answer");
  if (!answer) return;
  await navigator.clipboard.writeText(answer.innerText);
  button.classList.add("done");
  setTimeout(() => button.classList.remove("done"), 1500);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("button.copy");
  if (button) void copyAnswer(button);
  const link = event.target.closest?.("#conversation a.chip");
  const plain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  if (link && plain && (showSource(link) || showQuotes(link))) event.preventDefault();
});

// "/" goes to the question box, as on many search pages
document.addEventListener("keydown", (event) => {
  const busy = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || busy || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  document.querySelector("#question textarea")?.focus();
});

// Gradio names each message by its markup, which a screen reader would spell out; the text itself says it better
new MutationObserver(() => {
  for (const message of document.querySelectorAll("#conversation [data-testid][aria-label*='<']")) {
    message.removeAttribute("aria-label");
  }
}).observe(document.documentElement, { childList: true, subtree: true, attributeFilter: ["aria-label"] });
