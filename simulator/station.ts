import { EventEmitter, once } from 'node:events';
import { LocalAuthorization } from './authorization.ts';
import type { Car } from './car.ts';
import { ChargingProfiles } from './charging-profiles.ts';
import { answerCommand } from './commands.ts';
import { Configuration } from './configuration.ts';
import { beFlaky } from './flaky.ts';
import { beHostile } from './hostile.ts';
import { asPayload, CallFailed, ignoreFailedCall, type LineOptions, type Payload, type Reply, type StationLine } from './line.ts';
import { isSoap, Network } from './network.ts';
import { Outlet } from './outlet.ts';
import { TransactionQueue } from './queue.ts';
import { dress, offeredProtocols, type Quirk, someQuirks, stationAddress, writtenTime } from './quirks.ts';
import { hashText, type Random, seededRandom } from './random.ts';
import type { SessionRecord, SwipeResult } from './session.ts';
import type { StationEvents, StationOptions, Told } from './station-options.ts';
import { Timers } from './timers.ts';
import { Transfers } from './transfers.ts';

const bootRetryMs = 10_000;

/** Starts a virtual OCPP 1.6J station, or one of 1.5S if the address is one of http. It connects at once, unless `offline`. */
export function simulateStation(options: StationOptions): VirtualStation {
  const station = new VirtualStation(options);
  if (!options.offline) station.goOnline();
  return station;
}

/** A station that plays its part by itself; people's deeds (plug in, swipe) are methods. */
export class VirtualStation {
  readonly chargeBoxId: string;
  readonly events = new EventEmitter<StationEvents>().setMaxListeners(100);
  readonly timers: Timers;
  readonly configuration: Configuration;
  readonly authorization: LocalAuthorization;
  readonly profiles: ChargingProfiles;
  readonly transfers: Transfers;
  /** Version that it tells when it boots; an update changes it. */
  firmware: string;
  readonly queue: TransactionQueue;
  readonly outlets: readonly Outlet[];
  readonly quirks: ReadonlySet<Quirk>;
  readonly random: Random;
  /** All charges so far: the truth that the central system should end up with. */
  readonly sessions: SessionRecord[] = [];
  isOperative = true;
  errorCode = 'NoError';
  readonly #options: StationOptions;
  readonly #network: Network;
  #isAccepted = false;
  #isClockSet = false;
  #unanswered = 0;
  #lastSentAt = 0;
  #cancelHeartbeat: () => void = () => {};
  #cancelBoot: () => void = () => {};
  #stopAligned: () => void = () => {};
  #stopPersonality: () => void = () => {};

