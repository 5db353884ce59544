/** The settings of how much is done at once, and of how much is asked of other servers. Automatic where the machine says it better. */
import { availableParallelism, totalmem } from 'node:os'
import { setting } from './setting.ts'
import { type SettingType, integer } from './setting-types.ts'

/** What a number that is automatic follows from. */
export interface Machine {
  readonly cores: number
  readonly memoryBytes: number
}

/** As far as this process may use it: a container may be allowed less than there is. */
export function thisMachine(): Machine {
  const allowed = process.constrainedMemory()
  return {
    cores: availableParallelism(),
    memoryBytes: allowed > 0 ? Math.min(allowed, totalmem()) : totalmem(),
  }
}

const LITTLE_MEMORY_BYTES = 1_500_000_000
const within = (least: number, value: number, most: number): number => Math.min(most, Math.max(least, value))

/** Calls of handlers mostly wait for others: many fit on a core, but each holds memory. */
export function automaticConcurrency({ cores, memoryBytes }: Machine): number {
  return memoryBytes < LITTLE_MEMORY_BYTES ? 10 : within(10, cores * 10, 80)
}

/** A model may take a fifth of all. */
export const automaticPerModel = (machine: Machine): number =>
  within(2, Math.round(automaticConcurrency(machine) / 5), 16)

const isAutomatic = (raw: string): boolean => raw.trim().toLowerCase() === 'auto'

function automatic(type: SettingType<number>, choose: (machine: Machine) => number): SettingType<number> {
  return {
    ...type,
    name: `auto, or ${type.name}`,
    isAutomatic,
    parse: (raw) => (isAutomatic(raw) ? choose(thisMachine()) : type.parse(raw)),
  }
}

export const ENGINE_SETTINGS = {
  statorConcurrency: setting({
    env: 'HOMEBIRD_STATOR_CONCURRENCY',
    aliases: ['TAKAHE_STATOR_CONCURRENCY'],
    type: automatic(integer(1, 1000), automaticConcurrency),
    fallback: 'auto',
    help: 'most rows that one worker handles at once; auto is 10 for each core, up to 80, and 10 with less than 1.5 GB of memory. Half of it on battery, half of that again on a metered line. More is faster and takes memory and line',
  }),
  statorConcurrencyPerModel: setting({
    env: 'HOMEBIRD_STATOR_CONCURRENCY_PER_MODEL',
    aliases: ['TAKAHE_STATOR_CONCURRENCY_PER_MODEL'],
    type: automatic(integer(1, 1000), automaticPerModel),
    fallback: 'auto',
    help: 'most rows of one graph at once, so that one kind of work leaves room to the others; auto is a fifth of all; deliveries use four times as many',
  }),
  statorConcurrencyPerHost: setting({
    env: 'HOMEBIRD_STATOR_CONCURRENCY_PER_HOST',
    type: integer(1, 4),
    fallback: '4',
    help: 'most deliveries to one remote host at once; fewer are slower where many followers live on one server, and more than four connections are opened to none',
  }),
  inboxMaxKb: setting({
    env: 'HOMEBIRD_INBOX_MAX_KB',
    type: integer(64, 1_024),
    fallback: '1024',
    help: 'largest activity that is taken from another server, in kilobytes',
  }),
  outboxFetch: setting({
    env: 'HOMEBIRD_OUTBOX_FETCH',
    type: integer(0, 200),
    fallback: '40',
    help: 'posts of somebody that are fetched when you first look at them or follow them; 0 fetches none',
  }),
  actorMaxAge: setting({
    env: 'HOMEBIRD_ACTOR_MAX_AGE',
    type: integer(300, 31_536_000),
    fallback: '86400',
    help: 'seconds after which the profile of somebody who is looked at or speaks is read again from where they live',
  }),
}
