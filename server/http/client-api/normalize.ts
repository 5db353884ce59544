/**
 * Brings what clients send into the shape that a schema asks for, before it is checked: forms know only text, old apps send
 * single values for lists, and some write `null` where they mean nothing.
 */
import type { TSchema } from 'typebox'

interface PlainSchema {
  readonly type?: string
  readonly properties?: Readonly<Record<string, PlainSchema>>
  readonly required?: readonly string[]
  readonly items?: PlainSchema
  readonly anyOf?: readonly PlainSchema[]
}

const FALSE: ReadonlySet<string> = new Set(['false', 'f', '0', 'off', 'no'])
const TRUE: ReadonlySet<string> = new Set(['true', 't', '1', 'on', 'yes'])

/** Unknown members are dropped. What cannot be brought into shape comes back as it is, for the check to refuse. */
export function normalize(schema: TSchema, value: unknown): unknown {
  return shape(schema, value)
}

function shape(schema: PlainSchema, value: unknown): unknown {
  switch (schema.type) {
    case 'object':
      return shapeObject(schema, value)
    case 'array':
      return shapeArray(schema, value)
    case 'string':
      return shapeString(value)
    case 'boolean':
      return shapeBoolean(value)
    case 'integer':
    case 'number':
      return shapeNumber(value)
    case undefined:
    default:
      return schema.anyOf === undefined ? value : shapeChoice(schema.anyOf, value)
  }
}

function shapeObject(schema: PlainSchema, value: unknown): unknown {
  const given = value === undefined || value === null || value === '' ? {} : value
  if (typeof given !== 'object' || Array.isArray(given)) return value
  const shaped: Record<string, unknown> = {}
  for (const [name, inner] of Object.entries(schema.properties ?? {})) {
    const member = Object.hasOwn(given, name) ? (given as Record<string, unknown>)[name] : undefined
    const isRequired = schema.required?.includes(name) === true
    if (member === undefined || (!isRequired && isNothing(inner, member))) continue
    shaped[name] = shape(inner, member)
  }
  return shaped
}

/** A choice of texts, mostly. Where `null` is one of it, the empty field of a form means it. */
function shapeChoice(choices: readonly PlainSchema[], value: unknown): unknown {
  if ((value === null || value === '') && mayBeNull(choices)) return null
  const others = choices.filter(({ type }) => type !== 'null')
  const [only = {}] = others
  return others.length === 1 ? shape(only, value) : shapeString(value)
}

const mayBeNull = (choices: readonly PlainSchema[] = []): boolean =>
  choices.some(({ type }) => type === 'null')

/** `null`, and the empty field of a form where no text is asked for; unless nothing is one of the answers. */
function isNothing(schema: PlainSchema, member: unknown): boolean {
  if (mayBeNull(schema.anyOf)) return false
  return member === null || (member === '' && schema.type !== 'string' && schema.type !== 'array')
}

function shapeArray(schema: PlainSchema, value: unknown): unknown {
  const items = listOf(value).filter((item) => item !== null && item !== '')
  return schema.items === undefined ? items : items.map((item) => shape(schema.items ?? {}, item))
}

function listOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value
  if (typeof value !== 'object' || value === null) return [value]
  const entries = Object.entries(value)
  const isNumbered = entries.length > 0 && entries.every(([name]) => /^\d{1,6}$/.test(name))
  if (!isNumbered) return [value]
  return entries.toSorted(([a], [b]) => Number(a) - Number(b)).map(([, item]) => item as unknown)
}

/** PostgreSQL holds no zero character, and half a surrogate pair is no text. */
function shapeString(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed().replaceAll('\u0000', '')
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value
}

function shapeBoolean(value: unknown): unknown {
  const word = typeof value === 'number' ? String(value) : value
  if (typeof word !== 'string') return value
  if (TRUE.has(word.toLowerCase())) return true
  return FALSE.has(word.toLowerCase()) ? false : value
}

function shapeNumber(value: unknown): unknown {
  return typeof value === 'string' && /^-?\d{1,15}(?:\.\d{1,10})?$/.test(value.trim()) ? Number(value) : value
}
