/** Gives the tunnel what it needs of the supervisor: settings as they are kept, its secret, the servers that lead it in. */
import type { Config } from '../core/config.ts'
import type { SecretFolder } from '../core/secret-box.ts'
import { SETTINGS, type SettingName } from '../core/settings.ts'
import type { Setting } from '../core/setting.ts'
import { ProgramLedger } from '../core/program-ledger.ts'
import { parseSetting } from '../core/setting-types.ts'
import type { Child } from './child.ts'
import { type Ground, type GroundSources, readSettings } from './ground.ts'
import type { KeptPart } from './kept-part.ts'
import { TunnelPart, requireTunnelSettings } from './tunnel-part.ts'

export type { TunnelPart } from './tunnel-part.ts'

const TOKEN_FILE = 'tunnel-token'

interface TunnelSources {
  readonly ground: Ground
  readonly sources: GroundSources
  readonly servers: number
  launch(): Child
  keep(open: () => Promise<Child>): KeptPart<Child>
  notice(level: 'warn' | 'error', message: string): void
  /** Null while it does not run. */
  readonly server: (index: number) => Child | null
}

export function openTunnelPart({ ground, sources, server, ...rest }: TunnelSources): TunnelPart {
  const { dir, runtime, secrets } = ground
  return new TunnelPart(
    {
      dataDir: dir.path,
      secretsKey: ground.seal.box.key,
      runtime,
      ...rest,
      readSettings: () => withToken(readSettings(sources, ground.seal.box).loaded.config, secrets),
      saveSettings: (changes) => saveTunnelSettings(ground, changes),
      toServer: (index, message) => {
        const life = server(index)
        life?.tell(message)
        return life !== null
      },
      programs: new ProgramLedger(dir.tunnelPrograms),
    },
    withToken(ground.loaded.config, secrets),
  )
}

/** The token that was given in the window lies with the secrets of the home, and not with its settings. */
function withToken(config: Config, secrets: SecretFolder): Config {
  return config.tunnelToken === '' ? { ...config, tunnelToken: readToken(secrets) } : config
}

function readToken(secrets: SecretFolder): string {
  return secrets.read(TOKEN_FILE)?.toString('utf8').trim() ?? ''
}

/** All or nothing: every value is checked before the first is kept. */
function saveTunnelSettings(
  { store, secrets }: Ground,
  changes: Readonly<Record<string, string | null>>,
): void {
  const names = requireTunnelSettings(changes)
  for (const name of names) check(name, changes[name] ?? null)
  for (const name of names) {
    const isToken = name === 'tunnelToken'
    const value = changes[name] ?? null
    if (isToken) saveToken(secrets, value)
    // Also a token that a command has kept there, which would count before the one that is given now.
    if (isToken || value === null) store.removeSetting(name)
    else store.saveSetting(name, value)
  }
}

function check(name: SettingName, value: string | null): void {
  const definition: Setting<unknown> = SETTINGS[name]
  if (value !== null) parseSetting(definition.env, definition.type, value, definition.secret === true)
}

function saveToken(secrets: SecretFolder, value: string | null): void {
  if (value === null || value === '') secrets.remove(TOKEN_FILE)
  else secrets.write(TOKEN_FILE, `${value}\n`)
}
