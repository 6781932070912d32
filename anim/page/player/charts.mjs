import { CountsChart } from "./counts_chart.mjs";
import { ReliabilityChart } from "./reliability_chart.mjs";
/** @import { PanelData, StripData } from "./types.mjs" */

/**
 * Panels that show a moment; all others show time.
 * @type {Record<string, typeof ReliabilityChart | typeof CountsChart>}
 */
export const CHARTS = { reliability: ReliabilityChart, counts: CountsChart };

/**
 * Return whether a panel shows time.
 * @param {PanelData} panel
 * @returns {panel is StripData}
 */
export function isStrip(panel) {
  return !CHARTS[panel.panel];
}
