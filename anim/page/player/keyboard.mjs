/** @import { Command } from "./types.mjs" */

const JUMP = 10;

/**
 * Return whether a key is pressed with one that gives it to the browser.
 * @param {Pick<KeyboardEvent, "altKey" | "ctrlKey" | "metaKey">} event
 */
export function isModified({ altKey, ctrlKey, metaKey }) {
  return altKey || ctrlKey || metaKey;
}

/**
 * Return what a key asks of the player, if anything.
 * @param {string} key
 * @param {{ isShifted?: boolean, isButton?: boolean, isScrubber?: boolean }} where a button has
 *   its own meaning of the space bar, and the scrubber more keys than the rest.
 * @returns {Command | undefined}
 */
export function commandOf(key, { isShifted, isButton, isScrubber }) {
  const jump = isShifted ? JUMP : 1;
  /** @type {Record<string, Command>} */
  const commands = {
    ArrowRight: { skip: jump },
    ArrowLeft: { skip: -jump },
    Home: { seek: 0 },
    End: { seek: 1 },
  };
  if (!isButton) commands[" "] = "toggle";
  if (isScrubber) {
    Object.assign(commands, { ArrowUp: commands.ArrowRight, ArrowDown: commands.ArrowLeft });
    Object.assign(commands, { PageUp: { skip: JUMP }, PageDown: { skip: -JUMP } });
  }
  return commands[key];
}

/**
 * Return what a pressed key asks of the player, if anything.
 * @param {KeyboardEvent} event
 * @param {Element} scrubber
 */
export function commandIn(event, scrubber) {
  const target = event.composedPath()[0];
  if (event.defaultPrevented || isModified(event) || !(target instanceof Element)) return;
  const { localName, role } = target;
  if (localName === "select" || role === "region") return;
  return commandOf(event.key, {
    isShifted: event.shiftKey,
    isButton: localName === "button" || localName === "summary",
    isScrubber: target === scrubber,
  });
}

/**
 * Return the bin that a key leads to, -1 for none, undefined if the key means nothing here.
 * @param {string} key
 * @param {number} bin where it comes from; -1 for no bin.
 * @param {{ busiest: number, last: number }} bins the bin to begin at, and the last one.
 */
export function binAfter(key, bin, { busiest, last }) {
  if (key === "Escape") return bin < 0 ? undefined : -1;
  const now = bin < 0 ? busiest : bin;
  const [up, down] = [Math.min(now + 1, last), Math.max(now - 1, 0)];
  /** @type {Record<string, number>} */
  const targets = {
    ArrowRight: up,
    ArrowUp: up,
    ArrowLeft: down,
    ArrowDown: down,
    Home: 0,
    End: last,
  };
  return targets[key];
}
