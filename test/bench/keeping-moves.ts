/** A home of two gigabytes on another computer: restored from its backup there, and handed over. How fast, and with how much memory. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { BenchHome } from './bench-home.ts'
import { processTree, usageOf } from './processes.ts'
import type { BenchResult } from './report.ts'

const CLI = join(import.meta.dirname, '..', '..', 'server', 'cli.ts')
const LOOK_EVERY_MS = 250
const MEBIBYTE = 1_048_576
const MOST_MB_ABOVE_IDLE = 200

export const PASSPHRASE = 'the passphrase of a bench'

interface Moved {
  readonly mebibytes: number
  /** Of a home that runs and has nothing to do, in mebibytes. */
  readonly idle: number
}

/** @param backup  the file of a whole one, made since the passphrase was set */
export async function restoreElsewhere(backup: string, { mebibytes, idle }: Moved): Promise<BenchResult> {
  const folder = await mkdtemp(join(tmpdir(), 'hb-bench-restore-'))
  try {
    const words = `${folder}.words`
    await writeFile(words, `${PASSPHRASE}\n`)
    const dataDir = folder
    const args = ['restore', backup, '--data-dir', dataDir, '--passphrase-file', words, '--yes']
    const startedMs = performance.now()
    const most = await watched(args)
    return {
      workload: `restore of ${mebibytes.toFixed(0)} MB on an empty computer`,
      figures: {
        restored: { value: (mebibytes * 1_000) / (performance.now() - startedMs), unit: 'MB/s' },
        'memory above an idle home': memoryOf(most - idle),
        'memory of all of it': { value: most, unit: 'MB' },
      },
    }
  } finally {
    await rm(`${folder}.words`, { force: true })
    await rm(folder, { recursive: true, force: true })
  }
}

/** The home is silent afterwards. */
export async function handOverElsewhere(bench: BenchHome, { mebibytes, idle }: Moved): Promise<BenchResult> {
  const folder = await mkdtemp(join(tmpdir(), 'hb-bench-taken-'))
  try {
    const { dataDir } = bench.home
    const offer = launch([
      'hand-over',
      'offer',
      '--json',
      '--data-dir',
      dataDir,
      '--host',
      '127.0.0.1',
      '--port',
      '0',
    ])
    const { code, address } = await offered(offer)
    const startedMs = performance.now()
    const given = { most: 0 }
    const take = ['hand-over', 'take', address, '--yes', '--data-dir', folder]
    const taking = watched(take, `${code}\n`, async () => {
      const usage = await bench.usage()
      const now = Object.values(usage).reduce((sum, { pssBytes }) => sum + pssBytes, 0) / MEBIBYTE
      given.most = Math.max(given.most, now)
    })
    const most = await taking
    const seconds = (performance.now() - startedMs) / 1_000
    await ended(offer)
    return {
      workload: `hand-over of ${mebibytes.toFixed(0)} MB on one machine`,
      figures: {
        'handed over': { value: mebibytes / seconds, unit: 'MB/s' },
        'memory of the old one above idle': memoryOf(given.most - idle),
        'memory of the new one above an idle home': memoryOf(most - idle),
        'memory of all of the new one': { value: most, unit: 'MB' },
      },
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const memoryOf = (value: number) => ({ value, unit: 'MB', goal: { atMost: MOST_MB_ABOVE_IDLE } }) as const

function launch(args: readonly string[], input = '') {
  const child = spawn(process.execPath, [CLI, ...args], { stdio: ['pipe', 'pipe', 'pipe'] })
  // One that reads nothing may end before it was given.
  child.stdin.on('error', () => undefined).end(input)
  const said = { out: '', all: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.out += text
    said.all += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.all += text))
  return { child, said, closed: once(child, 'close') }
}

type Launched = ReturnType<typeof launch>

/** @throws where it failed: its figures say nothing then */
async function ended({ child, closed, said }: Launched): Promise<void> {
  await closed
  if (child.exitCode !== 0) throw new Error(`a command failed: ${said.all.slice(-2_000)}`)
}

async function offered({ child, said, closed }: Launched): Promise<{ code: string; address: string }> {
  for (;;) {
    const line = said.out.split('\n').find((text) => text.includes('"code"') && text.endsWith('}'))
    if (line !== undefined) {
      const { code, addresses } = JSON.parse(line) as { code: string; addresses: string[] }
      return { code, address: addresses[0] ?? '' }
    }
    await Promise.race([once(child.stdout, 'data'), closed])
    if (child.exitCode !== null) throw new Error(`nothing was offered: ${said.all.slice(-2_000)}`)
  }
}

/** @returns the most memory of it and all that it started, in mebibytes */
async function watched(
  args: readonly string[],
  input = '',
  look = async (): Promise<void> => undefined,
): Promise<number> {
  const launched = launch(args, input)
  const { child } = launched
  const pid = child.pid ?? 0
  let most = 0
  while (child.exitCode === null && child.signalCode === null) {
    const usage = await usageOf(await processTree(pid), pid)
    const now = Object.values(usage).reduce((sum, { pssBytes }) => sum + pssBytes, 0) / MEBIBYTE
    most = Math.max(most, now)
    await look()
    await delay(LOOK_EVERY_MS)
  }
  await ended(launched)
  return most
}
