/** @import { PageData } from "./types.mjs" */

/**
 * Listen to a server's events, see anim/watch, and return a function that ends it.
 * @param {string} address
 * @param {{
 *   whole(data: PageData): Promise<void>,
 *   more(data: PageData): Promise<void>,
 *   state(text: string): void,
 *   fail(error: unknown): void,
 * }} actions called in the order of the events, each after the one before has ended.
 */
export function follow(address, { whole, more, state, fail }) {
  const events = new EventSource(address);
  let queue = Promise.resolve();
  /**
   * @template T
   * @param {string} name
   * @param {(data: T) => void | Promise<void>} act
   */
  const hear = (name, act) =>
    events.addEventListener(name, ({ data }) => {
      queue = queue.then(() => act(JSON.parse(data))).catch(fail);
    });
  hear("whole", whole);
  hear("more", more);
  hear("state", /** @param {{ text: string }} said */ ({ text }) => state(text));
  events.addEventListener("error", () => state("The server does not answer."));
  return () => events.close();
}
