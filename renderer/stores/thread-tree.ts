/**
 * A thread as rows, from top to bottom: replies indented to a depth, an author's own thread unbroken and numbered, folded
 * branches as one row, and what is set aside (muted people, filters) gathered at the end.
 */

/** Of a post, what the tree is built from. */
export interface ThreadPost {
  readonly id: string
  readonly inReplyToId: string | null
  readonly authorId: string
}

export interface ThreadInput {
  readonly focus: ThreadPost
  /** The first post of the thread first. */
  readonly ancestors: readonly ThreadPost[]
  /** In any order; a post stands below the one that it answers, in the order given. */
  readonly descendants: readonly ThreadPost[]
  /** Whose branches are folded. */
  readonly folded: ReadonlySet<string>
  /** Gathered at the end, with all that answers them. */
  readonly isSetAside: (id: string) => boolean
  /** Beyond it a branch goes on at its own page. */
  readonly mostDepth?: number
}

/** Place in an author's own thread. */
export interface PartOf {
  readonly n: number
  readonly of: number
}

export type ThreadRow =
  | {
      readonly kind: 'post'
      readonly id: string
      /** 0 for the author's own thread below the post, 1 for answers, and so on. */
      readonly depth: number
      /** Posts whose branches it belongs to, the uppermost first. */
      readonly within: readonly string[]
      /** Posts of its branch, itself left out. */
      readonly below: number
      readonly isFolded: boolean
      /** The part of the own thread that is answered, where there are several. */
      readonly answers: PartOf | null
    }
  /** Instead of the posts below one whose branch is folded. */
  | RestRow<'folded'>
  /** Instead of posts too deep: their thread goes on at a page of its own. */
  | RestRow<'continue'>

interface RestRow<Kind extends string> {
  readonly kind: Kind
  /** The post above. */
  readonly id: string
  readonly depth: number
  readonly within: readonly string[]
  readonly below: number
}

export interface ThreadTree {
  readonly rows: readonly ThreadRow[]
  /** By post, also of the ancestors and the post itself. */
  readonly parts: ReadonlyMap<string, PartOf>
  readonly setAside: readonly ThreadRow[]
  /** Posts among those set aside. */
  readonly setAsideCount: number
}

/** Of answers to answers, where the whole width is there for them. */
export const MOST_DEPTH = 4

interface Node {
  readonly post: ThreadPost
  readonly children: Node[]
  below: number
}

/** Linear in the number of posts. Cycles and posts whose parent is missing stand below the post itself. */
export function buildThread(input: ThreadInput): ThreadTree {
  const root = linkNodes(input)
  const setAside = takeSetAside(root, input.isSetAside)
  count(root)
  for (const node of setAside) count(node)
  const chain = ownThread(root)
  const parts = numberParts(input, chain)
  const rows: ThreadRow[] = []
  const members = new Set(chain)
  for (const node of chain.slice(1)) rows.push(postRow(node, { depth: 0, within: NOBODY }, false, null))
  for (const node of chain) {
    const answers = chain.length > 1 ? (parts.get(node.post.id) ?? null) : null
    for (const child of node.children) {
      if (!members.has(child)) addBranch(rows, child, input, answers)
    }
  }
  const aside: ThreadRow[] = []
  for (const node of setAside) addBranch(aside, node, input, null)
  const setAsideCount = setAside.reduce((sum, node) => sum + 1 + node.below, 0)
  return { rows, parts, setAside: aside, setAsideCount }
}

/** What hangs on each post; whatever hangs on nothing known hangs on the post of the page. */
function linkNodes({ focus, ancestors, descendants }: ThreadInput): Node {
  const root: Node = { post: focus, children: [], below: 0 }
  const above = new Set([focus.id, ...ancestors.map(({ id }) => id)])
  const nodes = new Map<string, Node>([[focus.id, root]])
  for (const post of descendants) {
    if (!above.has(post.id) && !nodes.has(post.id)) nodes.set(post.id, { post, children: [], below: 0 })
  }
  const parentOf = (node: Node): Node => nodes.get(node.post.inReplyToId ?? '') ?? root
  const reaching = reachesRoot(root, nodes, parentOf)
  for (const node of nodes.values()) {
    if (node !== root) (reaching.has(node) ? parentOf(node) : root).children.push(node)
  }
  return root
}

