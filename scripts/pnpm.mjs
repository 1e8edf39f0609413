// Runs pnpm at the version that package.json names, so that nobody needs it installed.
//
//   node scripts/pnpm.mjs add --filter @dragoman/cli some-package
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

const { packageManager } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'))
const shell = process.platform === 'win32'

/** Runs pnpm in the root of the repository; returns its exit code. */
export function pnpm(args) {
  const { status, error } = spawnSync('npx', ['--yes', packageManager, ...args], {
    cwd: root,
    stdio: 'inherit',
    shell,
    env: {
      ...(args[0] === 'exec' ? {} : networkSettings()),
      ...process.env,
      TURBO_TELEMETRY_DISABLED: '1',
    },
  })
  if (error)
    console.error(`npx does not start: ${error.message}\n  hint: it comes with npm; is npm installed?`)
  return status ?? 1
}

// pnpm reads .npmrc, but neither npm's global configuration nor npm_config_* variables: a mirror or a proxy
// that is set there would not be used.
function networkSettings() {
  const { stdout } = spawnSync('npm', ['config', 'list', '--json'], { cwd: root, encoding: 'utf8', shell })
  const settings = JSON.parse(stdout || '{}')
  return Object.fromEntries(
    ['registry', 'cafile', 'proxy', 'https-proxy', 'noproxy', 'strict-ssl']
      .filter(
        (name) => settings[name] !== null && settings[name] !== undefined && String(settings[name]) !== '',
      )
      .map((name) => [`pnpm_config_${name.replace('-', '_')}`, String(settings[name])]),
  )
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = pnpm(process.argv.slice(2))
