/**
 * How a process tells where its time goes: spans, one within another, for who looks on from outside. The parts of the
 * home know this shape only; where nobody looks there is no tracer, and nothing is done.
 */
import { HomebirdError } from './errors.ts'

/** Never an id, an address of a document, a word or a name of somebody: patterns, states, kinds, hosts, counts. */
export type SpanFacts = Readonly<Record<string, string | number>>

export interface SpanStart {
  readonly name: string
  /** `server` answers, `consumer` works off what waits, `client` waits for another program. */
  readonly kind: 'server' | 'consumer' | 'client'
  readonly facts: SpanFacts
}

export interface Span {
  set(facts: SpanFacts): void
  /** @param kind  a code or a kind; never a message, which may hold anything */
  fail(kind: string): void
  end(): void
}

export interface Tracer {
  /** Begins a trace; null where this one is not among those that are kept. */
  begin(start: SpanStart): Span | null
  /** Begins a part of what runs now. Null outside of a trace: then `start` is not asked. */
  part(start: () => SpanStart): Span | null
  /** What `work` does, and what follows from it, belongs to the span. */
  within<T>(span: Span, work: () => T): T
}

/** Does a part of what runs now within a span of its own, where there is a trace. */
export async function traced<T>(
  tracer: Tracer | null | undefined,
  start: () => SpanStart,
  work: (span: Span | null) => Promise<T>,
): Promise<T> {
  const span = tracer?.part(start) ?? null
  if (tracer === null || tracer === undefined || span === null) return work(null)
  try {
    return await tracer.within(span, async () => work(span))
  } catch (error) {
    span.fail(failureKind(error))
    throw error
  } finally {
    span.end()
  }
}

/** The code of an error, else the name of its class: both are written by programmers. */
export function failureKind(error: unknown): string {
  if (error instanceof HomebirdError) return error.code
  if (!(error instanceof Error)) return 'unknown'
  return 'code' in error && typeof error.code === 'string' ? error.code.slice(0, 40) : error.name.slice(0, 40)
}
