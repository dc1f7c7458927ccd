import { describe, expect, test } from 'vitest'
import { CSV_HEADER, csvLine, csvOfConnection } from './connection-csv.ts'

const ROW = {
  ...{ sessionId: 'a', site: '75-0042', gateway: 'gw-0042', network: 'staff' },
  ...{ mac: '02:ac:c0:e1:00:01', user: 'alice', ip: '192.168.78.9', ipv6: null },
  ...{ publicIp: null, publicPorts: null, cause: null },
  ...{ start: new Date('2026-11-23T13:05:00Z'), stop: null },
}

describe('a row of the log as CSV', () => {
  test('has the columns of its JSON, times in UTC, nothing for what is absent', () => {
    expect(CSV_HEADER.trim()).toBe(
      'sessionId,site,gateway,network,mac,user,ip,ipv6,publicIp,publicPorts,start,stop,cause',
    )
    expect(csvOfConnection(ROW)).toBe(
      'a,75-0042,gw-0042,staff,02:ac:c0:e1:00:01,alice,192.168.78.9,,,,2026-11-23T13:05:00.000Z,,\r\n',
    )
  })

  test('quotes what RFC 4180 asks to be quoted', () => {
    expect(csvLine(['a,b', 'a"b', 'a\nb', 'a b'])).toBe('"a,b","a""b","a\nb",a b\r\n')
  })

  test.each(['=1+1', '+1', '-1', '@A1', '\t=1', '\r=1'])('runs no formula: %j', (user) => {
    const cell = user.includes('\r') ? `"'${user}"` : `'${user}`
    expect(csvOfConnection({ ...ROW, user })).toContain(`,${cell},192.168.78.9,`)
  })
})
