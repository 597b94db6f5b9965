import Sqlite from 'better-sqlite3';

/** What the daemon has acknowledged, as the stations remember it. Energy registers of a station only rise, so each value names its message. */
export class Ledger {
  readonly #starts = new Map<string, { chargeBoxId: string; startedAt: number; meterStartWh: number; transactionId: number }>();
  readonly #stops: { chargeBoxId: string; transactionId: number; meterStopWh: number }[] = [];
  readonly #samples: { chargeBoxId: string; transactionId: number; energyWh: number }[] = [];
  readonly #problems: string[] = [];
  #sent = 0;
  /** Messages that were sent again, since their answer had not come. */
  repeated = 0;

  get acknowledged(): number {
    return this.#starts.size + this.#stops.length + this.#samples.length;
  }

  /** Distinct starts that left a station, acknowledged or not. */
  noteSentStart(): void {
    this.#sent++;
  }

  noteRepeat(): void {
    this.repeated++;
  }

  noteStart(chargeBoxId: string, startedAt: number, meterStartWh: number, transactionId: number): void {
    const key = `${chargeBoxId} ${startedAt}`;
    const before = this.#starts.get(key);
    if (before && before.transactionId !== transactionId) {
      this.#problems.push(`start ${key} got transaction ${before.transactionId}, and repeated ${transactionId}`);
    }
    this.#starts.set(key, { chargeBoxId, startedAt, meterStartWh, transactionId });
  }

  noteStop(chargeBoxId: string, transactionId: number, meterStopWh: number): void {
    this.#stops.push({ chargeBoxId, transactionId, meterStopWh });
  }

  noteSample(chargeBoxId: string, transactionId: number, energyWh: number): void {
    this.#samples.push({ chargeBoxId, transactionId, energyWh });
  }

  noteProblem(problem: string): void {
    this.#problems.push(problem);
  }

  /** Compares every acknowledged message with the database; returns what is wrong. */
  check(file: string): readonly string[] {
    const problems = [...this.#problems];
    const database = new Sqlite(file, { readonly: true });
    try {
      const verdict = database.pragma('integrity_check', { simple: true });
      if (verdict !== 'ok') problems.push(`integrity_check: ${verdict}`);
      this.#checkStarts(database, problems);
      this.#checkStops(database, problems);
      this.#checkSamples(database, problems);
    } finally {
      database.close();
    }
    return problems;
  }

  #checkStarts(database: Sqlite.Database, problems: string[]): void {
    const find = database.prepare<unknown[], number>(
      `SELECT sessions.id FROM sessions JOIN stations ON stations.nodeId = sessions.stationId
       WHERE chargeBoxId = ? AND startedAtStation = ? AND meterStartWh = ?`,
    );
    for (const { chargeBoxId, startedAt, meterStartWh, transactionId } of this.#starts.values()) {
      const ids = find.pluck().all(chargeBoxId, startedAt, meterStartWh);
      if (ids.length !== 1 || ids[0] !== transactionId) {
        problems.push(
          `start of ${transactionId} at ${chargeBoxId}: ${ids.length === 0 ? 'lost' : `stored as ${ids.join(', ')}`}`,
        );
      }
    }
    const stored = database.prepare<[], number>('SELECT count(*) FROM sessions').pluck().get() ?? 0;
    if (stored > this.#sent) problems.push(`${stored} sessions from ${this.#sent} starts`);
  }

  #checkStops(database: Sqlite.Database, problems: string[]): void {
    const find = database.prepare<[number], number | null>('SELECT meterStopWh FROM sessions WHERE id = ?').pluck();
    for (const { chargeBoxId, transactionId, meterStopWh } of this.#stops) {
      const stored = find.get(transactionId);
      if (stored !== meterStopWh)
        problems.push(`stop of ${transactionId} at ${chargeBoxId}: ${meterStopWh} Wh stored as ${stored}`);
    }
    const orphans = database.prepare<[], number>('SELECT count(*) FROM orphanStops').pluck().get() ?? 0;
    if (orphans > 0) problems.push(`${orphans} stops of known sessions were kept as orphans`);
    const total = database.prepare<[], number>("SELECT count(*) FROM sessions WHERE state = 'ended'").pluck().get() ?? 0;
    const rolledUp = database.prepare<[], number>('SELECT coalesce(sum(sessions), 0) FROM outletHours').pluck().get() ?? 0;
    if (rolledUp > 0 && rolledUp !== total) problems.push(`${total} ended sessions, but ${rolledUp} in the roll-up`);
  }

  #checkSamples(database: Sqlite.Database, problems: string[]): void {
    const rows = database
      .prepare<[], [string, number, number | null, number]>(
        `SELECT chargeBoxId, energyWh, min(sessionId), count(*) FROM samples JOIN stations ON stations.nodeId = samples.stationId
         WHERE energyWh IS NOT NULL AND context = 0 GROUP BY chargeBoxId, energyWh`,
      )
      .raw()
      .all();
    const stored = new Map(
      rows.map(([chargeBoxId, energyWh, sessionId, count]) => [`${chargeBoxId} ${energyWh}`, { sessionId, count }]),
    );
    for (const { chargeBoxId, transactionId, energyWh } of this.#samples) {
      const found = stored.get(`${chargeBoxId} ${energyWh}`);
      if (!found) problems.push(`meter value ${energyWh} Wh of ${transactionId} at ${chargeBoxId}: lost`);
      else if (found.count !== 1 || found.sessionId !== transactionId) {
        problems.push(
          `meter value ${energyWh} Wh of ${transactionId} at ${chargeBoxId}: ${found.count} times, of ${found.sessionId}`,
        );
      }
    }
  }
}
