import { Matrix } from "./matrix.mjs";
/** @import { ArraySpec } from "./types.mjs" */

/**
 * Return the bytes that zlib has compressed into a base64 text.
 * @param {string} text
 */
export async function inflate(text) {
  const packed = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/**
 * Return a function that reads the next number: LEB128, zigzag.
 * @param {Uint8Array} bytes
 */
function reader(bytes) {
  let place = 0;
  return () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[place++];
      value += (byte & 127) * scale;
      if (byte < 128) return value % 2 ? -(value + 1) / 2 : value / 2;
    }
  };
}

/**
 * Return arrays by name, out of the bytes that anim/page/pack.py made of them.
 * @param {Uint8Array} bytes
 * @param {ArraySpec[]} specs
 */
export function unpack(bytes, specs) {
  const next = reader(bytes);
  /** @type {Record<string, Matrix>} */
  const found = {};
  for (const [name, [rows, ...rest], per] of specs) {
    const matrix = new Matrix(
      rows,
      rest.reduce((product, side) => product * side, 1),
    );
    for (let column = 0; column < matrix.columns; column++) {
      let whole = 0;
      for (let row = 0; row < rows; row++) {
        whole += next();
        matrix.values[row * matrix.columns + column] = whole ? (whole - 1) / per : NaN;
      }
    }
    found[name] = matrix;
  }
  return found;
}
