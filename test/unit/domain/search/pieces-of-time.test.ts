import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type PieceOfTime, piecesBack, piecesForth } from '../../../../server/domain/search/pieces-of-time.ts'

const SIZES: Readonly<Record<string, bigint>> = { '~d': 42n, '~w': 45n, '~s': 48n, '~e': 51n }
const idAt = (moment: string): bigint => BigInt(Date.parse(moment)) << 16n

/** Every id of a piece has its lexeme, as the database has it. */
function assertNamed({ lexeme, from, until }: PieceOfTime): void {
  if (lexeme === null) return
  const bits = SIZES[lexeme.slice(0, 2)] ?? 0n
  assert.equal(String(from >> bits), lexeme.slice(2))
  assert.equal(String((until - 1n) >> bits), lexeme.slice(2))
}

test('the pieces are the stretch, without gap or overlap, and few however long it is', () => {
  const now = idAt('2026-11-28T12:00:00Z')
  const stretches: ReadonlyArray<readonly [bigint, bigint]> = [
    [0n, now],
    [idAt('2026-11-28T11:59:59Z'), now],
    [idAt('2024-02-29T00:00:00Z'), idAt('2024-03-01T00:00:00Z')],
    [idAt('2009-01-01T00:00:00Z'), now],
    [0n, 9_223_372_036_854_775_807n],
    [now, now],
    [now, now + 1n],
  ]
  for (const [from, until] of stretches) {
    const back = piecesBack(from, until)
    const forth = piecesForth(from, until)
    assert.ok(back.length <= 50 && forth.length <= 50, `${back.length}, ${forth.length}`)
    for (const pieces of [back.toReversed(), forth]) {
      for (const piece of pieces) assertNamed(piece)
      let edge = from
      for (const piece of pieces) {
        assert.equal(piece.from, edge)
        assert.ok(piece.until > piece.from)
        edge = piece.until
      }
      assert.equal(edge, until)
    }
  }
})

test('what is near is cut finer than what is far', () => {
  const sizes = piecesBack(0n, idAt('2026-11-28T12:00:00Z')).map(
    ({ lexeme }) => lexeme?.slice(0, 2) ?? 'rest',
  )
  assert.deepEqual([...new Set(sizes)], ['~d', '~w', '~s', '~e', 'rest'])
})
