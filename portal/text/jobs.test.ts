import { globSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { JOB_PARTS, jobPart, readJobLine } from '#db/job-lines.ts'
import type { JobPart } from '#db/job-lines.ts'
import { jobsEn } from './jobs-en.ts'
import { jobsFr } from './jobs-fr.ts'

const figuresOf = (sentence: string): readonly string[] =>
  Array.from(sentence.matchAll(/\{(\w+)\}/g), ([, name = '']) => name).toSorted()

describe('what a job says of its run', () => {
  test.each(Object.keys(JOB_PARTS) as JobPart[])(
    '%s is a sentence with the same figures in each language',
    (part) => {
      const figures = figuresOf(JOB_PARTS[part])
      expect(figuresOf(jobsFr.parts[part])).toEqual(figures)
      expect(figuresOf(jobsEn.parts[part])).toEqual(figures)
      expect(jobsFr.parts[part]).not.toBe(JOB_PARTS[part])
    },
  )

  test.each(Object.keys(JOB_PARTS) as JobPart[])('%s is read again as what it was', (part) => {
    const given = Object.fromEntries(
      figuresOf(JOB_PARTS[part]).map((name, i) => [
        name,
        name.endsWith('Name') ? 'a-name' : `${i + 7}`,
      ]),
    )
    const line = jobPart(part, given as never)
    expect(readJobLine(line)).toEqual([{ part, figures: given }])
    const two = `${line}, ${jobPart('daysMade', { days: 3 })}`
    expect(readJobLine(two)?.map((read) => read.part)).toEqual([part, 'daysMade'])
  })

  test('of another version is not guessed at', () => {
    for (const line of ['', 'done', '3 days made and more', 'removed many rows']) {
      expect([line, readJobLine(line)]).toEqual([line, null])
    }
  })
})

test('every job of the fleet has a name in each language', () => {
  const files = globSync(['db/**/*.ts', 'portal/**/*-job.ts', 'dns-filter/**/*-job.ts']).filter(
    (file) => !file.includes('.test.') && /: Job \{$/m.test(readFileSync(file, 'utf8')),
  )
  const names = files.flatMap((file) =>
    Array.from(
      readFileSync(file, 'utf8').matchAll(/^ {4}name: '([^']+)',$/gm),
      ([, name = '']) => name,
    ),
  )
  expect(names.length).toBeGreaterThan(15)
  expect(Object.keys(jobsFr.names).toSorted()).toEqual(names.toSorted())
  expect(Object.keys(jobsEn.names).toSorted()).toEqual(names.toSorted())
})
