/** What is used of a GPUDevice. */
export interface LosableDevice {
  readonly lost: Promise<{ readonly reason: string; readonly message: string }>
}

/** Resolves with the reason when a WebGPU device goes away, but not when it is disposed of. */
export async function lossOf(device: LosableDevice): Promise<string> {
  const { reason, message } = await device.lost
  if (reason === 'destroyed') return new Promise<never>(() => {})
  return `the WebGPU device is lost: ${message}`
}
