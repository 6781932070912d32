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

/** Of a bin: names and texts. Of replicas counts are means, and the others medians. */
function factsOf(frame, bin, isMedian) {
  const { edges, counts, shares, confidences, presence } = frame;
  const isThere = presence[bin] > 0;
  const median = isMedian ? "median " : "";
  return [
    ["range", `${scoreText(edges[bin])} to ${scoreText(edges[bin + 1])}`],
    [isMedian ? "mean count" : "count", grouped(counts[bin])],
    [`${median}accuracy`, isThere ? fixed(shares[bin], 6) : NOTHING],
    [`${median}confidence`, isThere ? fixed(confidences[bin], 6) : NOTHING],
  ];
}

/** A moment: what time counts, and how far it is. */
function momentText(unit, time) {
  return unit.name === "percent" ? `${time} %` : `${unit.name} ${grouped(time)}`;
}

function tableOf(frame, title, isMedian) {
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
