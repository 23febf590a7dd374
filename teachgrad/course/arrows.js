// A point on a map, moved by the pointer or by two sliders, with the gradient as an arrow: as arrows.py draws it.
//   data.places  the coordinates at which it can be, the same on both axes
//   data.start   the column and the row at the beginning
//   data.table   value, slope along x, slope along y: [row][column]
//   data.unit    pixels of an arrow of length 1
//   data.panel   left, top and side of the map
function start(root, data) {
  const make = (tag, set) => Object.assign(document.createElement(tag), set);
  const picture = root.querySelector(".tg-live > svg");
  const part = (key) => picture.querySelector(`[data-key="${key}"]`);
  const [left, top, side] = data.panel;
  const last = data.places.length - 1;
  const at = [...data.start];
  const bar = make("div", { className: "tg-controls" });
  const said = make("output");
  const line = part("way-edge"); // to the place that is marked
  const end = line && line.getPointAtLength(line.getTotalLength());

  const sliders = ["x", "y"].map((name, k) => {
    const label = make("label");
    const shown = make("span");
    const input = make("input", { type: "range", min: 0, max: last, value: at[k] });
    input.setAttribute("aria-label", name);
    input.oninput = () => show(k ? at[0] : +input.value, k ? +input.value : at[1]);
    label.append(input, shown);
    bar.append(label);
    return () => {
      input.value = at[k];
      shown.textContent = `${name} = ${word(data.places[at[k]])}`;
      input.setAttribute("aria-valuetext", shown.textContent);
    };
  });

  function word(value) {
    const short = String(Number(value.toPrecision(3)));
    return (/[.e]/.test(short) ? short : `${short}.0`).replace("-", "−");
  }

  function show(column, row) {
    at[0] = column;
    at[1] = row;
    const [value, alongX, alongY] = data.table.map((grid) => grid[row][column]);
    const x = left + (column / last) * side;
    const y = top + (1 - row / last) * side;
    const [dx, dy] = [alongX * data.unit, -alongY * data.unit];
    const long = Math.hypot(dx, dy);
    const [ux, uy] = long ? [dx / long, dy / long] : [0, 0];
    const tip = Math.min(13, long);
    const [bx, by] = [x + dx - tip * ux, y + dy - tip * uy];
    draw("level", `M${x - 70 * uy} ${y + 70 * ux}L${x + 70 * uy} ${y - 70 * ux}`);
    draw("parts", `M${x} ${y}L${x + dx} ${y}M${x} ${y}L${x} ${y + dy}`);
    draw("shaft", `M${x} ${y}L${bx} ${by}`);
    const half = tip / 2;
    draw("head", `M${x + dx} ${y + dy}L${bx - half * uy} ${by + half * ux}L${bx + half * uy} ${by - half * ux}Z`);
    if (end) draw("way", `M${x} ${y}L${end.x} ${end.y}`);
    part("dot").setAttribute("cx", x);
    part("dot").setAttribute("cy", y);
    const steepest = word(Math.hypot(alongX, alongY));
    const slopes = `slope along x ${word(alongX)}, along y ${word(alongY)}, steepest ${steepest}`;
    const told = `x = ${word(data.places[column])}, y = ${word(data.places[row])}: value ${word(value)}, ${slopes}`;
    part("told").textContent = said.textContent = told;
    picture.setAttribute("aria-label", `A map with a point at ${told}.`);
    for (const tell of sliders) tell();
  }

  function draw(name, path) {
    for (const shape of picture.querySelectorAll(`[data-key="${name}"],[data-key^="${name}-"]`)) shape.setAttribute("d", path);
  }

  function follow(event) {
    const box = picture.getBoundingClientRect();
    const scale = picture.viewBox.baseVal.width / box.width;
    const place = (pixels) => Math.min(Math.max(Math.round((pixels / side) * last), 0), last);
    show(place((event.clientX - box.left) * scale - left), last - place((event.clientY - box.top) * scale - top));
  }
  picture.addEventListener("pointerdown", (event) => {
    picture.setPointerCapture(event.pointerId);
    follow(event);
  });
  picture.addEventListener("pointermove", (event) => event.buttons && follow(event));

  said.setAttribute("aria-live", "polite");
  root.querySelector(".tg-live").before(bar);
  root.append(said);
  root.addEventListener("keydown", (event) => event.stopPropagation()); // in a notebook, "b" would insert a cell
  for (const tell of sliders) tell();
}
