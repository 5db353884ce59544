/**
 * Reporter of the test runner: the files in which something failed, or that came to no end, one a line. A test that a
 * helper registers is reported with the helper's file: the test file it ran in is told by the summary that follows, since
 * the runner reports one file after the other. A failure that no summary owns up to stands with the file it was reported
 * with.
 */
const TEST_FILE = /\.test\.[cm]?[jt]s$/

export default async function* report(source) {
  const told = new Set()
  let helpers = []
  for await (const { type, data } of source) {
    const files = []
    if (type === 'test:fail' && data.file !== undefined) {
      if (TEST_FILE.test(data.file)) files.push(data.file)
      else helpers.push(data.file)
      // A file that came to no end is told by its own name and has no summary.
      if (data.nesting === 0 && data.file.endsWith(data.name))
        helpers = helpers.filter((one) => one === data.file)
    } else if (type === 'test:summary') {
      if (data.success || data.file === undefined) files.push(...helpers)
      else files.push(data.file)
      helpers = []
    }
    for (const file of files) {
      if (told.has(file)) continue
      told.add(file)
      yield `${file}\n`
    }
  }
}
