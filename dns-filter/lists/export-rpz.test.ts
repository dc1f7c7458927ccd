import { expect, test } from 'vitest'
import { exportRpz } from './export-rpz.ts'
import { ListReader } from './list-reader.ts'
import { textOfName } from '../message/name.ts'

const ZONE = { zone: 'rpz.example.', serial: 7 }

function exported(...texts: readonly string[]): string {
  return [
    ...exportRpz(
      texts.map((text) => Buffer.from(text)),
      ZONE,
    ),
  ].join('')
}

test('lists as a response policy zone say what the lists say, exceptions first and each name once', () => {
  const zone = exported(
    'bad.example\n0.0.0.0 alone.example\nbücher.example\n',
    '||ads.example^\n@@||good.ads.example^\n||bad.example^\n||*.sub.example^\n',
  )
  expect(zone.split('\n')).toEqual([
    '$TTL 300',
    '$ORIGIN rpz.example.',
    '@ IN SOA localhost. hostmaster.localhost. 7 3600 600 604800 300',
    '@ IN NS localhost.',
    'good.ads.example CNAME rpz-passthru.',
    '*.good.ads.example CNAME rpz-passthru.',
    'bad.example CNAME .',
    '*.bad.example CNAME .',
    'alone.example CNAME .',
    'xn--bcher-kva.example CNAME .',
    '*.xn--bcher-kva.example CNAME .',
    'ads.example CNAME .',
    '*.ads.example CNAME .',
    '*.sub.example CNAME .',
    '',
  ])
})

test('what was exported is read back as it was', () => {
  const read: string[] = []
  const reader = new ListReader(
    Buffer.from(exported('bad.example\n0.0.0.0 alone.example\n@@||good.example^\n')),
    ({ name, scope, action }) => read.push(`${textOfName(name)} ${scope} ${action}`),
  )
  while (reader.read(100));
  expect(reader.report().unusable).toBe(0)
  expect(read).toEqual([
    'good.example name allow',
    'good.example below allow',
    'bad.example name block',
    'bad.example below block',
    'alone.example name block',
  ])
})

test('a name that has no room for the zone behind it is left out', () => {
  const long = `${'a'.repeat(60)}.`.repeat(4)
  expect(exported(`${long}example\n`)).not.toContain('aaa')
})
