import type { DirectorySettings } from './directory-settings.ts'

/**
 * What the house calls somebody of a directory, everywhere: in the log, of their devices, on the pages. Where
 * the directory does not answer for names without a realm, another bob may be somewhere.
 */
export function accountName(
  { realms }: Pick<DirectorySettings, 'realms'>,
  username: string,
): string {
  const [realm = ''] = realms
  return realms.includes('') ? username : `${username}@${realm}`
}
