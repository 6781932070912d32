import { html, swatch } from "./elements.mjs";
/** @import { LegendEntry, Model, View } from "./types.mjs" */

/**
 * Return a line of a legend.
 * @param {LegendEntry} entry
 */
export function legendItem([kind, text]) {
  return html("li", {}, swatch(kind), text);
}

/**
 * Return what the colours and the lines of all charts mean.
 * @param {Pick<Model, "panels"> & { runs: Pick<Model["runs"][number], "name" | "isMedian" | "bandName" | "spreadName">[] }} model
 * @param {View} view
 * @returns {LegendEntry[]}
 */
export function legendOf({ panels, runs }, { view, runs: bins }) {
  /** @param {string} name */
  const has = (name) => panels.some(({ panel }) => panel === name);
  const isOfClass = view.startsWith("class:");
  if (!has("reliability")) {
    if (has("counts")) {
      const [hit, miss] = isOfClass ? ["this class", "other classes"] : ["correct", "wrong"];
      return [
        ["accuracy", hit],
        ["over", miss],
      ];
    }
    return runs.length > 1 ? runs.map(({ name }, rank) => [`accuracy run-${rank}`, name]) : [];
  }
  const share = isOfClass ? "share of labels" : "accuracy";
  /** @type {LegendEntry[]} */
  const items =
    runs.length > 1 ? [] : [["accuracy", `${runs[0].isMedian ? "median " : ""}${share}`]];
  items.push(["under", "under-confident"], ["over", "over-confident"]);
  const banded = runs.find((_, rank) => bins[rank].band);
  const isOfChance = banded && !banded.bandName;
  items.push(isOfChance ? ["band", "ideal ± chance (95 %)"] : ["ideal", "ideal"]);
  if (banded && !isOfChance) items.push(["veil", banded.bandName]);
  const spread = runs.find((_, rank) => bins[rank].intervals);
  if (spread) items.push(["whisker", spread.spreadName]);
  return items;
}
