import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { homeGraphs } from '../../../server/domain/owner/home-graphs.ts'
import { GRAPHS_PAGE, declaredGraphs, drawGraphs } from '../../../build/draw-graphs.ts'

test('the page of the graphs shows them as they are declared', async () => {
  const graphs = await declaredGraphs()
  assert.ok(graphs.length >= 8, `found ${graphs.map((graph) => graph.table).join(', ')}`)
  assert.equal(
    await readFile(GRAPHS_PAGE, 'utf8'),
    drawGraphs(graphs),
    'run `node build/draw-graphs.ts` after changing a graph',
  )
})

test('the page has a drawing for each graph, with its moves, timeouts and deletions', async () => {
  const page = drawGraphs(await declaredGraphs())
  assert.match(page, /## inbox_messages\n/)
  assert.match(page, /\[\*\] --> received\n/)
  assert.match(page, /received --> processed\n/)
  assert.match(page, /received --> dropped: or after 3 days\n/)
  assert.match(page, /processed --> \[\*\]: deleted after 7 days\n/)
})

test('the owner is told of every graph', async () => {
  assert.deepEqual(homeGraphs, await declaredGraphs(), 'name it in server/domain/owner/home-graphs.ts')
})
