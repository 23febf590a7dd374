// A picture that Python changes, above the buttons that pause and end the loop which changes it.
const make = (tag, set) => Object.assign(document.createElement(tag), set);

// A greeting is heard while a cell runs only if the kernel has a thread to spare, which takes a moment to start.
function initialize({ model }) {
  const greet = (times) => {
    if (model.get("heard") || !times) return;
    model.send("hello");
    setTimeout(greet, 400, times - 1);
  };
  setTimeout(greet, 100, 10);
}

function render({ model, el }) {
  const picture = make("div");
  const draw = () => { picture.innerHTML = model.get("page"); };
  const button = make("button", { type: "button", textContent: "Stop", title: "End the loop after what it is at" });
  button.className = "jupyter-button widget-button"; // looks like the others of the page
  button.onclick = () => {
    button.disabled = true;
    button.textContent = "Stopping";
    rest.style.display = "none";
    // An interrupt is heard at once; a message waits until the cell is over, unless the kernel has a thread to spare.
    const kernel = model.widget_manager?.kernel;
    if (kernel?.interrupt) kernel.interrupt();
    else model.send("stop");
  };
  const rest = make("button", { type: "button", textContent: "Pause" });
  rest.className = button.className;
  rest.onclick = () => {
    const pause = rest.textContent === "Pause";
    model.send(pause ? "pause" : "continue");
    rest.textContent = pause ? "Continue" : "Pause";
  };
  const offer = () => { rest.style.display = model.get("heard") ? "" : "none"; };
  model.on("change:heard", offer);
  offer();
  draw();
  model.on("change:page", draw);
  el.append(picture, rest, button);
  el.addEventListener("keydown", (event) => event.stopPropagation()); // in a notebook, "b" would insert a cell
}

export default { initialize, render };
