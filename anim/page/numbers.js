/** What is shown, as numbers to read. */

function numbersOf({ series }, error, isCured = false) {
  const [accuracy, ece] = [series.accuracy[0], series.ece[0]];
  const texts = [];
  if (Number.isFinite(accuracy)) texts.push(`accuracy ${fixed(accuracy, 3)}`);
  if (Number.isFinite(ece)) texts.push(`${error} ${fixed(ece, 3)}`);
  if (isCured && Number.isFinite(series.temperature?.[0])) {
    texts.push(`T ${Number(series.temperature[0].toPrecision(3))}`);
  }
  return texts.join("\u2003");
}

/** Of a bin: names and texts. */
function factsOf(frame, bin) {
  const { edges, counts, shares, confidences, presence } = frame;
  const isThere = presence[bin] > 0;
  return [
    ["range", `${short(edges[bin])} to ${short(edges[bin + 1])}`],
    ["count", grouped(counts[bin])],
    ["accuracy", isThere ? fixed(shares[bin], 6) : NOTHING],
    ["confidence", isThere ? fixed(confidences[bin], 6) : NOTHING],
  ];
}

function tableOf(frame, title) {
  const rows = Array.from(frame.counts, (_, bin) => factsOf(frame, bin));
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
