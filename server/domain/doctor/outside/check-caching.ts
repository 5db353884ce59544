/**
 * What caches in front keep, and whether they mind what they are told: every answer of the home bears another mark, so
 * whoever sees one twice was shown it from a store. Asked among objects, which caches are to keep, and elsewhere.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { DoctorCode, OutsideCode } from '../../../contracts/doctor.ts'
import type { MarkedAnswer } from '../../../contracts/probe.ts'
import { type ProbePlace, PROBE_PLACES, probePath } from '../../../core/probe.ts'
import { type PurgeProof, provePurge, rememberProof } from '../../purges/prove-purge.ts'
import { PUBLIC_EDGE } from '../../edges/edge.ts'
import type { DoctorParts } from '../doctor-parts.ts'
import { linesFor } from './edge-lines.ts'
import { noteMeasured } from './measured.ts'
import { type ProbeAsk, type Told, askMark, requireAnswers } from './probe-asking.ts'
import { codeOf } from './verdict.ts'
import type { OutsideCheck, OutsideWorld } from './world.ts'

/** What one place has shown. Null: nothing can be said, since nothing was kept or answered. */
interface PlaceFacts {
  readonly place: ProbePlace
  readonly keeps: boolean | null
  readonly honoursVary: boolean | null
  readonly honoursQuery: boolean | null
  readonly honoursNoStore: boolean | null
  readonly honoursPrivate: boolean | null
  readonly passesTag: boolean | null
}

const LOOK_AGAIN_MS = 700
const AS_SERVER = 'application/activity+json'
const AS_BROWSER = 'text/html,application/xhtml+xml'
/** In turn of what people send that have signed in. */
const AS_OWNER = [[['Authorization', 'Bearer homebird-check']], [['Cookie', 'homebird_check=1']]] as const

export const checkCaching: OutsideCheck = {
  name: 'caching',
  async run(world, parts) {
    if (!(await world.isReached())) return []
    const places = await Promise.all(
      (['objects', 'site'] satisfies ProbePlace[]).map(async (place) => lookAt(world, place)),
    )
    note(world, places)
    const purge = await judgePurge(world, parts, places)
    const codes = [
      judge(world, 'CACHE_IGNORES_VARY', places, ({ honoursVary }) => honoursVary),
      judge(world, 'CACHE_IGNORES_QUERY', places, ({ honoursQuery }) => honoursQuery),
      judge(world, 'CACHE_IGNORES_NO_STORE', places, ({ honoursNoStore }) => honoursNoStore),
      judge(world, 'CACHE_LEAKS_PRIVATE', places, ({ honoursPrivate }) => honoursPrivate),
      judge(world, 'ETAG_DROPPED', places, ({ passesTag }) => passesTag),
      purge,
    ]
    return codes.filter((code) => code !== null)
  },
}

type MarkTold = Told<MarkedAnswer>
type Question = Omit<ProbeAsk, 'kind' | 'place' | 'nonce'>

/** One after the other, at one address. */
async function ask(
  world: OutsideWorld,
  place: ProbePlace,
  kind: string,
  questions: readonly Question[],
): Promise<MarkTold[]> {
  const nonce = world.nonce()
  const told: MarkTold[] = []
  for (const question of questions) told.push(await askMark(world, { ...question, kind, place, nonce }))
  return told
}

const marksOf = (told: readonly MarkTold[]): (string | null)[] => told.map(({ seen }) => seen?.mark ?? null)

/** Whether one was shown twice; null where nothing came that could tell. */
function hasRepeated(told: readonly MarkTold[]): boolean | null {
  const marks = marksOf(told).filter((mark) => mark !== null)
  if (new Set(marks).size < marks.length) return true
  return marks.length > 1 ? false : null
}

const not = (value: boolean | null): boolean | null => (value === null ? null : !value)

async function lookAt(world: OutsideWorld, place: ProbePlace): Promise<PlaceFacts> {
  const [open, unstored, own] = await Promise.all([
    ask(world, place, 'kept-public', [{}, {}, {}]),
    ask(world, place, 'kept-no-store', [{}, {}, {}]),
    ask(world, place, 'kept-private', [...AS_OWNER.map((headers) => ({ headers })), {}, {}]),
  ])
  requireAnswers([...open, ...unstored, ...own])
  const keeps = hasRepeated(open)
  const [honoursVary, honoursQuery] =
    keeps === true ? await Promise.all([lookAtVary(world, place), lookAtQuery(world, place)]) : [null, null]
  const answered = open.flatMap(({ seen, answer }) => (seen === null || answer === null ? [] : [answer]))
  return {
    place,
    keeps,
    honoursVary,
    honoursQuery,
    honoursNoStore: not(hasRepeated(unstored)),
    honoursPrivate: not(hasRepeated(own)),
    passesTag: answered.length === 0 ? null : answered.every(({ headers }) => headers.etag !== undefined),
  }
}

