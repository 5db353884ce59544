/** Reporter of the test runner: the files in which something failed, one a line. */
export default async function* report(source) {
  for await (const { type, data } of source) {
    if (type === 'test:summary' && data.file !== undefined && !data.success) yield `${data.file}\n`
  }
}
