/** Posts that answer or quote somebody on a blocked domain: they are taken from nobody, whichever way they come (rule 28). */
import type { Home } from '../domain/owner/home.ts'
import { hostOf } from '../net/origin.ts'
import type { PostFacts } from './parse-object.ts'

/** Why the post is not taken; null where it names nobody who is blocked. */
export function blockedReference(
  home: Pick<Home, 'isBlockedDomain'>,
  { inReplyTo, quoteUri }: Pick<PostFacts, 'inReplyTo' | 'quoteUri'>,
): string | null {
  const blocked = [inReplyTo, quoteUri].find((uri) => uri !== null && home.isBlockedDomain(hostOf(uri) ?? ''))
  return blocked === undefined ? null : `it answers or quotes ${blocked}, which is blocked`
}
