// The list of papers: search as you type, narrow to a category, mark what is new and what is chosen.
"use strict";

const VISITS = "arxiv-rag:visits";
const VISIT_ENDS = 4 * 3600 * 1000; // milliseconds without a look at the list, after which the next look is a new visit
const MOST_KNOWN = 20000; // ids that are remembered
let narrowed = "";
let freshOnly = false;

/** Return the ids of papers that came since the last visit, and remember the listed ones. */
function newSince(ids) {
  let told = null;
  try {
    told = JSON.parse(localStorage.getItem(VISITS));
  } catch {
    // damaged or forbidden: as on a first visit
  }
  const first = !Array.isArray(told?.known);
  const known = new Set(first ? ids : told.known);
  const over = first || Date.now() - told.at > VISIT_ENDS;
  const fresh = new Set(over ? [] : told.fresh);
  for (const id of ids) {
    if (!known.has(id)) fresh.add(id);
    known.add(id);
  }
  const kept = { at: Date.now(), known: [...known].slice(-MOST_KNOWN), fresh: [...fresh] };
  try {
    localStorage.setItem(VISITS, JSON.stringify(kept));
  } catch {
    // no room or forbidden: nothing is marked next time
  }
  return fresh;
}

/** Return a text as it is compared: case and accents do not matter. */
function folded(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

/** Show the entries that match the search, the category and the wish for new ones; all words have to be there. */
function sift() {
  const papers = document.getElementById("papers");
  if (!papers) return;
  const wanted = folded(document.querySelector("#find input")?.value ?? "").split(/\s+/).filter(Boolean);
  let left = 0;
  for (const entry of papers.querySelectorAll(".entry")) {
    entry.sought ??= folded([".title", ".facts", ".authors", ".tldr"].map((part) =>
      entry.querySelector(part)?.getAttribute("title") ?? entry.querySelector(part)?.textContent ?? "").join(" "));
    const fits = wanted.every((word) => entry.sought.includes(word))
      && (!narrowed || entry.querySelector(".category")?.textContent === narrowed)
      && (!freshOnly || entry.classList.contains("fresh"));
    entry.hidden = !fits;
    left += fits;
  }
  for (const shelf of papers.querySelectorAll(".shelf")) {
    const shown = shelf.querySelectorAll(".entry:not([hidden])").length;
    shelf.hidden = shown === 0;
    const count = shelf.querySelector(".group .count");
    if (count) count.textContent = String(shown);
  }
  papers.querySelector(".none")?.classList.toggle("shown", left === 0);
  for (const bar of papers.querySelectorAll(".bar")) {
    bar.setAttribute("aria-pressed", String(bar.querySelector(".name").textContent === narrowed));
  }
  papers.querySelector(".news")?.setAttribute("aria-pressed", String(freshOnly));
}

/** Mark a list that has just arrived. */
function mark(papers) {
  const entries = [...papers.querySelectorAll(".entry")];
  const fresh = newSince(entries.map((entry) => entry.id.replace("entry-", "")));
  let count = 0;
  for (const entry of entries) {
    const isNew = fresh.has(entry.id.replace("entry-", ""));
    entry.classList.toggle("fresh", isNew);
    count += isNew;
  }
  const news = papers.querySelector(".news");
  if (news) {
    news.querySelector(".number").textContent = String(count);
    news.classList.toggle("some", count > 0);
  }
  if (!count) freshOnly = false;
  if (narrowed && ![...papers.querySelectorAll(".bar .name")].some((name) => name.textContent === narrowed)) {
    narrowed = "";
  }
}

/** Show on the list which papers are chosen: the chips above the question box say so. */
function markChosen() {
  const chosen = new Set([...document.querySelectorAll("#active .drop.paper .value")].map((chip) => chip.textContent));
  for (const button of document.querySelectorAll("#papers .pick")) {
    const id = button.closest(".entry").querySelector("a[href*='/abs/']").href.replace("https://arxiv.org/abs/", "");
    if (button.getAttribute("aria-pressed") !== String(chosen.has(id))) {
      button.setAttribute("aria-pressed", String(chosen.has(id)));
    }
  }
}

document.addEventListener("input", (event) => {
  if (event.target.closest?.("#find")) sift();
});

document.addEventListener("click", (event) => {
  const bar = event.target.closest?.("#papers .bar");
  const news = event.target.closest?.("#papers .news");
  if (bar) narrowed = narrowed === bar.querySelector(".name").textContent ? "" : bar.querySelector(".name").textContent;
  if (news) freshOnly = !freshOnly;
  if (bar || news) sift();
});

new MutationObserver(() => {
  const papers = document.getElementById("papers");
  // Gradio keeps the elements that a new list has in common with the old one
  if (papers && [...papers.querySelectorAll(".dayhead, .entry")].some((part) => !part.marked)) {
    for (const part of papers.querySelectorAll(".dayhead, .entry")) part.marked = true;
    mark(papers);
    sift();
  }
  markChosen();
}).observe(document.documentElement, { childList: true, subtree: true });
