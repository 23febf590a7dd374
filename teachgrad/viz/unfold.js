// The picture of a graph out of its image, which tells marks of one look together, and what boxes have in common once.
// The paper and, at the end, the remark belong to the image alone. The key of a mark is its place among all.
//   data.layers   [[places of marks], ...]: what comes and goes together; layers have the places after all marks
//   data.changes  [[attribute, values but the last, which the image has, places, moments of first changes, of second
//                 ones, ...], ...]: each number as the difference from the one before
//   data.size     its size in the page
//   data.style    its colours there
// Returns the tracks that a player is to move the marks on.
function unfold(stage, data) {
  const svg = stage.querySelector("svg");
  svg.querySelectorAll("style, [fill], .tip, .flowtip, svg > :last-child").forEach((gone) => gone.remove());
  openBoxes(svg);
  for (const lines of svg.querySelectorAll("path"))
    lines.replaceWith(...lines.getAttribute("d").match(/M[^M]+/g).map((line) => {
      const path = lines.cloneNode();
      path.setAttribute("d", line);
      return path;
    }));

  const marks = [...svg.querySelectorAll("path, rect, text")];
  for (const mark of marks) mark.setAttribute("class", "tg-" + (mark.getAttribute("class") ?? mark.parentNode.getAttribute("class")));
  for (const row of svg.querySelectorAll("g")) row.removeAttribute("class");
  for (const places of data.layers) {
    const layer = svg.appendChild(document.createElementNS(svg.namespaceURI, "g"));
    layer.setAttribute("opacity", 1);
    layer.append(...places.map((i) => marks[i]));
    marks.push(layer);
  }
  marks.forEach((mark, i) => { mark.dataset.key = i; });

  const [width, height] = data.size;
  const set = { class: "tg", width, height, viewBox: `0 0 ${width} ${height}` };
  for (const name in set) svg.setAttribute(name, set[name]);
  if (width > 900) svg.style.minWidth = 0.7 * width + "px"; // to be legible: then it is scrolled
  addTips(svg);
  stage.prepend(Object.assign(document.createElement("style"), { textContent: data.style }));
  return tracksOf(marks, data.changes);
}

// Each box in parts of its own, in the place of a drawing that is used; its frame has the number of the item.
function openBoxes(svg) {
  const parts = (use) => [...svg.querySelector(use.getAttribute("href")).cloneNode(true).children];
  for (const use of svg.querySelectorAll("defs use")) use.replaceWith(...parts(use));
  svg.querySelectorAll("use").forEach((use, i) => {
    const box = parts(use);
    box[0].dataset.item = i;
    for (const part of box) part.setAttribute("transform", `translate(${use.getAttribute("x")} ${use.getAttribute("y")})`);
    use.replaceWith(...box);
  });
  svg.querySelector("defs").remove();
}

// Tips of arrows as markers, which come and go with the look of a line. Their names are their own, for a page may hold the
// same figure twice.
function addTips(svg) {
  const name = "tg" + Math.random().toString(36).slice(2);
  const tip = (end, colour) => {
    svg.style.setProperty("--tg-" + end, `url(#${name + end})`);
    return `<marker id="${name + end}" orient="auto-start-reverse" markerUnits="userSpaceOnUse" overflow="visible"><path fill="${colour}" d="M3.5 0l-7-3.6v7.2"/></marker>`;
  };
  svg.insertAdjacentHTML("afterbegin", `<defs>${tip("end", "currentColor")}${tip("start", "#d55e00")}</defs>`);
}

function tracksOf(marks, changes) {
  const tracks = {};
  const sums = (steps) => {
    let sum = 0;
    return steps.map((step) => (sum += step));
  };
  for (const [name, values, ...columns] of changes) {
    const [places, ...times] = columns.map(sums);
    places.forEach((place, row) => {
      const last = name === "text" ? marks[place].textContent : marks[place].getAttribute(name);
      const track = { 0: values[0] };
      times.forEach((column, i) => { track[column[row]] = values[i + 1] ?? last; });
      (tracks[place] ??= {})[name] = track;
    });
  }
  return tracks;
}
