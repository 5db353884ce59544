/** Reporter of the test runner: the files in which something failed, or that came to no end, one a line. */
export default async function* report(source) {
  const told = new Set()
  for await (const { type, data } of source) {
    const hasFailed = type === 'test:fail' || (type === 'test:summary' && !data.success)
    if (!hasFailed || data.file === undefined || told.has(data.file)) continue
    told.add(data.file)
    yield `${data.file}\n`
  }
}
