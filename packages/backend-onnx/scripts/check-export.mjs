/**
 * Writes graphs as ONNX files, has them checked by `onnx.checker` and run by the native ONNX Runtime of Python,
 * and compares with the float64 reference: the graphs of the conformance suite, small models, and their files.
 *
 *   DRAGOMAN_PYTHON=python3 node scripts/check-export.mjs [--write]
 *
 * `--write` keeps some of them in goldens/exports.json once all is well: graph, inputs, outputs, and the hash of
 * the accepted file. The Python needs onnx, onnxruntime and numpy. The packages must be built.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { conformanceCases } from '@dragoman/conformance'
import { toJson } from '@dragoman/core'
import { onnxComposites, toOnnx, writeModel } from '../dist/index.js'
import { graphHash } from './graph-hash.mjs'
import { modelSamples } from './model-samples.mjs'
import { recorder } from './recorder.mjs'

const python = process.env.DRAGOMAN_PYTHON
if (!python) throw new Error('set DRAGOMAN_PYTHON to a Python with onnx, onnxruntime and numpy')
const { write } = parseArgs({ options: { write: { type: 'boolean', default: false } } }).values

/** Graphs of models that become goldens. */
const isGolden = new Set(['gru decode.step', 'transformer decode.step', 'gru train'])

/** Levels of the suite whose graphs are written. */
const levels = new Set(['ops', 'composites', 'gradients'])

const folder = mkdtempSync(join(tmpdir(), 'dragoman-onnx-'))
const manifest = []
/** By what they are samples of. */
const goldens = new Map()

/** Files of a model whose graphs the samples run, with all that is not a weight. */
const graphNames = { 'encode.onnx': 'encode', 'start.onnx': 'decode.start' }

/** Most numbers that a golden takes and gives. */
const goldenNumbers = 200

try {
  await writeSuite()
  await writeModels()
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest))
  const { status } = spawnSync(python, [new URL('check-export.py', import.meta.url).pathname, folder], {
    stdio: 'inherit',
  })
  if (status !== 0) process.exitCode = 1
  else if (write) {
    const lines = [...goldens.values()].map((golden) => JSON.stringify(golden)).join(',\n')
    writeFileSync(new URL('../goldens/exports.json', import.meta.url), `[\n${lines}\n]\n`)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** Every run that the cases of the suite make on a backend that records them. */
async function writeSuite() {
  let current = ''
  const backend = recorder(onnxComposites, (record) => {
    const model = writeModel(record.graph)
    if (record.graph.nodes.length === 1) keepGolden(record.graph.nodes[0].op, current, record, model)
    add(current, record, model)
  })
  for (const each of conformanceCases()) {
    if (!levels.has(each.level)) continue
    current = each.id
    await each.run(backend).catch((error) => {
      throw new Error(`${each.id} fails on the reference`, { cause: error })
    })
  }
}

async function writeModels() {
  for (const { name, seq2seq, weights, records } of await modelSamples(onnxComposites)) {
    for (const record of records) {
      const model = writeModel(record.graph)
      const id = `${name} ${record.graph.name}`
      if (isGolden.has(id)) keepGolden(id, id, record, model)
      add(id, record, model)
      const constants = Object.fromEntries(
        Object.entries(record.inputs).filter(([input]) => weights.has(input)),
      )
      if (record.graph.name !== 'train') {
        add(`${name} ${record.graph.name} with its weights`, record, writeModel(record.graph, { constants }))
      }
    }
    const files = await toOnnx(seq2seq, { parts: ['encode', 'start', 'step', 'score'] })
    for (const [file, bytes] of Object.entries(files)) {
      const record = records.findLast(({ graph }) => graph.name === graphNames[file])
      save(`${name} ${file}`, bytes, record ? portsOf(record, weights) : { inputs: [], outputs: [] })
    }
  }
}

/** Keeps the first sample of each kind that is neither empty nor large. */
function keepGolden(kind, id, { graph, inputs, outputs }, { bytes }) {
  const arrays = [...Object.values(inputs), ...Object.values(outputs)]
  const count = arrays.reduce((sum, { data }) => sum + data.length, 0)
  const isPlain = arrays.every(({ data }) => data.length > 0)
  if (goldens.has(kind) || !isPlain || (count > goldenNumbers && !isGolden.has(kind))) return
  goldens.set(kind, {
    id,
    graph: toJson(graph),
    hash: graphHash(bytes),
    inputs: numbersOf(inputs),
    outputs: numbersOf(outputs),
  })
}

/** Seven digits are what float32 has. */
function numbersOf(arrays) {
  const rounded = (x) => (Number.isFinite(x) ? Number(x.toPrecision(8)) : `${x}`)
  return Object.fromEntries(
    Object.entries(arrays).map(([name, { kind, shape, data }]) => [
      name,
      { kind, shape, data: Array.from(data, rounded) },
    ]),
  )
}

function add(id, { inputs, outputs }, model) {
  const portsOf = (ports, arrays) =>
    ports.map(({ name, onnxName, kind }) => ({ name: onnxName, kind, ...packed(arrays[name]) }))
  save(id, model.bytes, {
    inputs: portsOf(model.inputs, inputs),
    outputs: portsOf(model.outputs, outputs),
  })
}

/** What a file with its weights takes and gives, from a run of its graph. */
function portsOf({ graph, inputs, outputs }, weights) {
  const ports = (from, arrays) =>
    from
      .filter(({ name }) => !weights.has(name))
      .map(({ name, value }) => ({ name, kind: graph.values[value].kind, ...packed(arrays[name]) }))
  return { inputs: ports(graph.inputs, inputs), outputs: ports(graph.outputs, outputs) }
}

function save(id, bytes, ports) {
  const file = `${manifest.length}.onnx`
  writeFileSync(join(folder, file), bytes)
  manifest.push({ id, file, ...ports })
}

/** Numbers as base64 of float64, which JSON keeps as they are. */
function packed({ shape, data }) {
  return { shape, data: Buffer.from(Float64Array.from(data).buffer).toString('base64') }
}
