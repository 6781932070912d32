import { CountsChart } from "./counts_chart.mjs";
import { ReliabilityChart } from "./reliability_chart.mjs";

/**
 * Panels that show a moment, by name. Of several in a picture, the first one here explains the
 * colours.
 * @type {Record<string, typeof ReliabilityChart | typeof CountsChart>}
 */
export const CHARTS = { reliability: ReliabilityChart, counts: CountsChart };
