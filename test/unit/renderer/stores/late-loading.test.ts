import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LateLoading, type LateState } from '../../../../renderer/stores/late-loading.ts'

/** Answers that are given by hand, in order. */
function byHand() {
  const answers: PromiseWithResolvers<string>[] = []
  const loading = new LateLoading(async () => {
    const answer = Promise.withResolvers<string>()
    answers.push(answer)
    return answer.promise
  })
  return { answers, loading }
}

async function phase(loading: LateLoading<string>, wanted: LateState<string>['phase']): Promise<void> {
  if (loading.view.get().phase === wanted) return
  await new Promise<void>((resolve) => {
    const stop = loading.view.subscribe(() => {
      if (loading.view.get().phase !== wanted) return
      stop()
      resolve()
    })
  })
}

test('what is wanted by many is fetched once', async () => {
  const { answers, loading } = byHand()
  assert.equal(answers.length, 0)
  loading.begin()
  loading.begin()
  answers[0]?.resolve('here')
  await phase(loading, 'ready')
  loading.begin()
  assert.equal(answers.length, 1)
  assert.deepEqual(loading.view.get(), { phase: 'ready', value: 'here' })
})

test('what was fetched ahead in vain is silent, until it is wanted', async () => {
  const { answers, loading } = byHand()
  loading.fetchAhead()
  answers[0]?.reject(new Error('no answer'))
  await phase(loading, 'waiting')
  loading.fetchAhead()
  loading.begin()
  assert.equal(answers.length, 2)
  answers[1]?.reject(new Error('no answer'))
  await phase(loading, 'failed')
})

test('what could not be fetched says how often, and is fetched anew when it is wanted again', async () => {
  const { answers, loading } = byHand()
  loading.begin()
  answers[0]?.reject(new Error('no answer'))
  await phase(loading, 'failed')
  assert.deepEqual(loading.view.get(), { phase: 'failed', times: 1, detail: 'no answer' })
  loading.begin()
  assert.equal(loading.view.get().phase, 'loading')
  answers[1]?.reject(new Error('no answer'))
  await phase(loading, 'failed')
  assert.deepEqual(loading.view.get(), { phase: 'failed', times: 2, detail: 'no answer' })
  loading.begin()
  answers[2]?.resolve('here')
  await phase(loading, 'ready')
})
