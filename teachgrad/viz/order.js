// Lines that can be moved and left out; below them what was found out beforehand about their order.
//   data.lines     the lines, as first shown
//   data.outcomes  [{told, picture}]
//   data.orders    {"0213": place in outcomes}: the lines that are left in, from top to bottom
function start(root, data) {
  const make = (tag, set) => Object.assign(document.createElement(tag), set);
  const list = make("ol", { className: "tg-lines" });
  const said = make("p", { className: "tg-told", role: "status" });
  root.querySelector(".tg-alone").replaceWith(list, said);

  const rows = data.lines.map((line) => {
    const row = make("li");
    const box = make("input", { type: "checkbox", checked: true, onchange: show });
    const label = make("label");
    label.append(box, make("span", { textContent: line }));
    const button = (sign, way, step) => {
      const made = make("button", { type: "button", textContent: sign, onclick: () => move(row, step, made) });
      made.setAttribute("aria-label", `Move ${line} ${way}`);
      return made;
    };
    row.append(label, button("↑", "up", -1), button("↓", "down", 1));
    list.append(row);
    return row;
  });

  function move(row, step, button) {
    const other = step < 0 ? row.previousElementSibling : row.nextElementSibling;
    if (!other) return;
    step < 0 ? other.before(row) : other.after(row);
    button.focus(); // a moved element loses it
    show();
  }
  function show() {
    const order = [...list.children];
    for (const row of rows) {
      const [up, down] = row.querySelectorAll("button");
      up.setAttribute("aria-disabled", row === order[0]);
      down.setAttribute("aria-disabled", row === order.at(-1));
    }
    const left = order.filter((row) => row.querySelector("input").checked);
    const outcome = data.outcomes[data.orders[left.map((row) => rows.indexOf(row)).join("")]];
    said.textContent = outcome.told;
    root.querySelector(".tg-live").innerHTML = outcome.picture;
  }

  root.addEventListener("keydown", (event) => event.stopPropagation()); // in a notebook, "b" would insert a cell
  show();
}
