import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ThreadPost, type ThreadTree, buildThread } from '../../../../renderer/stores/thread-tree.ts'

const post = (id: string, inReplyToId: string | null, authorId = `author of ${id}`): ThreadPost => ({
  id,
  inReplyToId,
  authorId,
})

interface Parts {
  readonly focus?: ThreadPost
  readonly ancestors?: readonly ThreadPost[]
  readonly folded?: readonly string[]
  readonly aside?: readonly string[]
  readonly mostDepth?: number
}

function treeOf(descendants: readonly ThreadPost[], parts: Parts = {}): ThreadTree {
  const aside = new Set(parts.aside)
  return buildThread({
    focus: parts.focus ?? post('0', null, 'ana'),
    ancestors: parts.ancestors ?? [],
    descendants,
    folded: new Set(parts.folded),
    isSetAside: (id) => aside.has(id),
    ...(parts.mostDepth === undefined ? {} : { mostDepth: parts.mostDepth }),
  })
}

/** `  a`, indented by depth; `+3` for what is folded, `>3` for what goes on elsewhere. */
function drawn({ rows }: Pick<ThreadTree, 'rows'>): string[] {
  const signs = { post: '', folded: '+', continue: '>' }
  return rows.map((row) => {
    const what = row.kind === 'post' ? row.id : row.below
    return `${'  '.repeat(row.depth)}${signs[row.kind]}${what}`
  })
}

test('replies stand below what they answer, in the order in which they came', () => {
  const tree = treeOf([post('a', '0'), post('b', '0'), post('a1', 'a'), post('a2', 'a'), post('a11', 'a1')])
  assert.deepEqual(drawn(tree), ['  a', '    a1', '      a11', '    a2', '  b'])
})

test('beyond the fourth depth a branch goes on at its own page', () => {
  const ids = ['a', 'b', 'c', 'd', 'e', 'f']
  const tree = treeOf(ids.map((id, place) => post(id, place === 0 ? '0' : (ids[place - 1] ?? null))))
  assert.deepEqual(drawn(tree), ['  a', '    b', '      c', '        d', '        >2'])
  assert.deepEqual(tree.rows.at(-1), {
    kind: 'continue',
    id: 'd',
    depth: 4,
    within: ['a', 'b', 'c'],
    below: 2,
  })
})

test('a folded branch is one row that says how much it hides', () => {
  const replies = [post('a', '0'), post('a1', 'a'), post('a11', 'a1'), post('b', '0')]
  assert.deepEqual(drawn(treeOf(replies, { folded: ['a'] })), ['  a', '    +2', '  b'])
  assert.deepEqual(drawn(treeOf(replies, { folded: ['b'] })), ['  a', '    a1', '      a11', '  b'])
})

test("an author's own thread is unbroken and numbered; answers to its parts say to which", () => {
  const tree = treeOf([
    post('other', '0'),
    post('2', '0', 'ana'),
    post('to 2', '2'),
    post('3', '2', 'ana'),
    post('ana again', 'other', 'ana'),
  ])
  assert.deepEqual(drawn(tree), ['2', '3', '  other', '    ana again', '  to 2'])
  assert.deepEqual(
    [...tree.parts].map(([id, { n, of }]) => `${id} is ${n}/${of}`),
    ['0 is 1/3', '2 is 2/3', '3 is 3/3'],
  )
  const answers = tree.rows.flatMap((row) => (row.kind === 'post' && row.answers ? [row.answers.n] : []))
  assert.deepEqual(answers, [1, 2])
})

test('the numbers run from the first post of the thread, wherever it was opened', () => {
  const ancestors = [post('1', null, 'ana'), post('2', '1', 'ana')]
  const tree = treeOf([post('4', '3', 'ana')], { focus: post('3', '2', 'ana'), ancestors })
  assert.deepEqual(
    [...tree.parts].map(([id, { n, of }]) => `${id} is ${n}/${of}`),
    ['1 is 1/4', '2 is 2/4', '3 is 3/4', '4 is 4/4'],
  )
})

test('two who answer each other have no thread of their own, nor has a reply that its author goes on with', () => {
  const ancestors = [post('1', null, 'ana'), post('2', '1', 'ben')]
  const tree = treeOf([post('4', '3', 'ben')], { focus: post('3', '2', 'ben'), ancestors })
  assert.equal(tree.parts.size, 0)
})

test('what is set aside stands at the end, with all that answers it', () => {
  const replies = [post('a', '0'), post('rude', '0'), post('to rude', 'rude'), post('b', '0')]
  const tree = treeOf(replies, { aside: ['rude'] })
  assert.deepEqual(drawn(tree), ['  a', '  b'])
  assert.deepEqual(drawn({ rows: tree.setAside }), ['  rude', '    to rude'])
  assert.equal(tree.setAsideCount, 2)
})

test('a reply whose parent is missing, or in a cycle, is shown below the post', () => {
  assert.deepEqual(drawn(treeOf([post('a', 'gone'), post('a1', 'a')])), ['  a', '    a1'])
  const cycle = treeOf([
    post('x', 'z'),
    post('y', 'x'),
    post('z', 'y'),
    post('tail', 'z'),
    post('self', 'self'),
  ])
  assert.equal(cycle.rows.length, 5)
  assert.deepEqual(new Set(cycle.rows.map(({ id }) => id)), new Set(['x', 'y', 'z', 'tail', 'self']))
})

test('the post itself and its ancestors are never among the replies, nor is a post there twice', () => {
  const ancestors = [post('1', null)]
  const replies = [post('0', '1', 'ana'), post('1', null), post('a', '0'), post('a', '0')]
  assert.deepEqual(drawn(treeOf(replies, { focus: post('0', '1', 'ana'), ancestors })), ['  a'])
})

test('a thousand replies, in one chain or side by side, are a matter of milliseconds', () => {
  const chain = Array.from({ length: 1_000 }, (_, n) => post(`c${n}`, n === 0 ? '0' : `c${n - 1}`))
  const wide = Array.from({ length: 1_000 }, (_, n) => post(`w${n}`, n % 3 === 0 ? '0' : `w${n - 1}`))
  const began = process.cpuUsage()
  assert.equal(treeOf(chain).rows.length, 5)
  assert.equal(treeOf(wide).rows.length, 1_000)
  const { user, system } = process.cpuUsage(began)
  assert.ok(user + system < 200_000, `both took ${(user + system) / 1_000} ms, and may take 200`)
})

test('a narrow column goes less deep, and leads on from there', () => {
  const replies = [post('a', '0'), post('b', 'a'), post('c', 'b'), post('d', 'c')]
  assert.deepEqual(drawn(treeOf(replies, { mostDepth: 2 })), ['  a', '    b', '    >2'])
})
