// Runs the program of a figure out of the text into which Python has compressed it.
async function run(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  const program = document.createElement("script"); // allowed wherever this one is
  program.textContent = await new Response(stream).text();
  document.head.append(program);
  program.remove();
}
