// One thread of a team (threads/team.ts): joins it, and then walks every plan that the team is called to. It never comes
// back to its event loop until the team is dismissed. A file of its own, in JavaScript, so that Node and bundlers find
// it beside the library as it is.
const node = globalThis.process?.getBuiltinModule?.('node:worker_threads')
const port = node?.parentPort ?? globalThis

function take({ module, memory, words, number, count }) {
  const kernels = new WebAssembly.Instance(module, { env: { memory } }).exports
  kernels.join(words, number, count)
  port.postMessage({ type: 'ready' })
  try {
    for (let code = kernels.serve(); code >= 0; code = kernels.serve()) {
      if (number === 0) port.postMessage({ type: 'done', code })
    }
  } catch (error) {
    kernels.giveUp()
    port.postMessage({ type: 'lost', problem: String(error) })
  }
}

function receive(task) {
  try {
    take(task)
  } catch (error) {
    port.postMessage({ type: 'lost', problem: String(error) })
  }
  if (node) port.close()
  else globalThis.close()
}

if (node) port.once('message', receive)
else globalThis.onmessage = ({ data }) => receive(data)
