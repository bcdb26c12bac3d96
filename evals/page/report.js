"use strict";
// Everything from papers, users and models goes into the page as text nodes, never as markup.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const runs = data.runs.map((run) => run.name);
  const form = document.getElementById("filters");
  const list = document.getElementById("cases");
  const more = document.getElementById("more");
  const PAGE = 50;
  let shownCount = PAGE;

  const make = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children.filter((child) => child !== null));
    return element;
  };
  const round = (value) => (value === null || value === undefined ? "–" : String(Math.round(value * 1000) / 1000));
  const decisive = (scores) => (scores.right ?? scores.recall_at_1 ?? null);

  const fill = (name) => {
    const select = form.elements[name];
    const values = [...new Set(data.cases.map((one) => one[name]))].sort();
    select.append(new Option("any", ""), ...values.map((value) => new Option(value, value)));
  };
  ["kind", "language", "split"].forEach(fill);

  const outcomeMatches = (one, wanted) => {
    const results = Object.values(one.runs);
    if (wanted === "failed") return results.some((run) => run.error);
    if (wanted === "abstained") return results.some((run) => run.turns.some((turn) => turn.observed?.answer?.abstained));
    if (wanted === "differs") return new Set(results.map((run) => decisive(run.scores))).size > 1;
    const right = (run) => decisive(run.scores) === 1;
    return wanted === "right" ? results.every(right) : results.some((run) => !right(run));
  };
  const haystack = (one) =>
    [one.id, one.note, ...one.turns.map((turn) => turn.question),
      ...Object.values(one.runs).flatMap((run) => run.turns.map((turn) => turn.text ?? ""))].join("\n").toLowerCase();

  const badge = (run) => {
    const value = run.error ? 0 : decisive(run.scores);
    const [mark, kind, told] = run.error ? ["!", "bad", "failed"]
      : value === null ? ["–", "soft", "not scored"]
      : value === 1 ? ["✓", "good", "right"] : value > 0 ? ["◐", "soft", "partly right"] : ["✗", "bad", "not right"];
    return make("span", { class: `badge ${kind}`, title: told, "aria-label": told }, mark);
  };
  const expected = (turn) =>
    [`expected: ${turn.behaviour}${turn.reason ? ` (${turn.reason})` : ""}`,
      turn.gold.length ? `gold ${turn.gold.join(", ")}` : "no gold paper",
      turn.facts.length ? `facts ${turn.facts.map((fact) => `/${fact}/`).join(" ")}` : "",
      turn.forbidden ? `forbidden /${turn.forbidden}/` : ""].filter(Boolean).join(" · ");

  const more_about = (title, ...children) => make("details", {}, make("summary", { class: "soft" }, title), ...children);
  const ranking = (turn, observed) => {
    const papers = observed.answer?.papers?.length ? observed.answer.papers : observed.retrieval?.papers ?? [];
    const scores = observed.retrieval?.scores ?? [];
    const line = (paper, place) => `${turn.gold.includes(paper) ? "★ " : ""}${paper}${scores[place] !== undefined ? ` ${round(scores[place])}` : ""}`;
    return make("p", { class: "soft" }, `retrieved: ${papers.slice(0, 10).map(line).join(", ") || "nothing"}`);
  };
  const passages = (observed) => {
    const found = observed.retrieval?.passages ?? [];
    return found.length ? [more_about("nearest passages", ...found.map((passage) =>
      make("blockquote", {}, passage.text, make("div", { class: "soft" }, `${passage.arxiv_id} · ${passage.field} · ${round(passage.score)}`))))] : [];
  };
  const result = (turn, told) => {
    const observed = told.observed;
    if (!observed) return [make("p", { class: "soft" }, "not asked")];
    if (observed.error) return [make("p", { class: "bad" }, `failed: ${observed.error}`)];
    const parts = [];
    const answer = observed.answer;
    if (answer) {
      if (answer.abstained || answer.reason) parts.push(make("p", { class: "soft" }, `${answer.abstained ? "abstained" : "answered"}: ${answer.reason ?? ""}`));
      parts.push(make("p", { class: "answer" }, told.text));
      const quotes = answer.sentences.flatMap((sentence) => sentence.citations);
      if (quotes.length) {
        parts.push(more_about(`${quotes.length} quotes`, ...quotes.map((quote) =>
          make("blockquote", {}, quote.quote, make("div", { class: "soft" }, `${quote.arxiv_id} · ${quote.field} · sentence ${quote.sentence} · ${quote.support} ${round(quote.score)}`)))));
      }
    }
    parts.push(ranking(turn, observed), ...passages(observed));
    if (observed.prompts.length) {
      parts.push(more_about(`${observed.prompts.length} prompts`, ...observed.prompts.map((prompt) =>
        make("pre", {}, `${prompt.system}\n\n${prompt.user}\n\n=> ${prompt.raw}`))));
    }
    const rows = data.metrics.filter((metric) => told.scores[metric.name] !== null && told.scores[metric.name] !== undefined)
      .map((metric) => make("tr", { title: metric.meaning }, make("th", { scope: "row" }, metric.title), make("td", {}, round(told.scores[metric.name]))));
    parts.push(more_about("scores", make("table", {}, make("tbody", {}, ...rows))));
    return parts;
  };
  const body = (one) => make("div", { class: "body" }, one.note ? make("p", { class: "soft" }, one.note) : null,
    ...one.turns.flatMap((turn, place) => [
      make("p", {}, make("b", {}, turn.question), make("br"), make("span", { class: "soft" }, expected(turn))),
      make("div", { class: "runs" }, ...runs.filter((name) => one.runs[name]).map((name) =>
        make("div", { class: "run" }, make("div", { class: "soft" }, name), ...result(turn, one.runs[name].turns[place])))),
    ]));
  const item = (one) => {
    const details = make("details", { class: "case" }, make("summary", {},
      ...runs.map((name) => (one.runs[name] ? badge(one.runs[name]) : make("span", { class: "badge soft" }, " "))),
      ` ${one.turns[0].question} `, make("span", { class: "soft" }, `${one.id} · ${one.kind} · ${one.language} · ${one.split} · ${one.corpus}`)));
    details.addEventListener("toggle", () => {
      if (details.open && details.children.length === 1) details.append(body(one));
    });
    return details;
  };

  const update = () => {
    const wanted = Object.fromEntries(new FormData(form));
    const words = wanted.text.toLowerCase().trim();
    const found = data.cases.filter((one) =>
      ["kind", "language", "split"].every((name) => !wanted[name] || one[name] === wanted[name]) &&
      (!wanted.outcome || outcomeMatches(one, wanted.outcome)) && (!words || haystack(one).includes(words)));
    document.getElementById("count").textContent = `${found.length} of ${data.cases.length} cases`;
    list.replaceChildren(...found.slice(0, shownCount).map(item));
    more.hidden = found.length <= shownCount;
  };
  form.addEventListener("input", () => { shownCount = PAGE; update(); });
  form.addEventListener("submit", (event) => event.preventDefault());
  more.addEventListener("click", () => { shownCount += PAGE; update(); });
  update();
})();
