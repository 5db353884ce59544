import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addressOfLink, serverOfAddress } from '../../../../renderer/formatting/link-address.ts'

test('a link of the fediverse’s schemes is an address of the web', () => {
  for (const scheme of ['web+ap', 'WEB+AP', 'web+activitypub']) {
    assert.equal(addressOfLink(`${scheme}://a.example/@ana/1?x=y`), 'https://a.example/@ana/1?x=y')
  }
  assert.equal(addressOfLink('web+activitypub:https://a.example/1'), 'https://a.example/1')
  assert.equal(addressOfLink(' https://a.example/1 '), 'https://a.example/1')
})

test('a handle stays one', () => {
  assert.equal(addressOfLink('web+ap:@ana@a.example'), '@ana@a.example')
  assert.equal(addressOfLink('ana@a.example'), 'ana@a.example')
})

test('what no home would look up is nothing', () => {
  const links = [
    '',
    'web+ap:',
    'web+ap://',
    'ana',
    'http://a.example/1',
    'web+ap:http://a.example',
    'javascript:alert(1)',
    'file:///etc/passwd',
    'web+ap://ana:secret@a.example/1',
    'web+ap:web+ap://a.example',
  ]
  for (const link of links) assert.equal(addressOfLink(link), null, link)
})

test('the server that is asked has a name', () => {
  assert.equal(serverOfAddress('https://a.example:8443/1'), 'a.example:8443')
  assert.equal(serverOfAddress('@ana@b.example'), 'b.example')
})
