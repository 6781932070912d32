import { CHARTS } from "./charts.mjs";
import { html, swatch } from "./elements.mjs";
/** @import { LegendEntry, RunWords, View } from "./types.mjs" */

/**
 * Return a line of a legend.
 * @param {LegendEntry} entry
 */
export function legendItem([kind, text]) {
  // The full text, as a long name is cut.
  return html("li", { title: text }, swatch(kind), text);
}

/**
 * Return the legend of all charts, or without charts that of the runs.
 * @param {{ charts: string[], runs: RunWords[] }} model
 * @param {View} view
 * @returns {LegendEntry[]}
 */
export function legendOf({ charts, runs }, view) {
  const name = Object.keys(CHARTS).find((one) => charts.includes(one));
  if (name) return CHARTS[name].legend(runs, view);
  return runs.length > 1 ? runs.map((run, rank) => [`accuracy run-${rank}`, run.name]) : [];
}
