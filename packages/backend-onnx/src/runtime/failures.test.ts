import { BackendError, UnsupportedOpError } from '@dragoman/core/backend'
import { expect, test } from 'vitest'
import { runFailure, sessionFailure } from './failures.ts'

const place = { backend: 'onnx-test', graph: 'step' }

// The messages are those of ONNX Runtime 1.30.

test('an op without a kernel is unsupported, and is named with its place', () => {
  const message =
    "Can't create a session. ERROR_CODE: 9, ERROR_MESSAGE: Could not find an implementation for Where(16) node with name 'decoder/Where.1'"
  const error = sessionFailure(place, new Error(message))
  expect(error).toBeInstanceOf(UnsupportedOpError)
  expect(error).toMatchObject({ backend: 'onnx-test', op: 'Where', scope: 'decoder/Where.1' })
})

test('any other refusal is kept as it is', () => {
  const cause = new Error("Can't create a session. ERROR_CODE: 7, ERROR_MESSAGE: Failed to load model")
  const error = sessionFailure(place, cause)
  expect(error).toBeInstanceOf(BackendError)
  expect(error.message).toBe(`onnx-test: ONNX Runtime does not open 'step'\n  ${cause.message}`)
  expect(error.cause).toBe(cause)
})

test('a run that failed says at which op and where', () => {
  const message =
    "Non-zero status code returned while running Gather node. Name:'encoder.embedding/Gather.3' Status Message: indices element out of data bounds, idx=7 must be within the inclusive range [-2,1]"
  expect(runFailure(place, new Error(message)).message).toBe(
    [
      "onnx-test: 'step' failed at Gather",
      '  in encoder.embedding/Gather.3',
      '  indices element out of data bounds, idx=7 must be within the inclusive range [-2,1]',
      '  hint: check the ids that the inputs hold against the sizes of the tables',
    ].join('\n'),
  )
  expect(runFailure(place, 'lost the device').message).toBe("onnx-test: 'step' failed\n  lost the device")
})
