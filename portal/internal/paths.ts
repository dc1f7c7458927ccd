export const NETWORK_FOLDER = '/staff/network/'
/** Of a device, by the form on the page of one's devices. */
export const END_PATH = '/staff/devices/internal/end'

export function joinPath(code: string): string {
  return `${NETWORK_FOLDER}${code}`
}
