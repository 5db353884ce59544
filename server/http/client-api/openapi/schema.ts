/**
 * Small words for the schemas of entities. Each entity is held against its contract by the compiler, so that the document
 * cannot say anything else than what the program answers.
 */
import { type Static, type TSchema, Type } from 'typebox'

/** An entity by its name in the document. */
export const ref = <T>(name: string) => Type.Unsafe<T>({ $ref: `#/components/schemas/${name}` })

export const text = (description?: string) => Type.String(description === undefined ? {} : { description })
export const id = Type.String({ description: 'A number of up to 19 digits, as text' })
export const moment = Type.String({ format: 'date-time' })
export const count = Type.Integer({ minimum: 0 })
export const flag = Type.Boolean()

export const list = <S extends TSchema>(items: S) => Type.Unsafe<readonly Static<S>[]>(Type.Array(items))

export const orNull = <S extends TSchema>(schema: S) =>
  Type.Unsafe<Static<S> | null>(Type.Union([schema, Type.Null()]))

/** One of these words. */
export const word = <const T extends string>(...words: readonly T[]) =>
  Type.Unsafe<T>({ type: 'string', enum: words })

/** Always this one value. */
export const always = <const T extends string | boolean | null>(value: T) => Type.Unsafe<T>({ const: value })

type Mutual<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false

/** `entity<Poll>()(schema)`: the schema, where it says exactly what the contract says. */
export const entity =
  <T>() =>
  <S extends TSchema>(schema: S & (Mutual<Static<S>, T> extends true ? unknown : never)): TSchema =>
    schema
