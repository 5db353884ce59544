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
import { sizeText } from './size-text.ts'

export interface StartModel {
  readonly stage: 'starting' | 'running' | 'failed' | 'stopping' | 'stopped' | 'taking_back' | 'restoring'
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
  restore: 'restore',
  other: 'startAgain',
}

/** Where starting again fails the same way, a copy is what helps. */
const MENDED_BY_COPY: ReadonlySet<FailureKind> = new Set(['database', 'newer', 'schema'])

/** The home there is another one's to change now. */
const KEPT_FROM_RESTORING: ReadonlySet<FailureKind> = new Set(['locked', 'database_away'])

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
      restoreTitle: words('start.restore_title'),
      restoreHelp: words('start.restore_help'),
      noBackups: words('start.no_backups'),
      chooseFile: words('start.choose_backup'),
      backupWords: words('start.backup_words'),
      backupWordsHelp: words('start.backup_words_help'),
      look: words('start.look'),
      inside: words('start.inside'),
      oldHome: words('start.old_home'),
      restore: words('start.restore'),
      waits: words('start.waits'),
      listing: words('start.listing'),
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
    if (!KEPT_FROM_RESTORING.has(failure.kind)) acts.push('restore')
    if (SHOWN_FOLDER.has(failure.kind)) acts.push('openFolder')
  }
  if (stage === 'restoring') acts.push('cancelRestore')
  return [...acts, 'openLogs' as const, 'quit' as const].filter((act) => act !== first)
}

const ACT_WORDS: Readonly<Record<StartAct, string>> = {
  startAgain: 'start.act_start_again',
  restartPart: 'start.act_restart_part',
  openLogs: 'start.act_open_logs',
  openFolder: 'start.act_open_folder',
  quit: 'start.act_quit',
  takeBack: 'start.act_take_back',
  restore: 'start.act_restore',
  cancelRestore: 'start.act_cancel_restore',
}

function actView(act: StartAct, words: Words): ActView {
  return { act, label: words(ACT_WORDS[act]) }
}
