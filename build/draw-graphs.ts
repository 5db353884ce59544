/** Draws every graph that is declared under `server/domain/` into `server/stator/GRAPHS.md`. Run it after a change. */
import { glob, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Graph, type StateDeclaration, isAutomatic } from '../server/stator/graph.ts'

const ROOT = join(import.meta.dirname, '..')
export const GRAPHS_PAGE = join(ROOT, 'server/stator/GRAPHS.md')

/** The graphs of the product, in order of their tables. */
export async function declaredGraphs(): Promise<Graph[]> {
  const graphs: Graph[] = []
  for await (const file of glob('server/domain/*/*-graph.ts', { cwd: ROOT })) {
    const exported: Record<string, unknown> = await import(pathToFileURL(join(ROOT, file)).href)
    graphs.push(...Object.values(exported).filter(isGraph))
  }
  return graphs.sort((a, b) => (a.table < b.table ? -1 : 1))
}

function isGraph(value: unknown): value is Graph {
  return typeof value === 'object' && value !== null && 'table' in value && 'states' in value
}

/** The whole page. */
export function drawGraphs(graphs: readonly Graph[]): string {
  return `${[INTRODUCTION, ...graphs.map(drawGraph)].join('\n\n')}\n`
}

const INTRODUCTION = `# The graphs

Made by \`node build/draw-graphs.ts\` from the declarations in \`server/domain/\`; a test keeps this page true.
In states drawn in bold Stator calls a handler; the others are left when somebody acts, or never.`

function drawGraph(graph: Graph): string {
  const states = Object.entries(graph.states)
  const facts = [
    `key \`${graph.key}\``,
    graph.hostColumn === null ? null : `bounded per \`${graph.hostColumn}\``,
    graph.hostShare === null ? null : `one host takes at most ${graph.hostShare * 100} % while others wait`,
    graph.concurrencyFactor === 1 ? null : `${graph.concurrencyFactor} times the calls of other graphs`,
    `up to ${graph.claimSize} rows in a claim`,
    graph.gathers ? 'what comes in a stream gathers for a moment' : null,
    graph.handlerSeconds === null ? null : `a call may take ${graph.handlerSeconds / 3_600} hours`,
  ].filter((fact) => fact !== null)
  const automatic = states.filter(([name]) => isAutomatic(graph, name)).map(([name]) => name)
  return [
    `## ${graph.table}`,
    '',
    `${facts.join(', ')}.`,
    '',
    '```mermaid',
    'stateDiagram-v2',
    '  classDef automatic font-weight:bold',
    `  [*] --> ${graph.initial}`,
    ...states.flatMap(([name, state]) => arrowsOf(name, state)),
    ...(automatic.length === 0 ? [] : [`  class ${automatic.join(', ')} automatic`]),
    '```',
    '',
    '| State | First attempt | Next attempts | Leaves by itself |',
    '| --- | --- | --- | --- |',
    ...states.map(([name, state]) => rowOf(name, state)),
  ].join('\n')
}

function arrowsOf(name: string, state: StateDeclaration): string[] {
  const { next, timeoutState, timeoutSeconds = 0, deleteAfterSeconds } = state
  const arrows = next.map((target) =>
    target === timeoutState
      ? `  ${name} --> ${target}: or after ${duration(timeoutSeconds)}`
      : `  ${name} --> ${target}`,
  )
  if (timeoutState !== undefined && !next.includes(timeoutState)) {
    arrows.push(`  ${name} --> ${timeoutState}: after ${duration(timeoutSeconds)}`)
  }
  if (deleteAfterSeconds !== undefined) {
    arrows.push(`  ${name} --> [*]: deleted after ${duration(deleteAfterSeconds)}`)
  }
  return arrows
}

function rowOf(name: string, state: StateDeclaration): string {
  const { retryEverySeconds: every, backOffToSeconds: most } = state
  const first = state.attemptsImmediately === false ? `after ${duration(every ?? 0)}` : 'at once'
  const later = most === undefined ? '' : `, doubling to ${duration(most)}`
  const leaves = [
    state.timeoutState === undefined
      ? null
      : `to \`${state.timeoutState}\` after ${duration(state.timeoutSeconds ?? 0)}`,
    state.deleteAfterSeconds === undefined ? null : `deleted after ${duration(state.deleteAfterSeconds)}`,
  ].filter((fact) => fact !== null)
  const attempts = every === undefined ? ['', ''] : [first, `every ${duration(every)}${later}`]
  return `| \`${name}\` | ${attempts.join(' | ')} | ${leaves.join(', ')} |`
}

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const

/** The largest unit that says it in a whole number. */
function duration(seconds: number): string {
  const [name, size] =
    UNITS.find(([, unit]) => seconds >= unit && seconds % unit === 0) ?? (['second', 1] as const)
  const count = seconds / size
  return count === 1 ? `1 ${name}` : `${count} ${name}s`
}

if (import.meta.main) await writeFile(GRAPHS_PAGE, drawGraphs(await declaredGraphs()))
