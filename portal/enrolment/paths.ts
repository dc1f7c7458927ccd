export const DEVICES_PATH = '/staff/devices'
export const NEW_DEVICE_PATH = '/staff/devices/new'
/** A key for a thing that knows no name, only a passphrase. */
export const NEW_KEY_PATH = '/staff/devices/keys/new'
/** A file for a device that has a password. */
export const PROFILE_PATH = '/staff/devices/profile'
export const CRL_FOLDER = '/pki/crl/'
export const OCSP_PATH = '/pki/ocsp'
export const ROOTS_PATH = '/pki/roots.pem'

export function devicePath(id: string): string {
  return `${DEVICES_PATH}/${id}`
}

export function keyRevocationPath(name: string): string {
  return `${DEVICES_PATH}/keys/${encodeURIComponent(name)}/revoke`
}

export function newDevicePath(way: string, device: string | null = null): string {
  const query = new URLSearchParams({ way, ...(device === null ? {} : { device }) })
  return `${NEW_DEVICE_PATH}?${query.toString()}`
}
