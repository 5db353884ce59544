/** Names of form fields and query parameters as nested values: `id[]`, `source[privacy]`, `fields[0][name]`, `a[][b]`. */
import { HomebirdError } from '../../core/errors.ts'

export type FieldValue = string | FieldList | FieldGroup
export type FieldList = FieldValue[]
export interface FieldGroup {
  [name: string]: FieldValue
}

const MAX_FIELDS = 1_000
const MAX_NAME_LENGTH = 200
const MAX_DEPTH = 5
const POISON: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/**
 * A plain name keeps its last value; `[]` collects; `[name]` and `[0]` open a group. A group inside `[]` begins anew when one
 * of its names comes again.
 * @throws HomebirdError BAD_REQUEST for more than 1,000 fields, for names too long, too deep or meant to poison
 */
export function nestFields(fields: Iterable<readonly [string, string]>): FieldGroup {
  const root = newGroup()
  let count = 0
  for (const [name, value] of fields) {
    count += 1
    if (count > MAX_FIELDS)
      throw new HomebirdError('BAD_REQUEST', `a form has more than ${MAX_FIELDS} fields`)
    put(root, pathOf(name), value)
  }
  return root
}

const newGroup = (): FieldGroup => Object.create(null) as FieldGroup

/** `a[][b]` gives `a`, ``, `b`. */
function pathOf(name: string): string[] {
  if (name.length > MAX_NAME_LENGTH) throw refusedName(name)
  const open = name.indexOf('[')
  const isPlain = open <= 0 || !/^(?:\[[^[\]]*\])+$/.test(name.slice(open))
  const path = isPlain ? [name] : [name.slice(0, open), ...name.slice(open + 1, -1).split('][')]
  if (path.length > MAX_DEPTH || path.some((part) => POISON.has(part))) throw refusedName(name)
  return path
}

function refusedName(name: string): HomebirdError {
  return new HomebirdError('BAD_REQUEST', `the field name ${JSON.stringify(name.slice(0, 60))} is refused`)
}

function put(group: FieldGroup, path: readonly string[], value: string): void {
  const [name = '', next, ...rest] = path
  if (next === undefined) {
    group[name] = value
    return
  }
  if (next === '') {
    const list = group[name]
    const items: FieldList = Array.isArray(list) ? list : []
    group[name] = items
    append(items, rest, value)
    return
  }
  put(groupAt(group, name), [next, ...rest], value)
}

function append(items: FieldList, path: readonly string[], value: string): void {
  const [name] = path
  if (name === undefined) {
    items.push(value)
    return
  }
  const last = items.at(-1)
  const isOpen = isGroup(last) && !(name in last && path.length === 1)
  const group = isOpen ? last : newGroup()
  if (!isOpen) items.push(group)
  put(group, path, value)
}

function groupAt(group: FieldGroup, name: string): FieldGroup {
  const inner = group[name]
  if (isGroup(inner)) return inner
  const fresh = newGroup()
  group[name] = fresh
  return fresh
}

const isGroup = (value: FieldValue | undefined): value is FieldGroup =>
  typeof value === 'object' && !Array.isArray(value)
