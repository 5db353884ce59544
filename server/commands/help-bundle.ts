/**
 * `homebird help-bundle`: what somebody needs to know who helps, without secrets and people; also of a home that does not
 * run. Without a file it is shown whole, with one it is saved as ZIP.
 */
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { resolve } from 'node:path'
import { openApplianceStore } from '../appliance/appliance-store.ts'
import { isDataDirLocked } from '../appliance/data-dir-lock.ts'
import { homeFolder, readSettings } from '../appliance/ground.ts'
import { ExitCode } from '../contracts/exit-code.ts'
import type { HelpBundle } from '../contracts/logs.ts'
import type { Config } from '../core/config.ts'
import { type DataDir, dataDirAt } from '../core/data-dir.ts'
import { HomebirdError, describeError } from '../core/errors.ts'
import { JOURNAL_LINES, journalText } from '../core/journal-text.ts'
import { programFacts } from '../core/program-facts.ts'
import type { Redactor } from '../core/redact.ts'
import { changedSettings } from '../core/secret-settings.ts'
import { type KnownPeople, withoutPeople } from '../core/without-people.ts'
import { readOwnPeople } from '../domain/status/own-people.ts'
import { readTroubleText } from '../storage/logs/trouble-text.ts'
import { type ZipEntry, writeZip } from '../storage/zip-file.ts'
import { commandIo } from './command-io.ts'
import { redactorFor } from './known-secrets.ts'
import { type CommonOptions, sourcesFrom } from './options.ts'
import { askHome } from './tunnel.ts'
import { withAnyHome } from './with-home.ts'

/** @throws HomebirdError USAGE for a file that is there already */
export async function helpBundle(file: string | undefined, options: CommonOptions): Promise<ExitCode> {
  const io = commandIo(options.json === true)
  const path = file === undefined ? null : resolve(file)
  if (path !== null && existsSync(path))
    throw new HomebirdError('USAGE', `${path} is there already; give another name, or remove it first`)
  const bundle = await gather(options)
  if (path === null) {
    io.put(bundle)
    for (const { name, text } of bundle.sections) io.say(`== ${name}\n${text}\n`)
    return ExitCode.ok
  }
  const bytes = await writeZip(entriesOf(bundle), { path, signal: new AbortController().signal })
  io.put({ path, bytes, sections: bundle.sections.map(({ name }) => name) })
  io.say(`${path} holds ${bundle.sections.map(({ name }) => name).join(', ')}`)
  io.say('Look it through before you hand it on: homebird help-bundle shows what is in it')
  return ExitCode.ok
}

async function* entriesOf({ at, sections }: HelpBundle): AsyncGenerator<ZipEntry> {
  for (const { name, text } of sections) {
    const bytes = (async function* () {
      yield `${text}\n`
    })()
    yield { path: `homebird-help-${at.slice(0, 10)}/${name}.txt`, bytes, changedAt: new Date(at) }
  }
}

type Reading = () => Promise<unknown>

async function gather(options: CommonOptions): Promise<HelpBundle> {
  const sources = sourcesFrom(options)
  const dir = dataDirAt(homeFolder(sources))
  const runs = isDataDirLocked(dir)
  const config = attempted(() => readSettings(sources).loaded.config)
  const people = runs ? await peopleOf(options) : null
  const secretly = redactorFor(config instanceof Error ? null : config, dir, sources)
  const without = withoutPeople(people ?? { ...NOBODY, hosts: hostsIn(config) })
  const redact: Redactor = (text) => without(secretly(text))
  const readings: readonly (readonly [string, Reading])[] = [
    ['program', async () => ({ ...programFacts(), runs, namesOfOwnerAreKnown: people !== null })],
    ['settings', async () => (config instanceof Error ? describeError(config) : changedSettings(config))],
    ['status', async () => (runs ? askHome(options, { kind: 'status' }) : 'the home does not run')],
    ['doctor', async () => (runs ? askHome(options, { kind: 'doctor' }) : 'the home does not run')],
    ['journal', async () => storedJournal(dir)],
    ['log', async () => readTroubleText(dir.logs, redact)],
  ]
  const sections = []
  for (const [name, read] of readings) sections.push({ name, text: redact(await textOf(read)) })
  return { at: new Date().toISOString(), sections }
}

const NOBODY: KnownPeople = { names: [], hosts: [], homeFolder: homedir() }

/** What cannot be read says why: that may be what somebody needs to know. */
async function textOf(read: Reading): Promise<string> {
  try {
    const value = await read()
    return typeof value === 'string' ? value : JSON.stringify(value, null, 2)
  } catch (error) {
    return `cannot be read: ${describeError(error)}`
  }
}

function attempted(read: () => Config): Config | Error {
  try {
    return read()
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

/** Null where the database does not tell: then its bundle says that names of the owner may be in it. */
async function peopleOf(options: CommonOptions): Promise<KnownPeople | null> {
  let people: KnownPeople | null = null
  const { json: _, ...quiet } = options
  try {
    await withAnyHome(quiet, async (db) => {
      people = await readOwnPeople(db)
    })
  } catch {
    return null // a home that is in trouble is what this command is for
  }
  return people
}

const hostsIn = (config: Config | Error): string[] =>
  config instanceof Error ? [] : [config.domain, config.serviceDomain].filter((host) => host !== null)

function storedJournal(dir: DataDir): string {
  if (!existsSync(dir.applianceDatabase)) return 'there is none'
  const store = openApplianceStore(dir, 'read')
  try {
    return journalText(store.journalTail(JOURNAL_LINES))
  } finally {
    store.close()
  }
}
