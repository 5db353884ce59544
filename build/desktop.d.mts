/** Types of `desktop.mjs`, which runs before anything is installed. */
export function whyHeadless(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  machine: { readonly platform: string; readonly uid: number | null; readonly hasShell: boolean },
): string | null

/** Electron's program, where it is. */
export function findElectron(): string | null

/** Bundles the program into `dist/app` when its sources have changed. */
export function ensureStaged(): Promise<void>
