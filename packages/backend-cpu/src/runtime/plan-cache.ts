import type { BoundPlan } from './bound-plan.ts'

/** The plans of a program that were used last; the one that was not used for longest makes room. */
export class PlanCache {
  private readonly limit: number
  private readonly plans = new Map<string, BoundPlan>()

  constructor(limit: number) {
    this.limit = limit
  }

  get size(): number {
    return this.plans.size
  }

  get(key: string): BoundPlan | undefined {
    const plan = this.plans.get(key)
    if (plan) {
      this.plans.delete(key)
      this.plans.set(key, plan)
    }
    return plan
  }

  add(key: string, plan: BoundPlan): void {
    this.plans.set(key, plan)
    for (const [oldest, old] of this.plans) {
      if (this.plans.size <= this.limit) return
      old.release()
      this.plans.delete(oldest)
    }
  }

  release(): void {
    for (const plan of this.plans.values()) plan.release()
    this.plans.clear()
  }
}
