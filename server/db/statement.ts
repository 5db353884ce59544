/**
 * Statements that are sent again and again: their text is put together once, and from then on only the values change. To put
 * a page of a timeline together takes longer than to send it.
 */
import { CompiledQuery, type RawBuilder } from 'kysely'
import { boundedMap } from '../core/bounded-map.ts'
import { HomebirdError } from '../core/errors.ts'
import type { Querier } from './pool.ts'

/** Stands in a statement for the value of this name. */
class Slot {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}

interface Written {
  readonly text: string
  /** In the order of their numbers: slots, and what is the same each time. */
  readonly parameters: readonly unknown[]
}

export type Statement<V, R, S> = (
  db: Querier,
  values: V,
  ...shape: S extends undefined ? [] : [S]
) => Promise<R[]>

/** What readers ask for can be of many shapes; each is a few kB. */
const MOST_SHAPES = 100

/**
 * @param write  is called once for each shape and each set of names that are null. It gets something to stand for every
 *               value that is not null: it may ask whether that is null and put it into SQL, and nothing else. One value is
 *               sent once however often it is used, so that all its uses have to be of one type. A shape is what it is, as
 *               far as JSON can say it
 */
export function statement<V extends object, R, S = undefined>(
  write: (values: V, shape: S) => RawBuilder<R>,
): Statement<V, R, S> {
  const written = boundedMap<string, Written>({ max: MOST_SHAPES })
  return async (db, values, ...[shape]) => {
    const key = keyOf(values, shape)
    let one = written.get(key)
    if (one === undefined) {
      one = compiled(db, write(slotsFor(values), shape as S))
      written.set(key, one)
    }
    const parameters = one.parameters.map((value) =>
      value instanceof Slot ? values[value.name as keyof V] : value,
    )
    const { rows } = await db.executeQuery<R>(CompiledQuery.raw(one.text, parameters))
    return rows
  }
}

function keyOf(values: object, shape: unknown): string {
  let key = shape === undefined ? '' : JSON.stringify(shape)
  for (const [name, value] of Object.entries(values)) if (value === null) key += ` ${name}`
  return key
}

function slotsFor<V extends object>(values: V): V {
  const slots = Object.entries(values).map(([name, value]) => [name, value === null ? null : new Slot(name)])
  return Object.fromEntries(slots) as V
}

function compiled(db: Querier, builder: RawBuilder<unknown>): Written {
  const { sql, parameters } = builder.compile(db)
  const numbers = new Map<unknown, number>()
  const kept: unknown[] = []
  let count = 0
  const text = sql.replaceAll(/\$\d+/g, (place) => {
    const parameter = parameters[count]
    count += 1
    if (place !== `$${count}`) throw unreadable(place)
    const known = typeof parameter === 'object' ? numbers.get(parameter) : undefined
    if (known !== undefined) return `$${known}`
    kept.push(parameter)
    numbers.set(parameter, kept.length)
    return `$${kept.length}`
  })
  if (count !== parameters.length) throw unreadable(`${parameters.length} parameters`)
  return { text, parameters: kept }
}

const unreadable = (what: string): HomebirdError =>
  new HomebirdError('INTERNAL', `a statement has its places of parameters elsewhere than at ${what}`)
