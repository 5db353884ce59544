/** What the start-up window shows: from what is known to finished sentences. Touches nothing. */
import type {
  ActView,
  FailureView,
  StartAct,
  StartView,
  StepView,
} from '../../server/contracts/start-bridge.ts'
import type { Words } from '../shell/words.ts'
import type { FailureKind, StartFailure } from './start-failure.ts'
import type { StepProgress } from './start-progress.ts'

export interface StartModel {
  readonly stage: 'starting' | 'running' | 'failed' | 'stopping' | 'stopped' | 'taking_back'
  readonly steps: readonly StepProgress[]
  readonly failure: StartFailure | null
  /** Starts that have failed one after the other. */
  readonly failures: number
  /** Copies that can be taken back. */
  readonly usableCopies: number
}

/** What is offered first, where no better is known. */
const FIRST_ACTS: Readonly<Record<FailureKind, StartAct>> = {
  database: 'startAgain',
  database_away: 'startAgain',
  port: 'startAgain',
  newer: 'quit',
  locked: 'startAgain',
  full: 'startAgain',
  copy_full: 'startAgain',
  folder: 'startAgain',
  setting: 'startAgain',
  sealed: 'startAgain',
  schema: 'startAgain',
  copy_damaged: 'startAgain',
  server_loop: 'restartPart',
  database_loop: 'restartPart',
  other: 'startAgain',
}

/** Where starting again fails the same way, a copy is what helps. */
const MENDED_BY_COPY: ReadonlySet<FailureKind> = new Set(['database', 'newer', 'schema'])

/** What has to be done is done in the folder. */
const SHOWN_FOLDER: ReadonlySet<FailureKind> = new Set(['full', 'copy_full', 'folder'])

export function viewOf(model: StartModel, words: Words): StartView {
  const failure = model.failure === null ? null : failureView(model.failure, model, words)
  return {
    locale: words.locale,
    direction: words.direction,
    title: titleOf(model, words),
    lead: failure === null ? words(`start.lead_${model.stage}`) : '',
    steps: model.steps.map((step) => stepView(step, words)),
    failure,
    acts: otherActs(model, failure?.act.act ?? null).map((act) => actView(act, words)),
    words: {
      technical: words('start.technical'),
      journal: words('start.journal'),
      noJournal: words('start.no_journal'),
      copiesTitle: words('start.copies_title'),
      noCopies: words('start.no_copies'),
      takeBack: words('start.act_take_back_now'),
      cancel: words('act.cancel'),
      close: words('start.close'),
      failedAct: words('failed.act'),
    },
  }
}

function titleOf({ stage, failure }: StartModel, words: Words): string {
  if (failure !== null) return words(stage === 'running' ? 'start.title_trouble' : 'start.title_failed')
  return words(`start.title_${stage}`)
}

function stepView({ name, mark, startedAt, tookMs, bytes }: StepProgress, words: Words): StepView {
  return {
    label: words(`start.step_${name}`),
    mark,
    markWord: words(`start.mark_${mark}`),
    startedAt: mark === 'doing' ? startedAt : null,
    tookMs,
    bytes,
  }
}

function failureView(failure: StartFailure, model: StartModel, words: Words): FailureView {
  const { neededBytes, freeBytes } = failure.values
  const values = {
    ...failure.values,
    needed: sizeText(Number(neededBytes ?? 0), words.locale),
    free: sizeText(Number(freeBytes ?? 0), words.locale),
    copies: model.usableCopies > 0 ? 'some' : 'none',
  }
  return {
    what: words(`start.what_${failure.kind}`, values),
    means: words(`start.means_${failure.kind}`, values),
    act: actView(firstAct(failure, model), words),
    technical: failure.technical,
  }
}

function firstAct({ kind }: StartFailure, { failures, usableCopies }: StartModel): StartAct {
  const first = FIRST_ACTS[kind]
  const isVain = first === 'quit' || failures > 1
  return isVain && usableCopies > 0 && MENDED_BY_COPY.has(kind) ? 'takeBack' : first
}

function otherActs({ stage, failure, usableCopies }: StartModel, first: StartAct | null): StartAct[] {
  const acts: StartAct[] = []
  if (failure !== null) {
    acts.push(stage === 'running' ? 'restartPart' : 'startAgain')
    if (usableCopies > 0) acts.push('takeBack')
    if (SHOWN_FOLDER.has(failure.kind)) acts.push('openFolder')
  }
  return [...acts, 'openLogs' as const, 'quit' as const].filter((act) => act !== first)
}

const MEGABYTE = 1_048_576
const GIGABYTE = 1_024 * MEGABYTE

/** As people say it: `412 MB`, `3.2 GB`. */
export function sizeText(bytes: number, locale: string): string {
  const isLarge = bytes >= GIGABYTE
  const format = new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: isLarge ? 'gigabyte' : 'megabyte',
    maximumFractionDigits: isLarge ? 1 : 0,
  })
  // A number and its unit stay on one line.
  return format.format(isLarge ? bytes / GIGABYTE : Math.ceil(bytes / MEGABYTE)).replaceAll(' ', '\u00A0')
}

const ACT_WORDS: Readonly<Record<StartAct, string>> = {
  startAgain: 'start.act_start_again',
  restartPart: 'start.act_restart_part',
  openLogs: 'start.act_open_logs',
  openFolder: 'start.act_open_folder',
  quit: 'start.act_quit',
  takeBack: 'start.act_take_back',
}

function actView(act: StartAct, words: Words): ActView {
  return { act, label: words(ACT_WORDS[act]) }
}
