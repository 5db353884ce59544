import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseRedirectUris } from '../../../../server/domain/oauth/apps.ts'
import { coversScope, parseScopes, scopesAsMay } from '../../../../server/domain/oauth/scopes.ts'

test('scopes are read with spaces or pluses, each once, unknown ones refused', () => {
  assert.deepEqual(parseScopes('read write:statuses  read'), ['read', 'write:statuses'])
  assert.deepEqual(parseScopes('read+write'), ['read', 'write'])
  assert.deepEqual(parseScopes('read admin:read admin:write:accounts'), ['read'])
  for (const text of ['', '   ', 'everything', 'admin:read', 'read admin:anything', 'read:', 'READ'])
    assert.equal(parseScopes(text), null)
})

test('a scope covers what lies below it and nothing beside it', () => {
  assert.ok(coversScope(['read'], 'read:statuses'))
  assert.ok(coversScope(['follow'], 'write:mutes'))
  assert.ok(coversScope(['read:accounts'], 'profile'))
  assert.ok(!coversScope(['read:statuses'], 'read'))
  assert.ok(!coversScope(['read'], 'write:statuses'))
  assert.ok(!coversScope(['follow'], 'read:statuses'))
  assert.ok(!coversScope(['profile'], 'read:accounts'))
  assert.ok(!coversScope([], 'read'))
})

test('scopes come to sentences, each once', () => {
  assert.deepEqual(scopesAsMay(['push']), ['push'])
  assert.deepEqual(scopesAsMay(['write:statuses']), ['write'])
  assert.deepEqual(scopesAsMay(['follow']), ['read_relations', 'follow', 'block'])
})

test('redirect addresses are kept letter by letter', () => {
  const uris = ['app://cb', 'https://A.example/Cb?x=1', 'urn:ietf:wg:oauth:2.0:oob', 'http://127.0.0.1:8080/']
  assert.deepEqual(parseRedirectUris(uris), uris)
  for (const uri of ['', 'cb', 'https://', 'data:,x', 'JavaScript:1', 'https://a.example/#']) {
    assert.throws(() => parseRedirectUris([uri]), { code: 'UNPROCESSABLE' }, uri)
  }
})