/** Whether others get what was kept for somebody who asked otherwise. */
async function lookAtVary(world: OutsideWorld, place: ProbePlace): Promise<boolean | null> {
  const as = (accept: string): Question => ({ headers: [['Accept', accept]] })
  const told = await ask(world, place, 'kept-vary', [
    as(AS_SERVER),
    as(AS_SERVER),
    as(AS_BROWSER),
    as(AS_SERVER),
  ])
  const [first = null, second = null, other = null, last = null] = marksOf(told)
  if (other === null || first === null) return null
  if (other === first || other === second) return false
  if (other === last) return false
  return first === second ? true : null
}

async function lookAtQuery(world: OutsideWorld, place: ProbePlace): Promise<boolean | null> {
  const told = await ask(world, place, 'kept-public', [{ more: '?a=1' }, { more: '?a=1' }, { more: '?a=2' }])
  const [first = null, second = null, other = null] = marksOf(told)
  if (other === null || first === null) return null
  if (other === first || other === second) return false
  return first === second ? true : null
}

function judge(
  world: OutsideWorld,
  code: OutsideCode,
  places: readonly PlaceFacts[],
  of: (facts: PlaceFacts) => boolean | null,
): DoctorCode | null {
  const wrong = places.filter((facts) => of(facts) === false).map(({ place }) => PROBE_PLACES[place])
  if (wrong.length === 0) return null
  return codeOf(code, 'edge', { at: wrong.join(', ') }, linesFor(code, world.edge(), world.host))
}

/** What is told of pages and handles is measured where they stand; what is wrong anywhere is wrong. */
function note(world: OutsideWorld, places: readonly PlaceFacts[]): void {
  const all = (of: (facts: PlaceFacts) => boolean | null): boolean | null => {
    if (places.some((facts) => of(facts) === false)) return false
    return places.every((facts) => of(facts) === true) ? true : null
  }
  const elsewhere = (of: (facts: PlaceFacts) => boolean | null): boolean | null => {
    const site = places.find(({ place }) => place === 'site')
    return all(of) === false ? false : site === undefined ? null : of(site)
  }
  if (places.every(({ keeps }) => keeps === null)) return
  noteMeasured(world, {
    caches: places.some(({ keeps }) => keeps === true) ? true : all(({ keeps }) => keeps),
    honoursVary: elsewhere(({ honoursVary }) => honoursVary),
    honoursQuery: elsewhere(({ honoursQuery }) => honoursQuery),
    honoursNoStore: all(({ honoursNoStore, honoursPrivate }) => both(honoursNoStore, honoursPrivate)),
  })
}

function both(one: boolean | null, other: boolean | null): boolean | null {
  if (one === false || other === false) return false
  return one === true && other === true ? true : null
}

/** Only where something was kept that can be told to be forgotten. */
async function judgePurge(
  world: OutsideWorld,
  { db, clock, purger }: DoctorParts,
  places: readonly PlaceFacts[],
): Promise<DoctorCode | null> {
  const kept = places.find(({ keeps }) => keeps === true)
  if (purger === null || kept === undefined) return null
  const [nonce, kind] = [world.nonce(), 'kept-public']
  const see = async (): Promise<string | null> =>
    (await askMark(world, { kind, place: kept.place, nonce })).seen?.mark ?? null
  const url = `https://${world.host}${probePath(nonce, kind, kept.place)}`
  const proof = await provePurge({ purger, url, see, wait: async () => soon(world) })
  await rememberProof(db, PUBLIC_EDGE, proof, clock.now())
  return purgeCode(world, proof)
}

/** Networks forget everywhere within moments, not at once. */
async function soon({ signal }: OutsideWorld): Promise<void> {
  await pause(LOOK_AGAIN_MS, undefined, { signal }).catch(() => undefined) // the run is over, and says so itself
}

function purgeCode(world: OutsideWorld, proof: PurgeProof): DoctorCode | null {
  if (proof.kind === 'proven' || proof.kind === 'not_kept') return null
  const reason = proof.kind === 'refused' ? proof.problem : 'what was to be forgotten is still shown'
  return codeOf('PURGE_FAILS', 'edge', { reason }, linesFor('PURGE_FAILS', world.edge(), world.host))
}
