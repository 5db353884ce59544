/**
 * A stretch of time cut into pieces that grow with the distance from where it begins: days, weeks, seasons, eras, and the
 * rest. Each is a lexeme of the index, so that a search that wants the newest posts reads a little of it and not all of it.
 */

export interface PieceOfTime {
  /** As the function `time_pieces` of the migrations has it; null for all that lies beyond. */
  readonly lexeme: string | null
  /** Ids of posts: from the first up to, without, the second. */
  readonly from: bigint
  readonly until: bigint
}

interface Size {
  readonly sign: string
  /** An id without so many bits is the number of its piece. */
  readonly bits: bigint
}

/** Each is eight times the one before. */
const SIZES: readonly Size[] = [
  { sign: '~d', bits: 42n },
  { sign: '~w', bits: 45n },
  { sign: '~s', bits: 48n },
  { sign: '~e', bits: 51n },
]
const EIGHTH = 7n
const MOST_ERAS = 24

/** Newest first. @param until  with which the stretch ends, without it */
export function piecesBack(from: bigint, until: bigint): PieceOfTime[] {
  const pieces: PieceOfTime[] = []
  let end = until
  for (const { sign, bits } of SIZES) {
    for (let count = 0; end > from && count < MOST_ERAS; count += 1) {
      const number = (end - 1n) >> bits
      const start = number << bits
      pieces.push({ lexeme: `${sign}${number}`, from: start > from ? start : from, until: end })
      end = start
      if (sign !== '~e' && (number & EIGHTH) === 0n) break
    }
  }
  if (end > from) pieces.push({ lexeme: null, from, until: end })
  return pieces
}

/** Oldest first. */
export function piecesForth(from: bigint, until: bigint): PieceOfTime[] {
  const pieces: PieceOfTime[] = []
  let start = from
  for (const { sign, bits } of SIZES) {
    for (let count = 0; start < until && count < MOST_ERAS; count += 1) {
      const number = start >> bits
      const end = (number + 1n) << bits
      pieces.push({ lexeme: `${sign}${number}`, from: start, until: end < until ? end : until })
      start = end
      if (sign !== '~e' && (number & EIGHTH) === EIGHTH) break
    }
  }
  if (start < until) pieces.push({ lexeme: null, from: start, until })
  return pieces
}
