// Controls above a picture; all pictures were made beforehand.
//   data.arguments  [{name, values: what to call each value, box: whether it is a box to tick}]
//   data.start      the place of each argument's value at the beginning
//   data.pieces     pieces of markup
//   data.pages      for each choice of values, the last argument changing fastest, the places of its picture's pieces
function start(root, data) {
  const make = (tag, set) => Object.assign(document.createElement(tag), set);
  const bar = make("div", { className: "tg-controls" });
  const said = make("output");
  const at = [...data.start];
  const picture = root.querySelector(".tg-live");

  data.arguments.forEach(({ name, values, box }, i) => {
    const label = make("label");
    const shown = make("span");
    const input = box
      ? make("input", { type: "checkbox", checked: at[i] === 1, onchange: () => choose(+input.checked) })
      : make("input", { type: "range", min: 0, max: values.length - 1, value: at[i], oninput: () => choose(+input.value) });
    const choose = (place) => {
      at[i] = place;
      tell();
      show();
    };
    const tell = () => {
      shown.textContent = box ? name : `${name} = ${values[at[i]]}`;
      if (!box) input.setAttribute("aria-valuetext", values[at[i]]);
    };
    if (!box) input.setAttribute("aria-label", name);
    tell();
    label.append(input, shown);
    bar.append(label);
  });

  function show() {
    const place = data.arguments.reduce((sum, { values }, i) => sum * values.length + at[i], 0);
    picture.innerHTML = data.pages[place].map((piece) => data.pieces[piece]).join("");
    said.textContent = picture.firstChild.getAttribute("aria-label");
  }

  said.setAttribute("aria-live", "polite");
  picture.before(bar);
  root.append(said);
  root.querySelector(":scope > p").remove(); // it says how to do without controls
  root.addEventListener("keydown", (event) => event.stopPropagation()); // in a notebook, "b" would insert a cell
}
