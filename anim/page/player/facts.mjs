import { edgesOf } from "./bins.mjs";
import { clipped, fixed, grouped } from "./rounding.mjs";
/** @import { Bin, Bins, FactWords, Template } from "./types.mjs" */

// As anim/panels/facts.py and the numbers of anim/panels/words.py.

const SMALLEST_GAP = 0.0005;
const NO_BREAK = "\u00a0";
const UNKNOWN = "–";

/** @param {number} share */
const percentText = (share) => `${fixed(100 * share, 0)}${NO_BREAK}%`;

/** @param {number} gap */
function pointsText(gap) {
  const digits = fixed(100 * gap, gap >= 0.0095 ? 0 : 1);
  const number = digits === "0.0" ? "0" : digits;
  return `${number}${NO_BREAK}point${number === "1" ? "" : "s"}`;
}

/**
 * Return what is known of a bin of a snapshot.
 * @param {Bins} bins
 * @param {number} row
 * @param {number} bin
 * @returns {Bin}
 */
export function binOf(bins, row, bin) {
  const edges = edgesOf(bins, row, -Infinity);
  const { band, curve, counts } = bins;
  return {
    low: edges[bin],
    high: edges[bin + 1],
    count: bins.examples.at(row, bin),
    share: bins.shares.at(row, bin),
    ideal: bins.ideals.at(row, bin),
    band: band && !curve ? [band.at(row, bin), band.at(row, counts.columns + bin)] : null,
  };
}

/**
 * Return what is known of a bin, as a sentence.
 * @param {FactWords} words
 * @param {Bin} bin
 * @param {boolean} isMedian
 */
export function factOf(words, bin, isMedian) {
  const prefix = isMedian ? words.medians : "";
  if (!isKnown(bin)) return `${prefix}${boundsOf(words, bin)}: ${words.none}`;
  const says = withNumbers(words.says[sideOf(bin)], [shareText(words, bin.ideal)]);
  const right = withNumbers(words.right, [shareText(words, bin.share), grouped(bin.count)]);
  const size = Math.abs(bin.share - bin.ideal);
  if (size < SMALLEST_GAP) return `${prefix}${says}; ${right}; ${words.even}`;
  const gap = withNumbers(bin.share < bin.ideal ? words.over : words.under, [gapText(words, size)]);
  const chance = chanceOf(bin);
  let explained = "";
  if (chance !== null && chance > size - SMALLEST_GAP) explained = `, ${words.byChance}`;
  else if (chance !== null) {
    explained = `, ${withNumbers(words.chance, [gapText(words, chance).split(NO_BREAK)[0]])}`;
  }
  return `${prefix}${says}; ${right}; ${gap}${explained}`;
}

/**
 * Return what is known of a bin, as cells of a table.
 * @param {FactWords} words
 * @param {Bin} bin
 */
export function tableRow(words, bin) {
  const count = grouped(bin.count);
  const range = boundsOf(words, bin);
  if (!isKnown(bin)) return [range, UNKNOWN, UNKNOWN, count, UNKNOWN, UNKNOWN];
  const [gap, chance] = [bin.ideal - bin.share, chanceOf(bin)];
  const sign = Math.abs(gap) < SMALLEST_GAP ? "" : gap > 0 ? "+" : "−";
  return [
    range,
    shareText(words, bin.ideal),
    shareText(words, bin.share),
    count,
    sign + gapText(words, Math.abs(gap)),
    chance === null ? UNKNOWN : gapText(words, chance),
  ];
}

/**
 * Return a text with numbers in their places.
 * @param {Template} template
 * @param {string[]} numbers
 */
export function withNumbers(template, numbers) {
  return template.map((part) => (typeof part === "string" ? part : numbers[part])).join("");
}

/** @param {Bin} bin */
const isKnown = ({ count, share }) => count > 0 && Number.isFinite(share);

/** @param {Bin} bin */
const sideOf = ({ low, high }) => (high <= 0.5 ? 0 : low >= 0.5 ? 1 : 2);

/** @param {Bin} bin */
function chanceOf({ band, ideal, share }) {
  if (!band || !band.every(Number.isFinite)) return null;
  const [low, high] = band.map((end) => end - ideal);
  return Math.abs(clipped(share - ideal, Math.min(low, 0), Math.max(high, 0)));
}

/**
 * @param {FactWords} words
 * @param {Bin} bin
 */
function boundsOf(words, bin) {
  let { low, high } = bin;
  const side = sideOf(bin);
  if (words.isFolded && words.isPlain && side !== 1) {
    [low, high] = side === 0 ? [1 - high, 1 - low] : [0.5, Math.max(1 - low, high)];
  }
  const ends = `${endText(words, low)} to ${endText(words, high)}`;
  const name = words.sides[side];
  return name && words.isPlain ? `${name}, ${ends}` : ends;
}

/** @param {FactWords} words @param {number} score */
function endText(words, score) {
  if (!words.isPlain) return fixed(score, 3);
  return `${fixed(100 * score, 1).replace(/\.0$/, "")}${NO_BREAK}%`;
}

/** @param {FactWords} words @param {number} share */
const shareText = (words, share) => (words.isPlain ? percentText(share) : fixed(share, 3));

/** @param {FactWords} words @param {number} gap */
const gapText = (words, gap) => (words.isPlain ? pointsText(gap) : fixed(gap, 3));
