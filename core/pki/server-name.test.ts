import { expect, test } from 'vitest'
import { serverName } from './server-name.ts'

test.each([
  ['https://wifi.example.org', 'wifi.example.org'],
  ['https://wifi.example.org:8443/guest', 'wifi.example.org'],
  ['http://localhost:8080', 'radius.accueil.internal'],
  ['http://192.0.2.1', 'radius.accueil.internal'],
  ['http://[2001:db8::1]:8080', 'radius.accueil.internal'],
])('devices of %s check the name %s', (url, name) => {
  expect(serverName(new URL(url))).toBe(name)
})
