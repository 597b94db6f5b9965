/** A charge as the station knows it: what the central system should have in the end. Energy Wh, times ms UTC. */
export type SessionRecord = {
  readonly connectorId: number;
  readonly idTag: string;
  readonly startedAt: number;
  readonly meterStartWh: number;
  /** Given by the central system; null until it answered, or if it never did. */
  transactionId: number | null;
  /** What the answer said of the tag. */
  tagStatus: string | null;
  stoppedAt: number | null;
  meterStopWh: number | null;
  reason: string | null;
  /** The central system has acknowledged the start and the stop. */
  startAcknowledged: boolean;
  stopAcknowledged: boolean;
};

/** How a swipe ended: `waiting` for the cable, `refused` by the tag's status or by the outlet. */
export type SwipeResult =
  | Readonly<{ outcome: 'started' | 'stopped'; session: SessionRecord }>
  | Readonly<{ outcome: 'waiting' }>
  | Readonly<{ outcome: 'refused'; status: string }>;
