/** All checks from outside, in the order in which they are told. */
import { checkBots } from './check-bots.ts'
import { checkCaching } from './check-caching.ts'
import { checkDns } from './check-dns.ts'
import { checkFidelity } from './check-fidelity.ts'
import { checkIdentity } from './check-identity.ts'
import { liveCheck } from './check-live.ts'
import { checkSize } from './check-size.ts'
import { checkTls } from './check-tls.ts'
import { checkWho } from './check-who.ts'
import { checkWords } from './check-words.ts'
import type { OutsideCheck } from './world.ts'

export const outsideChecks: readonly OutsideCheck[] = [
  checkDns,
  checkTls,
  checkIdentity,
  checkBots,
  checkFidelity,
  checkCaching,
  checkSize,
  liveCheck(),
  checkWho,
  checkWords,
]
