/** What the line under a draft says of it: that the home does not have it comes before all else. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiFailure } from '../../../../renderer/api/failure.ts'
import { keepWord } from '../../../../renderer/features/composer/keep-word.ts'
import { EMPTY_DRAFT } from '../../../../renderer/stores/draft.ts'

const draft = { ...EMPTY_DRAFT, id: 'a', idempotencyKey: 'k', text: 'words', savedAtMs: 1, isUnsaved: true }
const nothing = { failure: null, parted: [], writtenOn: [] }
const away = new ApiFailure('offline', { status: null, detail: 'away' })

test('a draft that was written on or parted is said to be kept here only, while the home is away', () => {
  for (const view of [
    { ...nothing, parted: ['a'] },
    { ...nothing, writtenOn: ['a'] },
  ]) {
    assert.equal(keepWord({ ...view, failure: away }, draft), 'kept_here')
    assert.notEqual(keepWord(view, draft), 'saved')
  }
})

test('each is said of its own draft', () => {
  assert.equal(keepWord({ ...nothing, parted: ['a'] }, draft), 'parted')
  assert.equal(keepWord({ ...nothing, writtenOn: ['a'] }, draft), 'written_on')
  assert.equal(keepWord({ ...nothing, parted: ['b'], writtenOn: ['c'] }, draft), 'saved')
  assert.equal(keepWord({ ...nothing, failure: away }, { ...draft, isUnsaved: false }), 'saved')
  assert.equal(keepWord({ ...nothing, failure: away }, { ...draft, text: '' }), 'nothing')
})
