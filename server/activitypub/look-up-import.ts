/** Looks up whom or what a line of an import means, at its server, and says in plain words why it is not found. */
import { assertNever } from '../core/errors.ts'
import type { Actor } from '../domain/actors/actor.ts'
import type { Dereferencer, Post } from './dereference.ts'
import type { DocumentFailure } from './remote-documents.ts'

export type Lookup =
  | { readonly outcome: 'actor'; readonly actor: Actor }
  | { readonly outcome: 'post'; readonly uri: string }
  | { readonly outcome: 'failed'; readonly reason: string }
  | Extract<DocumentFailure, { outcome: 'unavailable' }>

export async function lookUpAccount(
  dereferencer: Pick<Dereferencer, 'readHandle'>,
  handle: string,
): Promise<Lookup> {
  const read = await dereferencer.readHandle(handle)
  if (read.outcome === 'found') return { outcome: 'actor', actor: read.actor }
  if (read.outcome !== 'missing') return failureOf(read, 'the account')
  return { outcome: 'failed', reason: `nobody at ${handle.slice(handle.lastIndexOf('@') + 1)} has this name` }
}

/** By the id of the post, which exports hold, or by the address of its page, which people paste. */
export async function lookUpPost(
  dereferencer: Pick<Dereferencer, 'readPost' | 'resolve'>,
  address: string,
): Promise<Lookup> {
  const read = await dereferencer.readPost(address)
  if (read.outcome === 'found') return postOf(read.post)
  if (read.outcome === 'refused' || read.outcome === 'missing') {
    const resolved = await dereferencer.resolve(address)
    if (resolved?.kind === 'post') return postOf(resolved.post)
    if (resolved?.kind === 'actor') return { outcome: 'failed', reason: 'it is an account and no post' }
  }
  return failureOf(read, 'the post')
}

const postOf = ({ uri }: Pick<Post, 'uri'>): Lookup => ({ outcome: 'post', uri })

function failureOf(failure: DocumentFailure, what: string): Lookup {
  switch (failure.outcome) {
    case 'unavailable':
      return failure
    case 'gone':
      return { outcome: 'failed', reason: `${what} is gone` }
    case 'missing':
      return { outcome: 'failed', reason: `${what} is not there, or not for everybody` }
    case 'refused':
      return { outcome: 'failed', reason: failure.reason }
    default:
      return assertNever(failure)
  }
}
