/** A reading of a past session: register Wh, power W, highest current of the phases mA, voltage mV, state of charge %. */
export type PastSample = Readonly<{
  at: number;
  registerWh: number;
  powerW: number;
  currentMa: number;
  voltageMv: number;
  socPercent: number;
}>;

/** A charging session of the past, as a demo invents it; times are ms UTC. */
export type PastSession = Readonly<{
  chargeBoxId: string;
  connectorId: number;
  idTag: string;
  startedAt: number;
  stoppedAt: number;
  /** When the cable left the car. */
  endedAt: number;
  meterStartWh: number;
  meterStopWh: number;
  reason: 'Local' | 'EVDisconnected';
  samples: readonly PastSample[];
}>;
