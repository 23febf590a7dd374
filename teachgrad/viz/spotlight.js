// A spotlight on one cell of a table, with its row and its column, moved by the pointer or by two sliders.
//   data.outputs, data.inputs  what the rows and the columns are called
//   data.values                the values of both, or nothing
//   data.shared                whether a cell stands for several entries
//   data.start                 the row and the column at the beginning
//   data.slopes                [[text]]
//   data.place                 [left, top, width, height] of the first cell
function start(root, data) {
  const make = (tag, set) => Object.assign(document.createElement(tag), set);
  const [left, top, wide, tall] = data.place;
  const rows = data.outputs.length;
  const columns = data.inputs.length;
  const picture = root.querySelector(".tg-live > svg");
  const at = { output: data.start[0], input: data.start[1] };

  const spots = [0, 1, 2].map(() => {
    const spot = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    spot.setAttribute("class", "tg-spot");
    picture.append(spot);
    return spot;
  });
  function put(spot, x, y, width, height) {
    for (const [name, value] of Object.entries({ x, y, width, height })) spot.setAttribute(name, value);
  }

  const bar = make("div", { className: "tg-controls" });
  const said = make("p", { className: "tg-told" });
  said.setAttribute("role", "status");
  const sliders = [["output", rows, data.outputs, 0], ["input", columns, data.inputs, 1]].map(([what, count, names, k]) => {
    const label = make("label", { textContent: what });
    const shown = make("span");
    const range = make("input", { type: "range", min: 0, max: count - 1, value: 0, disabled: count === 1 });
    range.setAttribute("aria-label", what);
    range.oninput = () => show({ ...at, [what]: +range.value });
    label.append(range, shown);
    bar.append(label);
    return () => {
      const value = data.values[k][at[what]];
      range.value = at[what];
      shown.textContent = names[at[what]] + (value === undefined ? "" : ` = ${value}`);
      range.setAttribute("aria-valuetext", shown.textContent);
    };
  });

  function show({ output, input }) {
    at.output = output;
    at.input = input;
    put(spots[0], left, top + output * tall, columns * wide, tall);
    put(spots[1], left + input * wide, top, wide, rows * tall);
    put(spots[2], left + input * wide, top + output * tall, wide, tall);
    for (const tell of sliders) tell();
    const [y, x, slope] = [data.outputs[output], data.inputs[input], data.slopes[output][input]];
    said.textContent = slope === "0"
      ? `${y} does not depend on ${x} here: the slope is 0.`
      : data.shared ? `The largest slope of ${y} with respect to ${x} is ${slope}.`
      : `∂ ${y} / ∂ ${x} = ${slope}: if ${x} grows by a little, ${y} changes by ${slope} times as much.`;
  }

  function point(event) {
    const box = picture.getBoundingClientRect();
    const scale = picture.viewBox.baseVal.width / box.width;
    const input = Math.floor(((event.clientX - box.left) * scale - left) / wide);
    const output = Math.floor(((event.clientY - box.top) * scale - top) / tall);
    if (input >= 0 && input < columns && output >= 0 && output < rows) show({ output, input });
  }
  picture.addEventListener("pointermove", point);
  picture.addEventListener("pointerdown", point);

  root.querySelector(".tg-live").before(bar);
  root.append(said);
  root.addEventListener("keydown", (event) => event.stopPropagation()); // in a notebook, "b" would insert a cell
  show(at);
}
