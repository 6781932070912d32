import { html } from "./elements.mjs";
import { factsOf } from "./formatting.mjs";
/** @import { Frame } from "./types.mjs" */

/**
 * Return a table of all bins of a frame.
 * @param {Frame} frame
 * @param {string} title
 * @param {boolean} isMedian
 */
export function tableOf(frame, title, isMedian) {
  const rows = Array.from(frame.counts, (_, bin) => factsOf(frame, bin, isMedian));
  const heads = rows[0].map(([name]) => html("th", { scope: "col" }, name));
  const lines = rows.map(([[, range], ...others]) => {
    const cells = others.map(([, text]) => html("td", {}, text));
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
