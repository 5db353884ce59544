/** Questions whose answer tells what arrived of them, and whether that came from this home. */
import type { MarkedAnswer, SeenRequest } from '../../../contracts/probe.ts'
import { HomebirdError } from '../../../core/errors.ts'
import { type ProbePlace, isReportProof, probePath } from '../../../core/probe.ts'
import { failureOf } from './look-around.ts'
import type { AttemptFailure, OutsideAnswer, OutsideAsk, OutsideWorld } from './world.ts'

/** What came back of one question. */
export interface Told<T extends MarkedAnswer = SeenRequest> {
  /** What the home says of the question; null where that did not come, or not from this home. */
  readonly seen: T | null
  /** Null where no answer came at all. */
  readonly answer: OutsideAnswer | null
  /** Why there is no `answer`. */
  readonly failure: AttemptFailure | null
}

export interface ProbeAsk extends Omit<OutsideAsk, 'path'> {
  readonly kind: string
  readonly place?: ProbePlace
  /** Another one each time, unless the same address is to be asked again. */
  readonly nonce?: string
  /** What follows on the path of the kind. */
  readonly more?: string
}

/** Never throws: that nothing came is an answer too. */
export async function askProbe(world: OutsideWorld, ask: ProbeAsk): Promise<Told> {
  const { report, ...rest } = await askFor(world, ask)
  return { ...rest, seen: report as SeenRequest | null }
}

/** The same where nothing is told but that it is another answer. */
export async function askMark(world: OutsideWorld, ask: ProbeAsk): Promise<Told<MarkedAnswer>> {
  const { report, ...rest } = await askFor(world, ask)
  return { ...rest, seen: report as MarkedAnswer | null }
}

/** What has a proof is of this home, and has the shape that this home gives it. */
interface Reported extends Pick<Told, 'answer' | 'failure'> {
  readonly report: unknown
}

async function askFor(world: OutsideWorld, ask: ProbeAsk): Promise<Reported> {
  const { kind, place = 'site', nonce = world.nonce(), more = '', ...rest } = ask
  try {
    const answer = await world.ask({ ...rest, path: `${probePath(nonce, kind, place)}${more}` })
    return { report: readReport(world, answer, nonce, kind), answer, failure: null }
  } catch (error) {
    return { report: null, answer: null, failure: failureOf(error) }
  }
}

/** Null for whatever this home has not said of this question. */
function readReport(
  world: Pick<OutsideWorld, 'key'>,
  { status, body }: OutsideAnswer,
  nonce: string,
  kind: string,
): unknown {
  if (status !== 200) return null
  try {
    const { seen: report, proof } = JSON.parse(body.toString('utf8')) as Readonly<Record<string, unknown>>
    if (typeof report !== 'string' || typeof proof !== 'string') return null
    return isReportProof(world.key, { nonce, kind, report }, proof) ? JSON.parse(report) : null
  } catch {
    return null // a page of somebody else's
  }
}

/** What nobody has answered proves nothing. @throws HomebirdError UNAVAILABLE where no answer came to any of these */
export function requireAnswers(told: readonly Told<MarkedAnswer>[]): void {
  if (told.some(({ answer }) => answer !== null)) return
  const reason = told.find(({ failure }) => failure !== null)?.failure?.message
  throw new HomebirdError('UNAVAILABLE', `no answer came to what was asked: ${reason ?? 'nothing was'}`)
}

/** Of a header that came once or more often, as one; undefined where it did not. */
export function valueOf({ headers }: SeenRequest, name: string): string | undefined {
  const values = headers.filter(([told]) => told === name).map(([, value]) => value ?? '')
  return values.length === 0 ? undefined : values.join(', ')
}
