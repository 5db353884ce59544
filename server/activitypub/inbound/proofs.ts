/**
 * Proofs inside of received activities and of the posts they carry. One that does not hold takes its message down; its
 * author is asked first, once in a while, whether the keys have changed. Messages without proofs cost nothing here.
 * @see FEP-8b32
 */
import { boundedMap } from '../../core/bounded-map.ts'
import type { Clock } from '../../core/clock.ts'
import type { Database } from '../../db/pool.ts'
import type { ProofVerdict } from '../../db/tables.ts'
import { type IntegrityProof, readProofs } from '../integrity-proof.ts'
import type { JsonObject } from '../json.ts'
import { type ProofKey, checkProof, findProofKeys } from '../proof-keys.ts'
import type { Want } from './batch.ts'
import { type InboundMessage, type MessageOutcome, dropped } from './message.ts'

export interface Judged {
  /** Those that may take effect. */
  readonly messages: readonly InboundMessage[]
  readonly dropped: ReadonlyMap<string, MessageOutcome>
  readonly verdicts: ReadonlyMap<string, ProofVerdict>
  /** Those whose author has to be asked for the keys as they are now. */
  readonly wants: ReadonlyMap<string, Want>
}

/** Rule 11: the keys of one actor are read again at most so often. */
const ASK_AGAIN_MS = 5 * 60_000
const MOST_ASKED = 5_000

/** What one message holds. */
interface Read {
  readonly message: InboundMessage
  readonly proofs: readonly IntegrityProof[]
  readonly isUnsupported: boolean
  readonly fault: string | null
}

export class Proofs {
  readonly #db: Database
  readonly #clock: Clock
  readonly #asked = boundedMap<string, true>({ max: MOST_ASKED, ttl: ASK_AGAIN_MS })
  /** Messages whose author has not answered yet. */
  readonly #waiting = boundedMap<string, true>({ max: MOST_ASKED })

  constructor({ db, clock }: { readonly db: Database; readonly clock: Clock }) {
    this.#db = db
    this.#clock = clock
  }

  async judge(messages: readonly InboundMessage[]): Promise<Judged> {
    return this.#judge(messages, (signerUri) => !this.#asked.has(signerUri))
  }

  /** After the authors were asked: what does not hold now is dropped. */
  async judgeAgain(messages: readonly InboundMessage[]): Promise<Judged> {
    for (const { id, signerUri } of messages) if (this.#waiting.delete(id)) this.#asked.set(signerUri, true)
    return this.#judge(messages, () => false)
  }

  async #judge(messages: readonly InboundMessage[], mayAsk: (signerUri: string) => boolean): Promise<Judged> {
    const now = this.#clock.now()
    const read = messages.map((message) => readMessageProofs(message, now))
    const keyUris = read.flatMap(({ proofs }) => proofs.map(({ keyUri }) => keyUri))
    const keys = await findProofKeys(this.#db, keyUris)
    const judged = {
      messages: [] as InboundMessage[],
      dropped: new Map<string, MessageOutcome>(),
      verdicts: new Map<string, ProofVerdict>(),
      wants: new Map<string, Want>(),
    }
    const refuse = (message: InboundMessage, reason: string): void => {
      judged.verdicts.set(message.id, 'invalid')
      judged.dropped.set(message.id, dropped(reason))
    }
    for (const one of read) {
      const { message, fault, proofs, isUnsupported } = one
      const failed = fault === null ? findFailed(one, keys) : null
      if (fault !== null) refuse(message, fault)
      else if (failed === null) {
        if (proofs.length > 0 || isUnsupported) {
          judged.verdicts.set(message.id, proofs.length > 0 ? 'valid' : 'unsupported')
        }
        judged.messages.push(message)
      } else if (failed.verdict === 'unsure' && mayAsk(message.signerUri)) {
        this.#waiting.set(message.id, true)
        judged.wants.set(message.id, { kind: 'keys', uri: message.signerUri })
      } else refuse(message, failed.reason)
    }
    return judged
  }
}

function findFailed({ message, proofs }: Read, keys: ReadonlyMap<string, ProofKey>) {
  for (const proof of proofs) {
    const check = checkProof(proof, message.signerUri, keys)
    if (check.verdict !== 'valid') return check
  }
  return null
}

/** The activity, and the post inside of a Create or an Update, which is by the same actor. */
function readMessageProofs(message: InboundMessage, now: Date): Read {
  const { document, activity } = message
  const isAuthored = activity.type === 'Create' || activity.type === 'Update'
  const documents: JsonObject[] = [document]
  if (isAuthored && activity.object !== null) documents.push(activity.object)
  const proofs: IntegrityProof[] = []
  let isUnsupported = false
  for (const one of documents) {
    const read = readProofs(one, now)
    if (read.outcome === 'malformed') return { message, proofs: [], isUnsupported, fault: read.reason }
    if (read.outcome === 'unsupported') isUnsupported = true
    if (read.outcome === 'proofs') proofs.push(...read.proofs)
  }
  return { message, proofs, isUnsupported, fault: null }
}
