import assert from 'node:assert/strict'
import { test } from 'node:test'
import { namesSamePerson } from '../../../server/net/html-same-person.ts'

const ME = ['https://home.example/ap/actors/1', 'https://home.example/@ana']
const names = (page: string): boolean => namesSamePerson(page, ME)

test('a link or an anchor with rel=me to the page or the id is a proof, however it is spelled', () => {
  for (const page of [
    '<a rel="me" href="https://home.example/@ana">me</a>',
    '<html><head><link href="https://home.example/ap/actors/1" rel="me"></head>',
    '<body><p><a class=x REL="nofollow ME noopener" HREF=" https://HOME.example:443/@ana#top ">me</a>',
    `${'<div>'.repeat(5_000)}<a rel=me href=https://home.example/@ana>`,
  ]) {
    assert.equal(names(page), true, page.slice(0, 80))
  }
})

test('what only looks like such a link is none', () => {
  for (const page of [
    '',
    '<a href="https://home.example/@ana">no relation</a>',
    '<a rel="menu" href="https://home.example/@ana">x</a>',
    '<a rel="me" href="https://home.example/@anabel">x</a>',
    '<a rel="me" href="https://home.example.evil.example/@ana">x</a>',
    '<a rel="me" href="http://home.example/@ana">not as safe</a>',
    '<a rel="me" href="/@ana">of its own</a>',
    '<a rel="me" href="javascript:https://home.example/@ana">x</a>',
    '<a rel="me" href="https://evil.example/?https://home.example/@ana">x</a>',
    '<a rel="me" href="https://user@home.example/@ana">x</a>',
    '<!-- <a rel="me" href="https://home.example/@ana">x</a> -->',
    '<p title=\'<a rel="me" href="https://home.example/@ana">\'>x</p>',
    "<script>\"<a rel='me' href='https://home.example/@ana'>\"</script>",
    '<textarea><a rel="me" href="https://home.example/@ana"></textarea>',
    '<form rel="me" href="https://home.example/@ana">',
    '<a data-rel="me" href="https://home.example/@ana">x</a>',
    '<a rel="x" rel="me" href="https://home.example/@ana">the first attribute counts</a>',
  ]) {
    assert.equal(names(page), false, page)
  }
})

test('hostile pages of some length are read to their end, and prove nothing', () => {
  for (const page of [
    '<div>'.repeat(60_000),
    `<a ${Array.from({ length: 40_000 }, (_, n) => `a${n}`).join(' ')} rel=me>`,
    '<a rel="'.repeat(40_000),
    '<!--'.repeat(60_000),
    '<svg><a><b><i>'.repeat(20_000),
    `<a rel="${'me '.repeat(80_000)}" href="x">`,
  ]) {
    assert.equal(names(page), false, page.slice(0, 20))
  }
})
