/** `homebird secrets`: whether the secrets of the home are sealed by a keychain, and what to do where its key is lost. */
import { existsSync } from 'node:fs'
import { isDataDirLocked } from '../appliance/data-dir-lock.ts'
import { plainCopies, sayPlainCopies } from '../appliance/copies/plain-copies.ts'
import { chosenDataDir } from '../appliance/ground.ts'
import { renewSecrets } from '../appliance/renew-secrets.ts'
import { readSealState } from '../appliance/seal-file.ts'
import { ExitCode } from '../contracts/exit-code.ts'
import { HomebirdError } from '../core/errors.ts'
import { commandIo } from './command-io.ts'
import { type CommonOptions, sourcesFrom } from './options.ts'

/** @throws HomebirdError NOT_RUNNING where there is no home, SECRETS_SEALED where what is said of the seal is damaged */
export function showSecrets(options: CommonOptions): ExitCode {
  const io = commandIo(options.json === true)
  const dir = chosenDataDir(sourcesFrom(options))
  if (!existsSync(dir.secrets))
    throw new HomebirdError('NOT_RUNNING', `there is no home in ${dir.path}; make one with: homebird serve`)
  const { wish, key, lost } = readSealState(dir)
  const areSealed = key !== null
  const plain = areSealed ? plainCopies(dir) : []
  io.put({ folder: dir.secrets, areSealed, wish, lost, plainCopies: plain, isRunning: isDataDirLocked(dir) })
  if (areSealed) {
    io.say(`The secrets in ${dir.secrets} are sealed by the keychain of this computer.`)
    io.say('Only the desktop app opens them; homebird serve refuses this folder meanwhile.')
    io.say(
      wish === 'plain'
        ? 'They are kept in plain files again as soon as the desktop app is quit, or started once more.'
        : 'To run it without a window: desktop app, Settings, Privacy and safety, "Keep secrets in plain files", then quit it.',
    )
    io.say('Where the keychain has lost its key: homebird secrets renew --confirm')
    if (plain.length > 0) io.say(`${sayPlainCopies(dir, plain)}.`)
  } else {
    io.say(`The secrets in ${dir.secrets} are plain files that only this user may read.`)
    io.say(
      wish === 'plain'
        ? 'They stay so also in the desktop app.'
        : 'The desktop app seals them at its next start, where the system has a keychain.',
    )
  }
  for (const name of lost) io.say(`Lost with an earlier key and to be given again: ${name}`)
  return ExitCode.ok
}

/** @throws HomebirdError USAGE without the confirmation, DATA_DIR_LOCKED while the home runs, NOT_RUNNING */
export function renew(options: CommonOptions & { readonly confirm?: boolean }): ExitCode {
  const io = commandIo(options.json === true)
  if (options.confirm !== true)
    throw new HomebirdError(
      'USAGE',
      'this gives up what the keychain seals, such as the token of the way in; if that is meant, add --confirm',
    )
  const givenUp = renewSecrets(sourcesFrom(options), new Date())
  io.put(givenUp)
  if (givenUp.keptIn === null) {
    io.say('Nothing here is sealed; nothing was changed.')
    return ExitCode.ok
  }
  for (const { name, isMadeAnew, what } of givenUp.secrets)
    io.say(`${isMadeAnew ? 'made anew' : 'TO BE GIVEN AGAIN'}  ${name}: ${what}`)
  io.say(`Nothing was deleted: what was sealed lies in ${givenUp.keptIn}`)
  return ExitCode.ok
}
