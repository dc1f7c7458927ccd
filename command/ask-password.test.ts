import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { askPassword } from './ask-password.ts'

function terminal(): PassThrough & { isTTY: boolean; setRawMode: (raw: boolean) => void } {
  return Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => {} })
}

async function asked(keys: string, input: PassThrough): Promise<readonly [string, string]> {
  const output = new PassThrough()
  const answer = askPassword('Password: ', input, output)
  input.end(keys)
  return [await answer, String(output.read() ?? '')]
}

test('what is typed on a terminal is read and never shown', async () => {
  expect(await asked('hellp\u007fo\r', terminal())).toEqual(['hello', 'Password: \n'])
  expect(await asked('hel\u0003', terminal())).toEqual(['', 'Password: \n'])
})

test('where there is no terminal it is the first line', async () => {
  expect(await asked('hello\nworld\n', new PassThrough())).toEqual(['hello', ''])
  expect(await asked('', new PassThrough())).toEqual(['', ''])
})
