import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { runServer } from 'verdaccio'

/** A registry of packages on this machine, empty at first. */
export interface LocalRegistry {
  readonly url: string
  /** A file of settings for npm and pnpm: this registry has the packages of `@dragoman`, the usual one the others. */
  readonly npmrc: string
  stop(): Promise<void>
}

/**
 * Starts a registry on loopback, at a port that is free, with its storage in a folder.
 *
 * It holds the packages of this repository alone and knows no other registry: those of others come from where
 * npm takes them on this machine.
 */
export async function startRegistry(folder: string): Promise<LocalRegistry> {
  const server = await runServer({
    self_path: join(folder, 'verdaccio.yaml'),
    config_path: join(folder, 'verdaccio.yaml'),
    storage: join(folder, 'storage'),
    auth: {},
    uplinks: {},
    web: { enable: false },
    max_body_size: '20mb',
    packages: { '@dragoman/*': { access: ['$all'], publish: ['$all'] } },
    log: { type: 'stdout', format: 'pretty', level: 'fatal' },
  } as never)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}/`
  const npmrc = join(folder, 'npmrc')
  // Anybody may publish here, but npm does not try without a token.
  writeFileSync(npmrc, `@dragoman:registry=${url}\n//127.0.0.1:${port}/:_authToken=anybody\n`)
  return {
    url,
    npmrc,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
