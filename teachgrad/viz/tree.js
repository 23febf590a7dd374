// A button that unfolds all rows of a tree, or folds them again. The rows fold by themselves.
function start(root) {
  const rows = [...root.querySelectorAll("details")];
  const button = Object.assign(document.createElement("button"), { type: "button", className: "tg-fold" });
  const folded = () => rows.some((row) => !row.open);
  const tell = () => { button.textContent = folded() ? "Unfold all" : "Fold all"; };
  button.onclick = () => {
    const open = folded();
    rows.forEach((row, i) => { row.open = open || i === 0; });
    tell();
  };
  for (const row of rows) row.addEventListener("toggle", tell);
  if (rows.length > 1) root.querySelector(".tg-live").before(button);
  root.addEventListener("keydown", (event) => event.stopPropagation()); // in a notebook, Enter would edit the cell
  tell();
}