  constructor(options: StationOptions) {
    this.#options = options;
    this.chargeBoxId = options.chargeBoxId;
    this.random = seededRandom((options.seed ?? 1) ^ hashText(options.chargeBoxId));
    this.timers = new Timers(options.speed ?? 1);
    this.quirks = new Set(options.quirks ?? (options.personality === 'quirky' ? someQuirks(this.random.fork('quirks')) : []));
    const outlets = options.outlets ?? 1;
    this.configuration = new Configuration(outlets, options.configuration ?? {});
    this.authorization = new LocalAuthorization(this.configuration);
    this.profiles = new ChargingProfiles(this.configuration);
    this.transfers = new Transfers(this);
    this.firmware = options.firmware ?? '1.4.2';
    this.queue = new TransactionQueue(
      {
        attempts: () => Math.max(1, this.configuration.number('TransactionMessageAttempts')),
        retryIntervalMs: () => this.configuration.number('TransactionMessageRetryInterval') * 1000,
        repeatsWithNewId: this.quirks.has('repeatsStartWithNewId'),
        send: (action, payload, messageId) => this.#sendQueued(action, payload, messageId),
        isReady: () => this.isReady,
        onQueued: (action) => this.tell('queued', { action }),
        onIdle: () => this.tell('idle', {}),
      },
      this.timers,
    );
    this.#network = new Network(
      {
        lineOptions: (connection) => this.#lineOptions(connection),
        firstWaitMs: options.reconnectMs ?? 1000,
        onOpen: (connection) => this.#opened(connection),
        onLost: (code) => this.#lost(code),
        onRefused: (statusCode) => this.tell('refused', { statusCode }),
      },
      this.timers,
      this.random.fork('network'),
    );
    const supply = options.supply ?? { phases: 3, currentA: 32 };
    this.outlets = Array.from(
      { length: outlets },
      (_, index) => new Outlet(this, index + 1, supply, this.random.fork(`outlet ${index + 1}`), options.registerWh?.(index + 1)),
    );
  }

  /** Connected, and accepted by the central system. */
  get isReady(): boolean {
    return this.#isAccepted && this.#network.isOpen;
  }
  get isConnected(): boolean {
    return this.#network.isOpen;
  }

  outlet(connectorId: number): Outlet {
    const outlet = this.outlets[connectorId - 1];
    if (!outlet) throw new Error(`Station ${this.chargeBoxId} has no outlet ${connectorId}.`);
    return outlet;
  }
  plugIn(connectorId: number, car: Partial<Car> = {}): void {
    this.outlet(connectorId).plugIn(car);
  }
  swipe(connectorId: number, idTag: string): Promise<SwipeResult> {
    return this.outlet(connectorId).swipe(idTag);
  }
  unplug(connectorId: number): void {
    this.outlet(connectorId).unplug();
  }
  /** A fault of an outlet; of the station itself with connector 0. */
  fault(connectorId: number, errorCode = 'GroundFailure'): void {
    if (connectorId > 0) this.outlet(connectorId).fault(errorCode);
    else this.#setErrorCode(errorCode);
  }
  clearFault(connectorId: number): void {
    if (connectorId > 0) this.outlet(connectorId).clearFault();
    else this.#setErrorCode('NoError');
  }

  /** Resolves at the next event of a kind (that matches). Ask before the deed, or use `until`. */
  next<Kind extends Told>(
    kind: Kind,
    matches: (fact: StationEvents[Kind][0]) => boolean = () => true,
  ): Promise<StationEvents[Kind][0]> {
    return new Promise((resolve) => {
      // The emitter types its listeners by the event; with the event as a parameter the compiler cannot follow.
      const events = this.events as EventEmitter;
      const listener = (fact: StationEvents[Kind][0]) => {
        if (!matches(fact)) return;
        events.off(kind, listener);
        resolve(fact);
      };
      events.on(kind, listener);
    });
  }

  /** Tells whoever listens what has happened. */
  tell<Kind extends Told>(kind: Kind, fact: StationEvents[Kind][0]): void {
    (this.events as EventEmitter).emit(kind, fact); // as in `next`
    this.events.emit('change');
  }

  /** Resolves when something holds; looked at now and after each of the station's events. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await once(this.events, 'change');
  }

  /** Resolves when the central system has answered everything that the station had to say. */
  delivered(): Promise<void> {
    return this.until(() => this.queue.length === 0 && this.#unanswered === 0 && this.isReady);
  }

  goOnline(): void {
    this.#network.goOnline();
  }

  /** Leaves the network: politely, or with the socket left half open (`halfOpen`), or cut (`cut`). Sessions go on. */
  goOffline(how: 'polite' | 'cut' | 'halfOpen' = 'polite'): void {
    this.#network.goOffline(how);
  }

  /** Drops the connection and comes back by itself, as after a bad network. */
  dropConnection(how: 'cut' | 'halfOpen' = 'cut'): void {
    this.#network.drop(how);
  }

  /** Restarts: sessions end (their stops may come later), the next connection boots. */
  reboot(reason: 'SoftReset' | 'HardReset' | 'PowerLoss' | 'Reboot'): void {
    for (const outlet of this.outlets) outlet.stop(reason);
    const restart = () => {
      this.#isAccepted = false;
      this.#isClockSet = false;
      this.dropConnection('cut');
    };
    if (reason !== 'SoftReset') restart();
    else void Promise.race([this.delivered(), this.next('offline')]).then(restart);
  }

  /** Calls the central system. Rejects with `CallFailed`. */
  async call(action: string, payload: Payload): Promise<Payload> {
    const { line } = this.#network;
    if (!line?.isOpen) throw new CallFailed('closed');
    this.#lastSentAt = Date.now();
    this.#unanswered += 1;
    try {
      return await line.call(action, dress(this.quirks, action, payload));
    } catch (error) {
      if (error instanceof CallFailed && error.code === 'SecurityError' && action !== 'BootNotification') this.#bootAgain(line);
      throw error;
    } finally {
      this.#unanswered -= 1;
      this.tell('idle', {});
    }
  }

  /** Sends a message once more without waiting for its answer. */
  repeat(action: string, payload: Payload, messageId: string | null): void {
    const { line } = this.#network;
    line?.sendRaw(JSON.stringify([2, messageId ?? line.newMessageId(), action, dress(this.quirks, action, payload)]));
  }

  /** Bytes or text as they are. */
  sendRaw(data: string | Uint8Array): void {
    this.#network.line?.sendRaw(data);
  }

  /** Now, as this station writes time stamps. */
  writtenNow(): string {
    return writtenTime(this.quirks, Date.now() + (this.#options.clockOffsetMs ?? 0), this.#isClockSet);
  }

  /** Sends the status of an outlet if the central system can hear it. */
  report(outlet: Outlet, info: string | null = null): void {
    const { connectorId, status, errorCode } = outlet;
    this.tell('status', { connectorId, status, errorCode });
    this.#sendStatus({ connectorId, status, errorCode, ...(info !== null && { info }) });
  }

  /** The statuses of station and outlets, as after each boot and reconnect. */
  reportAll(connectorId?: number): void {
    if (connectorId === undefined || connectorId === 0) this.#reportStation();
    for (const outlet of this.outlets) if (connectorId === undefined || outlet.connectorId === connectorId) this.report(outlet);
  }

  async heartbeat(): Promise<void> {
    await this.call('Heartbeat', {}).then(() => {
      this.#isClockSet = true;
    }, ignoreFailedCall);
  }

  /** Sends a BootNotification and acts on its answer. */
  async boot(): Promise<void> {
    this.#cancelBoot();
    try {
      const answer = await this.call('BootNotification', {
        chargePointVendor: this.#options.vendor ?? 'Virtual',
        chargePointModel: this.#options.model ?? 'Portal Sim 2',
        chargePointSerialNumber: hashText(this.chargeBoxId).toString(10),
        firmwareVersion: this.firmware,
        meterType: 'VM-63',
      });
      this.#bootAnswered(String(answer.status), Number(answer.interval));
    } catch (error) {
      ignoreFailedCall(error);
      if (this.isConnected) this.#cancelBoot = this.timers.after(bootRetryMs, () => void this.boot());
    }
  }

  async close(): Promise<void> {
    this.#stopPersonality();
    for (const outlet of this.outlets) outlet.close();
    this.timers.close();
    await this.#network.close();
  }

  #lineOptions(connection: number): Omit<LineOptions, 'onClose'> {
    const { url, client } = this.#options;
    return {
      url: isSoap(url) ? url : stationAddress(this.quirks, url, this.chargeBoxId),
      chargeBoxId: this.chargeBoxId,
      protocols: offeredProtocols(this.quirks, connection),
      headers: this.#credentials(),
      client: client ?? {},
      timeoutMs: this.configuration.number('MessageTimeout') * 1000,
      onCall: (action, payload) => this.#called(action, payload),
    };
  }

  /** HTTP Basic with the key that it was given last; a key in hex stands for its bytes (FACTS §9). */
  #credentials(): Readonly<Record<string, string>> {
    const key = this.configuration.text('AuthorizationKey') || this.#options.password;
    if (key === undefined) return {};
    const isHex = /^(?:[0-9a-f]{2}){16,20}$/i.test(key) && !this.quirks.has('hexPassword');
    const secret = Buffer.from(key, isHex ? 'hex' : 'utf8');
    return { authorization: `Basic ${Buffer.concat([Buffer.from(`${this.chargeBoxId}:`), secret]).toString('base64')}` };
  }

  #opened(connection: number): void {
    this.tell('online', {});
    this.#stopPersonality();
    const { personality } = this.#options;
    if (personality === 'hostile') this.#stopPersonality = beHostile(this, this.random.fork('hostile'));
    if (personality === 'flaky') this.#stopPersonality = beFlaky(this, this.random.fork(`flaky ${connection}`));
    if (this.quirks.has('replaysOldMessages')) this.#replayOld();
    if (this.quirks.has('secondConnection') && connection === 0) this.timers.after(20_000, () => this.#network.connectBeside());
    if (this.#isAccepted) this.#resume();
    else void this.boot();
  }

  #lost(code: number): void {
    this.#stopPersonality();
    this.#cancelHeartbeat();
    this.#cancelBoot();
    this.#stopAligned();
    this.tell('offline', { code });
  }

  #bootAnswered(status: string, intervalS: number): void {
    this.tell('booted', { status });
    if (status === 'Accepted') {
      this.#isAccepted = true;
      this.#isClockSet = true;
      if (intervalS > 0) this.configuration.change('HeartbeatInterval', String(intervalS));
      this.#resume();
      return;
    }
    const waitMs = intervalS > 0 ? intervalS * 1000 : bootRetryMs;
    this.#cancelBoot = this.timers.after(waitMs, () => void this.boot());
  }

  #bootAgain(line: StationLine): void {
    if (this.#network.line !== line || !this.#isAccepted) return;
    this.#isAccepted = false;
    void this.boot();
  }

  #resume(): void {
    this.reportAll();
    this.#scheduleHeartbeat();
    this.#scheduleAligned();
    if (this.quirks.has('securityEvents')) {
      const event = { type: 'StartupOfTheDevice', timestamp: this.writtenNow() };
      void this.call('SecurityEventNotification', event).catch(ignoreFailedCall);
    }
    this.queue.pump();
  }

  #scheduleHeartbeat(): void {
    this.#cancelHeartbeat();
    const intervalMs = Math.max(1, this.configuration.number('HeartbeatInterval')) * 1000;
    const silentMs = (Date.now() - this.#lastSentAt) * this.timers.speed;
    this.#cancelHeartbeat = this.timers.after(Math.max(intervalMs - silentMs, intervalMs / 10), () => {
      if ((Date.now() - this.#lastSentAt) * this.timers.speed >= intervalMs * 0.95) void this.heartbeat();
      this.#scheduleHeartbeat();
    });
  }

  #scheduleAligned(): void {
    this.#stopAligned();
    const intervalMs = this.configuration.number('ClockAlignedDataInterval') * 1000;
    if (intervalMs <= 0) return;
    const lifeMs = intervalMs - ((Date.now() * this.timers.speed) % intervalMs);
    this.#stopAligned = this.timers.after(lifeMs, () => {
      for (const outlet of this.outlets) outlet.sample('Sample.Clock', this.configuration.list('MeterValuesAlignedData'));
      this.#scheduleAligned();
    });
  }

  #setErrorCode(errorCode: string): void {
    this.errorCode = errorCode;
    this.#reportStation();
  }

  #reportStation(): void {
    const status = this.errorCode !== 'NoError' ? 'Faulted' : this.isOperative ? 'Available' : 'Unavailable';
    this.tell('status', { connectorId: 0, status, errorCode: this.errorCode });
    this.#sendStatus({ connectorId: 0, status, errorCode: this.errorCode });
  }

  #sendStatus(status: Payload): void {
    if (!this.isReady) return;
    void this.call('StatusNotification', { ...status, timestamp: this.writtenNow() }).catch(ignoreFailedCall);
  }

  #sendQueued(action: string, payload: Payload, messageId: string | null) {
    const { line } = this.#network;
    const id = messageId ?? line?.newMessageId() ?? '';
    this.#lastSentAt = Date.now();
    const answer = line ? line.call(action, dress(this.quirks, action, payload), id) : Promise.reject(new CallFailed('closed'));
    return { messageId: id, answer };
  }

  async #called(action: string, payload: unknown): Promise<Reply> {
    const request = asPayload(payload);
    const reply = answerCommand(this, action, request);
    if (action === 'ChangeConfiguration') this.#scheduleAligned();
    this.tell('command', { action, payload: request, answer: reply.answer });
    return reply;
  }

  #replayOld(): void {
    const old = new Date(Date.now() - 86_400_000).toISOString();
    this.repeat('StatusNotification', { connectorId: 1, status: 'Occupied', errorCode: 'NoError', timestamp: old }, null);
    this.repeat('MeterValues', { connectorId: 1, values: [{ timestamp: old, value: '1200' }] }, null);
  }
}
