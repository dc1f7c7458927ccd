import { describe, expect, test } from 'vitest'
import { DNS_MESSAGE, readDohRequest } from './doh-request.ts'

const QUERY = Buffer.from(
  '00000100000100000000000003777777076578616d706c65036e65740000010001',
  'hex',
)
const dns = QUERY.toString('base64url')
const post = { 'content-type': DNS_MESSAGE }

describe('a request for DNS over HTTPS', () => {
  test.each([
    ['/dns-query', null],
    ['/dns-query/k7f2-Paris_75', 'k7f2-Paris_75'],
  ])('GET %s has its message in the parameter dns', (path, token) => {
    const read = readDohRequest('GET', `${path}?dns=${dns}`, {})
    expect(read).toEqual({ kind: 'message', message: new Uint8Array(QUERY), token })
  })

  test('POST has it in the body', () => {
    const type = { 'content-type': 'Application/DNS-Message; charset=binary' }
    expect(readDohRequest('POST', '/dns-query/x', type)).toEqual({ kind: 'body', token: 'x' })
    // RFC 8484 section 4.1.1: what stands in the query string of a POST means nothing.
    expect(readDohRequest('POST', `/dns-query?dns=${dns}`, post)).toEqual({
      kind: 'body',
      token: null,
    })
  })

  test.each([
    [400, 'GET', '/dns-query', {}],
    [400, 'GET', '/dns-query?dns=', {}],
    [400, 'GET', `/dns-query?dns=${dns}&dns=${dns}`, {}],
    [400, 'GET', '/dns-query?dns=AAAA====', {}],
    [400, 'GET', '/dns-query?dns=AA+/', {}],
    [400, 'GET', '/dns-query?dns=AAAAA', {}],
    [400, 'GET', '/dns-query?name=example.net', {}],
    [404, 'GET', `/?dns=${dns}`, {}],
    [404, 'GET', `/dns-query/?dns=${dns}`, {}],
    [404, 'GET', `/dns-query/a/b?dns=${dns}`, {}],
    [404, 'GET', `/dns-query/${'a'.repeat(65)}?dns=${dns}`, {}],
    [404, 'GET', `/dns-query/a%2Fb?dns=${dns}`, {}],
    [405, 'PUT', '/dns-query', post],
    [405, 'HEAD', `/dns-query?dns=${dns}`, {}],
    [406, 'GET', `/dns-query?dns=${dns}`, { accept: 'application/dns-json' }],
    [406, 'POST', '/dns-query', { ...post, accept: 'text/html' }],
    [413, 'POST', '/dns-query', { ...post, 'content-length': '4097' }],
    [414, 'GET', `/dns-query?dns=${'A'.repeat(5464)}`, {}],
    [415, 'POST', '/dns-query', {}],
    [415, 'POST', '/dns-query', { 'content-type': 'application/json' }],
  ])('is answered with %i: %s %s', (status, method, url, headers) => {
    expect(readDohRequest(method, url, headers)).toEqual({ kind: 'refused', status })
  })

  test.each(['*/*', 'application/*', 'text/html, application/dns-message;q=0.5'])(
    'may accept %s',
    (accept) => {
      expect(readDohRequest('POST', '/dns-query', { ...post, accept }).kind).toBe('body')
    },
  )
})
