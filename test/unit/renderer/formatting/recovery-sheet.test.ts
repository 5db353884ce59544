import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sheetDocument } from '../../../../renderer/formatting/recovery-sheet.ts'

const sheet = {
  title: 'Recovery sheet of @robin@home.example',
  made: 'Made on 29 November',
  rows: [
    { name: 'Handle', value: '@robin@home.example' },
    { name: 'Folder', value: '/home/a <b> & "c"', isCode: true },
  ],
  helpTitle: 'Ways back in',
  help: [{ name: 'Password forgotten', value: 'homebird owner password', isCode: true }],
}

test('a recovery sheet is a whole page that fetches nothing', () => {
  const html = sheetDocument(sheet, { locale: 'ar', direction: 'rtl' })
  assert.match(html, /^<!doctype html><html lang="ar" dir="rtl">/)
  assert.ok(html.includes('<code dir="ltr">homebird owner password</code>'))
  assert.doesNotMatch(html, /src=|href=|url\(|<script/)
})

test('whatever a folder is called, it is words on the sheet', () => {
  const html = sheetDocument(sheet, { locale: 'en', direction: 'ltr' })
  assert.ok(html.includes('/home/a &lt;b&gt; &amp; &quot;c&quot;'))
})
