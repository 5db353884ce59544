/** A decoder that a picture has taken over: it answers with a page. */
import { hearParent } from '../../../server/decoder/parent-line.ts'

hearParent((request, line) => {
  const bytes = Buffer.from('<!doctype html><script>alert(1)</script>'.padEnd(100))
  const made = {
    type: 'image/png',
    bytes,
    width: 4,
    height: 4,
    blurhash: '000000',
    preview: null,
  }
  if ('bytes' in request) line.send({ type: 'shown', outcome: { outcome: 'shown', ...made } })
  else line.send({ type: 'done', outcome: { outcome: 'picture', ...made } })
})
