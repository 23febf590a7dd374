// A figure as a widget: the kernel moves it, and hears of every move.
function render({ model, el }) {
  el.innerHTML = model.get("page");
  const tell = (name) => (value) => {
    if (model.get(name) === value) return;
    model.set(name, value);
    model.save_changes();
  };
  const figure = stepper(el.querySelector("figure"), { ...model.get("data"), start: model.get("step") }, tell("step"), tell("selected"));
  figure.choose(model.get("selected"));
  model.on("change:step", () => { if (figure.step !== model.get("step")) figure.show(model.get("step")); });
  model.on("change:selected", () => { if (figure.chosen !== model.get("selected")) figure.choose(model.get("selected")); });
}

export default { render };
