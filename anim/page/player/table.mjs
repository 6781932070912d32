import { html } from "./elements.mjs";
import { binOf, tableRow } from "./facts.mjs";
/** @import { Bins, FactWords } from "./types.mjs" */

/**
 * Return a table of all bins of a snapshot.
 * @param {FactWords} words
 * @param {Bins} bins
 * @param {number} row of the snapshot.
 * @param {string} title
 */
export function tableOf(words, bins, row, title) {
  const heads = words.heads.map((head) => html("th", { scope: "col" }, head));
  const lines = Array.from(bins.counts.row(row), (_, bin) => {
    const [range, ...others] = tableRow(words, binOf(bins, row, bin));
    const cells = others.map((text) => html("td", {}, text));
    return html("tr", {}, html("th", { scope: "row" }, range), ...cells);
  });
  return html(
    "table",
    {},
    html("caption", {}, title),
    html("thead", {}, html("tr", {}, ...heads)),
    html("tbody", {}, ...lines),
  );
}
