/** A decoder that a picture keeps busy for ever. */
process.once('message', () => {
  for (let count = 0; ; count += 1) if (count < 0) break
})
