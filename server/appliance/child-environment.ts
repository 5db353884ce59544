/** What a child sees of the environment: an allow-list. */

/** A child learns its settings from the start message; of the environment it sees only what concerns the machine. */
const PASSED_VARIABLES = [
  'HOME',
  'LANG',
  'LC_ALL',
  'NODE_COMPILE_CACHE',
  'NODE_EXTRA_CA_CERTS',
  'PATH',
  'SSL_CERT_DIR',
  'SSL_CERT_FILE',
  'SystemRoot',
  'TEMP',
  'TMP',
  'TMPDIR',
  'TZ',
]

/**
 * glibc would keep up to eight heaps for each core, one for nearly every thread of Node: measured, 7 MB of two idle children. And
 * once something big was freed it would put all that is smaller into the heap, where what stands above it keeps it: the
 * code and texts of a start are big and soon freed.
 */
const FEW_ARENAS = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: '131072',
  MALLOC_TRIM_THRESHOLD_: '131072',
}

export function childEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const passed = PASSED_VARIABLES.flatMap((name) => {
    const value = env[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  return { ...FEW_ARENAS, ...Object.fromEntries(passed) }
}
