/** What browsers that can write to folders of the person's machine have, for now Chromium's. */
interface FolderPicker {
  showDirectoryPicker(options: { readonly mode: 'readwrite' }): Promise<FileSystemDirectoryHandle>
}

/** Whether this browser can write to folders. */
export function canWriteFolders(): boolean {
  return 'showDirectoryPicker' in globalThis
}

/**
 * Writes files into a folder of its own, `name`, in a folder that the person chooses.
 *
 * @returns its path as far as the page knows it; undefined when the person chose none.
 */
export async function saveToFolder(
  name: string,
  files: Readonly<Record<string, Uint8Array>>,
): Promise<string | undefined> {
  const picker = globalThis as unknown as FolderPicker
  let parent: FileSystemDirectoryHandle
  try {
    parent = await picker.showDirectoryPicker({ mode: 'readwrite' })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return undefined
    throw error
  }
  const folder = await parent.getDirectoryHandle(name, { create: true })
  for (const [path, bytes] of Object.entries(files)) {
    const stream = await (await folder.getFileHandle(path, { create: true })).createWritable()
    await stream.write(bytes as Uint8Array<ArrayBuffer>)
    await stream.close()
  }
  return `${parent.name}/${name}`
}
