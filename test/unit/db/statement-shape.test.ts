import assert from 'node:assert/strict'
import { test } from 'node:test'
import { shapeOf } from '../../../server/db/statement-shape.ts'

test('a statement is told by what it does and to which table', () => {
  assert.equal(shapeOf('select "id" from "posts" where "id" = $1').name, 'SELECT posts')
  assert.equal(shapeOf('\n  insert into fan_outs (id) values ($1)').name, 'INSERT fan_outs')
  assert.equal(shapeOf('update only actors set name = $1').name, 'UPDATE actors')
  assert.equal(shapeOf('with due as (select 1 from inboxes) delete from x').name, 'WITH inboxes')
  assert.equal(shapeOf('COMMIT').name, 'COMMIT')
  assert.equal(shapeOf('').name, 'STATEMENT')
})

test('no value is in its shape, however it is written', () => {
  const VALUES = [
    `select 'secret word' from posts`,
    `select E'it\\'s a secret' from posts`,
    `select 'it''s a secret' || "secret_column" from posts`,
    'select $$secret$$, $tag$secret $$ of it$tag$ from posts',
    'select 1 -- secret\n from posts /* secret \n too */',
    'select * from posts where id = 4180123 and x = 1.5e3 and y = -77',
  ]
  for (const text of VALUES) {
    const shape = shapeOf(text)
    assert.doesNotMatch(shape.text.replaceAll('"secret_column"', ''), /secret|word|4180123|1\.5|77/, text)
    assert.equal(shape.name, 'SELECT posts')
  }
})

test('places of parameters and names stay, and white space is one blank', () => {
  const { text } = shapeOf('select "a1", b2\n    from t3  where id = any($12) and "x y" = $3')
  assert.equal(text, 'select "a1", b2 from t3 where id = any($12) and "x y" = $3')
  assert.equal(shapeOf(`select ${'x, '.repeat(5_000)} y from t`).text.length, 2_000)
})