/** Those whose parents lead to the root: of a cycle nobody does. */
function reachesRoot(
  root: Node,
  nodes: ReadonlyMap<string, Node>,
  parentOf: (node: Node) => Node,
): ReadonlySet<Node> {
  const reaching = new Set([root])
  const lost = new Set<Node>()
  for (const start of nodes.values()) {
    const way = new Set<Node>()
    let node = start
    while (!reaching.has(node) && !lost.has(node) && !way.has(node)) {
      way.add(node)
      node = parentOf(node)
    }
    // The post by which a cycle was entered again is hung on the root, and the others follow it.
    if (way.has(node)) {
      lost.add(node)
      way.delete(node)
    }
    for (const one of way) reaching.add(one)
  }
  return reaching
}

/** Takes branches out of the tree, uppermost first. */
function takeSetAside(root: Node, isSetAside: (id: string) => boolean): Node[] {
  const taken: Node[] = []
  const waiting = [root]
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    const kept = node.children.filter((child) => !isSetAside(child.post.id))
    if (kept.length < node.children.length) {
      taken.push(...node.children.filter((child) => isSetAside(child.post.id)))
      node.children.splice(0, node.children.length, ...kept)
    }
    waiting.push(...kept.toReversed())
  }
  return taken
}

/** Without recursion: a thread may be deeper than the stack. */
function count(root: Node): void {
  const order = [root]
  for (let place = 0; place < order.length; place += 1) order.push(...(order[place]?.children ?? []))
  for (const node of order.toReversed()) {
    node.below = node.children.reduce((sum, child) => sum + 1 + child.below, 0)
  }
}

/** The post and what its author answered to themselves, one after the other. */
function ownThread(root: Node): Node[] {
  const chain = [root]
  for (;;) {
    const last = chain.at(-1)
    const next = last?.children.find((child) => child.post.authorId === root.post.authorId)
    if (next === undefined) return chain
    chain.push(next)
  }
}

/** Numbers the own threads that lead to the post and go on below it. */
function numberParts({ ancestors, focus }: ThreadInput, chain: readonly Node[]): Map<string, PartOf> {
  const parts = new Map<string, PartOf>()
  const way = [...ancestors, focus, ...chain.slice(1).map(({ post }) => post)]
  let run: ThreadPost[] = []
  const close = (): void => {
    const total = run.length
    for (const [place, post] of run.entries()) if (total > 1) parts.set(post.id, { n: place + 1, of: total })
    run = []
  }
  for (const post of way) {
    const last = run.at(-1)
    if (last !== undefined && (last.authorId !== post.authorId || post.inReplyToId !== last.id)) close()
    // An answer to somebody else begins no thread of one's own.
    if (run.length > 0 || post.inReplyToId === null) run.push(post)
  }
  close()
  return parts
}

interface Place {
  readonly depth: number
  readonly within: readonly string[]
}

const NOBODY: readonly string[] = []

function postRow(node: Node, place: Place, isFolded: boolean, answers: PartOf | null): ThreadRow {
  const below = place.depth === 0 ? 0 : node.below
  return { kind: 'post', id: node.post.id, ...place, below, isFolded: isFolded && below > 0, answers }
}

/** In reading order, without recursion. */
function addBranch(
  rows: ThreadRow[],
  first: Node,
  { folded, mostDepth = MOST_DEPTH }: Pick<ThreadInput, 'folded' | 'mostDepth'>,
  answers: PartOf | null,
): void {
  const waiting: { node: Node; place: Place }[] = [{ node: first, place: { depth: 1, within: NOBODY } }]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node, place } = next
    const { id } = node.post
    const { below } = node
    rows.push(postRow(node, place, folded.has(id), node === first ? answers : null))
    if (below === 0) continue
    const inner = { depth: place.depth + 1, within: [...place.within, id] }
    if (folded.has(id)) rows.push({ kind: 'folded', id, ...inner, below })
    else if (place.depth >= mostDepth) rows.push({ kind: 'continue', id, ...place, below })
    else waiting.push(...node.children.toReversed().map((child) => ({ node: child, place: inner })))
  }
}
