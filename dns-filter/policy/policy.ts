import type { Rule } from '#db/rules.ts'
import type { Client } from './client.ts'
import type { ExtendedError } from '../message/edns.ts'
import { extendedError } from '../message/edns.ts'
import { createListVerdicts } from './list-verdicts.ts'
import type { ListVerdicts } from './list-verdicts.ts'
import type { ListIndex } from '../lists/list-index.ts'
import { NO_LISTS } from '../lists/list-index.ts'
import { NameMap, namesAbove } from '../names/name-map.ts'
import { ExtendedCode } from '../message/registry.ts'
import { exemptNames } from './reserved-names.ts'
import { compileRules } from './rules.ts'
import type { CompiledRules } from './rules.ts'
import type { Suffixes } from '../names/suffixes.ts'

export type Decision =
  | { readonly kind: 'pass' }
  /** A rule lets it through, whatever lists, chains and addresses say. */
  | { readonly kind: 'allow' }
  | {
      readonly kind: 'block'
      /** The blocked suffix of the name. */
      readonly suffix: number
      /** Something below this very name is allowed: NXDOMAIN would deny that too (RFC 8020). */
      readonly hasAllowedBelow: boolean
      readonly error: ExtendedError
    }

const PASS: Decision = { kind: 'pass' }
const ALLOW: Decision = { kind: 'allow' }
const BY_RULE = extendedError(ExtendedCode.Blocked, 'by=rule')

/** Rules and lists as they are now; each is replaced as a whole, never changed in place. */
export class Policy {
  #rules: CompiledRules = compileRules([])
  #lists: ListIndex = NO_LISTS
  #verdicts: ListVerdicts = createListVerdicts(NO_LISTS)
  #allowedBelow: NameMap<true>
  readonly #exempt: readonly string[]
  readonly #errors = new Map<string, ExtendedError>()

  constructor(ownHosts: readonly string[]) {
    this.#exempt = exemptNames(ownHosts)
    this.#allowedBelow = this.#above([])
  }

  get lists(): ListIndex {
    return this.#lists
  }

  useRules(rules: readonly Rule[]): void {
    const compiled = compileRules(rules)
    this.#allowedBelow = this.#above(rules)
    this.#rules = compiled
  }

  useLists(lists: ListIndex): void {
    this.#lists = lists
    this.#verdicts = createListVerdicts(lists)
    this.#errors.clear()
  }

  decide(name: Suffixes, client: Client): Decision {
    const byRule = this.#rules.find(name, client)
    if (byRule !== null) {
      return byRule.rule.action === 'allow' ? ALLOW : this.#block(name, byRule.suffix, BY_RULE)
    }
    const byList = this.#verdicts.find(name, client.network)
    if (byList === null) return PASS
    return this.#block(name, byList.suffix, this.#errorOf(byList.list.category))
  }

  #block(name: Suffixes, suffix: number, error: ExtendedError): Decision {
    const hasAllowedBelow = this.#allowedBelow.get(name, 0) === true
    return { kind: 'block', suffix, hasAllowedBelow, error }
  }

  #errorOf(category: string): ExtendedError {
    let error = this.#errors.get(category)
    if (error === undefined) {
      error = extendedError(ExtendedCode.Blocked, `cat=${category}`)
      this.#errors.set(category, error)
    }
    return error
  }

  #above(rules: readonly Rule[]): NameMap<true> {
    const allowed = rules.filter((rule) => rule.action === 'allow').map((rule) => rule.domain)
    return new NameMap([...namesAbove([...this.#exempt, ...allowed])].map((name) => [name, true]))
  }
}
