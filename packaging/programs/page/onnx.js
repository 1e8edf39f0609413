import { onnx } from '@dragoman/backend-onnx'
import * as ort from 'onnxruntime-web'
import { trainOn } from './train.js'

globalThis.answers = await trainOn(await onnx({ ort }))
