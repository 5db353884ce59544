/** `homebird tunnel files | script | redirect`: ready configuration for the other end, shown, or written into a folder. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { ApplianceStatus } from '../appliance/index.ts'
import { isDataDirLocked } from '../appliance/data-dir-lock.ts'
import { borrowSecrets } from '../appliance/borrow-secrets.ts'
import { readSettings } from '../appliance/ground.ts'
import {
  EDGE_KINDS,
  EDGE_USES,
  type EdgeFile,
  type EdgeGuide,
  REDIRECT_HOSTS,
  type RedirectGuide,
} from '../contracts/edge-files.ts'
import type { ExitCode } from '../contracts/exit-code.ts'
import type { Config } from '../core/config.ts'
import type { DataDir } from '../core/data-dir.ts'
import { HomebirdError } from '../core/errors.ts'
import type { Database } from '../db/pool.ts'
import { usualUse } from '../domain/edge-files/edge-facts.ts'
import { edgeGuide } from '../domain/edge-files/edge-guide.ts'
import { redirectGuide } from '../domain/edge-files/redirects.ts'
import { serverScript } from '../domain/edge-files/server-script.ts'
import { listHomeNames } from '../domain/owner/list-names.ts'
import { UNPUBLISHED_DOMAIN } from '../domain/owner/own-uris.ts'
import { ownKeyIn } from '../tunnels/ssh/own-key.ts'
import type { CommandIo } from './command-io.ts'
import { type CommonOptions, sourcesFrom } from './options.ts'
import { askHome } from './tunnel.ts'
import { withAnyHome } from './with-home.ts'

export interface TunnelFilesOptions extends CommonOptions {
  readonly use?: string
  readonly out?: string
}

export interface TunnelScriptOptions extends TunnelFilesOptions {
  readonly edge?: string
}

/** @throws HomebirdError USAGE for an unknown edge or use, UNPROCESSABLE where there is nothing to write from */
export async function showEdgeFiles(edge: string, options: TunnelFilesOptions): Promise<ExitCode> {
  const kind = oneWord('edge', edge, EDGE_KINDS)
  const use = options.use === undefined ? null : oneWord('use', options.use, EDGE_USES)
  const { config } = await settingsNow(options)
  return withAnyHome(options, async (db, io) => {
    tell(io, edgeGuide(kind, use ?? usualUse(config), config, await hostsOf(db)), options)
  })
}

/** @throws HomebirdError USAGE, UNPROCESSABLE */
export async function showServerScript(options: TunnelScriptOptions): Promise<ExitCode> {
  const { config, dir } = await settingsNow(options)
  const usual = config.tunnelMode === 'passthrough' ? 'passthrough' : 'ssh'
  const use = oneWord('use', options.use ?? usual, EDGE_USES)
  const edge = oneWord('edge', options.edge ?? (use === 'passthrough' ? 'haproxy' : 'caddy'), EDGE_KINDS)
  return withAnyHome(options, async (db, io) => {
    const guide = serverScript(edge, use, config, {
      account: config.tunnelServer?.user ?? 'homebird',
      publicKey: (await ownKeyIn(await borrowSecrets(dir))).publicKey,
      hosts: await hostsOf(db),
      listens: config.tunnelListen,
    })
    tell(io, guide, options)
  })
}

/** @throws HomebirdError USAGE, UNPROCESSABLE where no website has to send anybody on */
export async function showRedirect(host: string, options: TunnelFilesOptions): Promise<ExitCode> {
  const kind = oneWord('host', host, REDIRECT_HOSTS)
  return withAnyHome(options, async (db, io) => {
    const { domains } = await listHomeNames(db)
    tell(io, redirectGuide(kind, domains), options)
  })
}

/** Those of the tunnel as they count in the running home, where it runs. */
async function settingsNow(options: CommonOptions): Promise<{ config: Config; dir: DataDir }> {
  const { dir, loaded } = readSettings(sourcesFrom(options))
  if (!isDataDirLocked(dir)) return { config: loaded.config, dir }
  const { tunnelSettings } = (await askHome(options, { kind: 'status' })) as ApplianceStatus
  return { config: { ...loaded.config, ...tunnelSettings, tunnelToken: loaded.config.tunnelToken }, dir }
}

async function hostsOf(db: Database): Promise<string[]> {
  const { domains } = await listHomeNames(db)
  const hosts = domains
    .filter(({ domain }) => domain !== UNPUBLISHED_DOMAIN)
    .map(({ serviceHost }) => serviceHost)
  return [...new Set(hosts)]
}

function oneWord<const Word extends string>(what: string, given: string, words: readonly Word[]): Word {
  const found = words.find((word) => word === given)
  if (found !== undefined) return found
  throw new HomebirdError(
    'USAGE',
    `${JSON.stringify(given)} is no ${what} that is known; there are ${words.join(', ')}`,
  )
}

function tell(io: CommandIo, guide: EdgeGuide | RedirectGuide, { out }: TunnelFilesOptions): void {
  io.put(guide)
  if (out === undefined) for (const file of guide.files) show(io, file, guide.files.length > 1)
  else for (const file of guide.files) io.say(writeInto(resolve(out), file))
  // Behind a script or a single file nothing else may come: it can be led into one.
  if (out === undefined && guide.files.length === 1) return
  for (const command of guide.commands) io.say(`  ${command}`)
}

function show(io: CommandIo, { name, path, mode, text }: EdgeFile, isOneOfMany: boolean): void {
  if (isOneOfMany) io.say(`==> ${name}${path === '' ? '' : ` (${path}, mode ${mode})`} <==`)
  io.say(text.trimEnd())
  if (isOneOfMany) io.say('')
}

function writeInto(folder: string, { name, path, text }: EdgeFile): string {
  const place = join(folder, name)
  try {
    mkdirSync(folder, { recursive: true })
    // For the owner's eyes until it lies where it goes: some hold a secret.
    writeFileSync(place, text, { mode: 0o600 })
  } catch (cause) {
    throw new HomebirdError('USAGE', `${place} cannot be written; name another folder with --out`, { cause })
  }
  return path === '' || path === name ? place : `${place}, for ${path}`
}
