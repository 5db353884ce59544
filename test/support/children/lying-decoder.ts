/** A decoder that a picture has taken over: it answers with a page. */
process.once('message', (request) => {
  const bytes = Buffer.from('<!doctype html><script>alert(1)</script>'.padEnd(100))
  const outcome = {
    outcome: 'bytes' in (request as object) ? 'shown' : 'picture',
    type: 'image/png',
    bytes,
    width: 4,
    height: 4,
    blurhash: '000000',
    preview: null,
  }
  process.send?.({ type: 'bytes' in (request as object) ? 'shown' : 'done', outcome })
})
