/** How much one needs to be looked at: it stands where somebody must act, it asks a person, it goes on, it has ended. */
export type FleetTone = 'alarm' | 'asks' | 'open' | 'ended'

/** Which of the fleet are shown. */
export interface FleetFilter {
  /** Only those in whose name, service, state or wait this occurs. */
  readonly text: string
  /** Only those of a service; null for all. */
  readonly service: string | null
  /** Only those of a tone; null for all. */
  readonly tone: FleetTone | null
}

export const wholeFleet: FleetFilter = { text: '', service: null, tone: null }
