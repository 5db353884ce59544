/** What the start-up window shows in each situation, by the shell's own words. */
import { join } from 'node:path'
import type {
  BackupChoices,
  CopyView,
  InsideView,
  JournalLineView,
  StartView,
} from '../../server/contracts/start-bridge.ts'
import { openWords } from '../../electron/shell/words.ts'
import { failureOf, loopOf } from '../../electron/windows/start-failure.ts'
import {
  type StepProgress,
  failedNow,
  freshRestore,
  freshStart,
  progressAfter,
  restoreAfter,
  withBytes,
} from '../../electron/windows/start-progress.ts'
import { type StartModel, viewOf } from '../../electron/windows/start-view.ts'

export const wordsOf = (locale: string) =>
  openWords(locale, join(import.meta.dirname, '..', '..', 'resources', 'locales', 'shell'))

/** An error as the supervisor throws it. */
export function thrown(code: string, message: string, details: object = {}): Error {
  return Object.assign(new Error(message), { code, details })
}

const quiet: StartModel = { stage: 'starting', steps: [], failure: null, failures: 0, usableCopies: 0 }

export function viewIn(locale: string, model: Partial<StartModel>): StartView {
  return viewOf({ ...quiet, ...model }, wordsOf(locale))
}

/** Steps of a start that came to `last` some seconds ago. */
export function stepsTo(last: 'copy' | 'database' | 'schema' | 'parts'): readonly StepProgress[] {
  const now = Date.now()
  const order = ['check', 'copy', 'database', 'schema', 'parts'] as const
  let steps = freshStart()
  const passed = order.slice(0, order.indexOf(last) + 1).filter((step) => step !== 'copy' || last === 'copy')
  for (const [at, step] of passed.entries())
    steps = progressAfter(steps, { kind: 'step', step }, now - 9_000 + at * 2_700)
  return last === 'copy' ? withBytes(steps, 1_320_000_000, 3_600_000_000) : steps
}

export const DAMAGED = thrown(
  'DATABASE_UNREACHABLE',
  'the embedded database ended while starting; its log says: 2026-11-29 21:57:32 UTC [4711] FATAL:  could not open file "global/pg_control": No such file or directory',
)

export function failedView(
  locale: string,
  error: Error = DAMAGED,
  model: Partial<StartModel> = {},
): StartView {
  const steps = failedNow(stepsTo('database'), Date.now() - 500)
  return viewIn(locale, { stage: 'failed', steps, failure: failureOf(error), failures: 1, ...model })
}

export function loopView(locale: string): StartView {
  return viewIn(locale, {
    stage: 'running',
    failure: loopOf(
      'server-0',
      'server-0 ended with code 1, next start in 60 s; it is degraded and tried once a minute',
    ),
  })
}

export const JOURNAL: readonly JournalLineView[] = [
  {
    at: '2026-11-29T21:57:30.000Z',
    level: 'info',
    levelWord: 'Note',
    part: 'appliance',
    message: 'the home has stopped',
  },
  {
    at: '2026-11-29T21:57:31.000Z',
    level: 'warn',
    levelWord: 'Warning',
    part: 'database',
    message: 'the database of an earlier run still lives (process 4711) and is stopped first',
  },
  {
    at: '2026-11-29T21:57:32.000Z',
    level: 'error',
    levelWord: 'Error',
    part: 'appliance',
    message: `the home did not start: DATABASE_UNREACHABLE: ${DAMAGED.message}`,
  },
]

export function copiesIn(locale: string): readonly CopyView[] {
  const words = wordsOf(locale)
  const [newer, older] = ['29 Nov 2026, 21:57', '3 Oct 2026, 08:12']
  const copy = (name: string, version: string, moment: string): CopyView => ({
    name,
    label: words('start.copy_of', { version, moment }),
    replaces: words('start.copy_replaces', { size: '412 MB', moment }),
    isUsable: true,
  })
  return [
    copy('before-0.2.0-20261129T215700Z', '0.1.4', newer),
    copy('before-0.1.4-20261003T081200Z', '0.1.0', older),
  ]
}

/** While the database is filled, some seconds after it began. */
export const restoringSteps = (): readonly StepProgress[] =>
  restoreAfter(
    freshRestore(Date.now() - 5_000),
    { step: 'read', done: 1_100_000_000, total: 1_600_000_000 },
    Date.now(),
  )

export const BACKUPS: BackupChoices = {
  backups: [
    { id: 0, label: '29 Nov 2026, 03:12, 1.8 GB, folder of this home' },
    { id: 1, label: '28 Nov 2026, 03:12, 1.8 GB, /media/ana/a-disk-of-a-rather-long-name/homebird' },
  ],
  flaws: [],
}

export const INSIDE: InsideView = {
  identities: '@ana@home.example, @garden@home.example',
  lines: ['Made on 28 Nov 2026, 03:12 by version 0.1.4.', 'Posts: 12,431. Followers: 318. Following: 402.'],
  replaces:
    'It takes the place of the home in /home/ana/.local/share/homebird. That home is kept as a copy and can be taken back.',
}
