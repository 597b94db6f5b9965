import { type Car, Charge, randomCar, type Supply } from './car.ts';
import { asPayload, CallFailed, type Payload } from './line.ts';
import { type MeterContext, sampledValues } from './meter.ts';
import { writtenTag } from './quirks.ts';
import type { Random } from './random.ts';
import type { SessionRecord, SwipeResult } from './session.ts';
import type { VirtualStation } from './station.ts';

export type OutletStatus =
  | 'Available'
  | 'Preparing'
  | 'Charging'
  | 'SuspendedEV'
  | 'SuspendedEVSE'
  | 'Finishing'
  | 'Reserved'
  | 'Unavailable'
  | 'Faulted';

const tickMs = 15_000;
/** The first reading comes soon: people wait for it. */
const firstSampleMs = 5000;
const shortestTickMs = 25;

/** One outlet of a virtual station: cable, tag, session and meter. */
export class Outlet {
  readonly connectorId: number;
  status: OutletStatus = 'Available';
  errorCode = 'NoError';
  /** The energy register, Wh, with its fraction. */
  registerWh: number;
  isOperative = true;
  /** An inoperative outlet that still charges becomes so afterwards. */
  isChangeScheduled = false;
  reservation: Readonly<{ id: number; idTag: string; parentIdTag: string | null }> | null = null;
  session: SessionRecord | null = null;
  charge: Charge | null = null;
  /** Came with a remote start, for the session that it begins. */
  profileAtStart: unknown = null;
  readonly #station: VirtualStation;
  readonly #supply: Supply;
  readonly #random: Random;
  #authorizedTag: string | null = null;
  #giveUp: () => void = () => {};
  #stopTicking: () => void = () => {};
  #advancedAt = Date.now();
  #sampledAt = 0;
  #sampledWh = 0;
  #begin: Payload | null = null;

  constructor(station: VirtualStation, connectorId: number, supply: Supply, random: Random, registerWh?: number) {
    this.#station = station;
    this.connectorId = connectorId;
    this.#supply = supply;
    this.#random = random;
    this.registerWh = registerWh ?? random.whole(20_000, 4_000_000);
  }

  get isPlugged(): boolean {
    return this.charge !== null;
  }
  get isFree(): boolean {
    return this.session === null && this.isOperative && this.errorCode === 'NoError';
  }

  /** The highest current of each phase, A, that supply and charging profiles allow at a time. */
  limitAt(at: number): number {
    const phases = this.charge?.phases ?? this.#supply.phases;
    return Math.min(this.#supply.currentA, this.#station.profiles.limitA(this.connectorId, this.session, phases, at));
  }
  limitChanges(from: number, until: number): number[] {
    return this.#station.profiles.changesBetween(from, until, this.session);
  }

  /** A car comes and its cable goes in. */
  plugIn(car: Partial<Car> = {}): void {
    if (this.charge) return;
    this.#advance();
    this.charge = new Charge({ ...randomCar(this.#random), ...car }, this.#supply, this.#random);
    if (this.session) this.show('Charging');
    if (!this.isFree) return;
    this.show('Preparing');
    if (this.#authorizedTag !== null) this.#start(this.#authorizedTag);
  }

  /** The cable leaves the car. */
  unplug(): void {
    if (!this.charge) return;
    this.#advance();
    const stops = this.#station.configuration.isTrue('StopTransactionOnEVSideDisconnect');
    if (this.session && stops) this.stop('EVDisconnected');
    this.charge = null;
    if (this.session) this.show('SuspendedEV', 'EV side disconnected');
    else this.#rest();
  }

  /** A card at the reader: starts, or stops what the same tag or its group started. */
  async swipe(cardTag: string): Promise<SwipeResult> {
    const idTag = writtenTag(this.#station.quirks, cardTag);
    if (this.session) return await this.#swipeToStop(this.session, idTag);
    if (!this.isFree) return { outcome: 'refused', status: this.status };
    if (this.reservation && this.reservation.idTag.toUpperCase() !== idTag.toUpperCase())
      return { outcome: 'refused', status: 'Reserved' };
    const status = await this.#authorize(idTag);
    if (status !== 'Accepted') return { outcome: 'refused', status };
    return this.authorized(idTag);
  }

  /** The tag may charge here: begins now, or when the cable comes in time. */
  authorized(idTag: string): SwipeResult {
    if (!this.isFree) return { outcome: 'refused', status: this.status };
    if (this.charge) return { outcome: 'started', session: this.#start(idTag) };
    this.#authorizedTag = idTag;
    this.show('Preparing');
    this.#station.tell('waitingForCar', { connectorId: this.connectorId });
    this.#giveUp = this.#station.timers.after(this.#station.configuration.number('ConnectionTimeOut') * 1000, () => {
      this.#authorizedTag = null;
      if (!this.session) this.#rest();
    });
    return { outcome: 'waiting' };
  }

  /** Ends the session; the cable may still be in. */
  stop(reason: string, stopTag: string | null = null): SessionRecord | null {
    const { session } = this;
    if (!session) return null;
    this.#advance();
    this.#stopTicking();
    this.session = null;
    this.#station.profiles.ended(this.connectorId);
    session.stoppedAt = Date.now();
    session.meterStopWh = Math.round(this.registerWh);
    session.reason = reason;
    if (this.#station.quirks.has('forgetsStop')) session.stopAcknowledged = true;
    else this.#queueStop(session, stopTag);
    if (this.#station.quirks.has('registerRunsOn')) this.#runOn(session);
    if (this.isChangeScheduled) this.isOperative = false;
    this.isChangeScheduled = false;
    if (this.charge && this.isOperative && this.errorCode === 'NoError') this.show('Finishing');
    else this.#rest();
    return session;
  }

  /** Something breaks; what charges is stopped. */
  fault(errorCode: string): void {
    this.errorCode = errorCode;
    if (!this.stop('Other')) this.#rest();
  }

  clearFault(): void {
    this.errorCode = 'NoError';
    this.#rest();
  }

  setOperative(isOperative: boolean): void {
    this.isOperative = isOperative;
    if (this.errorCode === 'NoError') this.#rest();
  }

  reserve(reservation: Outlet['reservation']): void {
    this.reservation = reservation;
    if (!this.session && !this.charge) this.#rest();
  }

  /** Reports a status, and keeps it. */
  show(status: OutletStatus, info: string | null = null): void {
    this.status = status;
    this.#station.report(this, info);
  }

  /** The readings of now, as a member of MeterValues. */
  read(context: MeterContext, measurands: readonly string[]): Payload {
    this.#advance();
    const sinceLastWh = this.registerWh - this.#sampledWh;
    this.#sampledWh = this.registerWh;
    const values = sampledValues(
      { registerWh: this.registerWh, sinceLastWh, charge: this.charge },
      measurands,
      context,
      this.#random,
    );
    return { timestamp: this.#station.writtenNow(), sampledValue: values };
  }

  /** Sends the meter's readings. */
  sample(context: MeterContext, measurands: readonly string[]): void {
    const meterValue = [this.read(context, measurands)];
    const { session } = this;
    this.#station.queue.add({
      action: 'MeterValues',
      payload: () => ({
        connectorId: this.connectorId,
        ...(session && { transactionId: session.transactionId ?? -1 }),
        meterValue,
      }),
      done: () => this.#station.tell('sampled', { connectorId: this.connectorId }),
    });
  }

  close(): void {
    this.#giveUp();
    this.#stopTicking();
  }

  #rest(): void {
    this.#giveUp();
    if (this.errorCode !== 'NoError') this.show('Faulted');
    else if (!this.isOperative) this.show('Unavailable');
    else if (this.charge) this.show('Preparing');
    else this.show(this.reservation ? 'Reserved' : 'Available');
  }

  async #swipeToStop(session: SessionRecord, idTag: string): Promise<SwipeResult> {
    const isSame = session.idTag.toUpperCase() === idTag.toUpperCase();
    if (!isSame && !(await this.#isSameGroup(session.idTag, idTag))) return { outcome: 'refused', status: 'Occupied' };
    const stopped = this.stop('Local', idTag);
    return stopped ? { outcome: 'stopped', session: stopped } : { outcome: 'refused', status: this.status };
  }

  async #isSameGroup(startTag: string, stopTag: string): Promise<boolean> {
    const { authorization } = this.#station;
    if ((await this.#authorize(stopTag)) !== 'Accepted') return false;
    const parent = authorization.find(stopTag)?.parentIdTag ?? null;
    return parent !== null && parent === authorization.find(startTag)?.parentIdTag;
  }

  async #authorize(idTag: string): Promise<string> {
    const { authorization } = this.#station;
    const verdict = authorization.verdict(idTag, this.#station.isReady);
    if (verdict !== 'ask') return verdict === 'accept' ? 'Accepted' : 'Invalid';
    try {
      const { idTagInfo } = await this.#station.call('Authorize', { idTag });
      authorization.remember(idTag, idTagInfo);
      return String(asPayload(idTagInfo).status);
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error;
      return authorization.verdict(idTag, false) === 'accept' ? 'Accepted' : 'Invalid';
    }
  }

  #start(idTag: string): SessionRecord {
    this.#giveUp();
    this.#authorizedTag = null;
    this.#advance();
    if (this.#station.quirks.has('meterStartsAtZero')) this.registerWh = 0;
    const session: SessionRecord = {
      connectorId: this.connectorId,
      idTag,
      startedAt: Date.now(),
      meterStartWh: Math.round(this.registerWh),
      transactionId: null,
      tagStatus: null,
      stoppedAt: null,
      meterStopWh: null,
      reason: null,
      startAcknowledged: false,
      stopAcknowledged: false,
    };
    this.session = session;
    this.#station.sessions.push(session);
    this.#queueStart(session);
    this.show('Charging');
    this.#sampledAt = 0;
    this.#sampledWh = this.registerWh;
    this.#begin = this.read('Transaction.Begin', this.#station.configuration.list('StopTxnSampledData'));
    this.#tick(firstSampleMs);
    return session;
  }

  #queueStart(session: SessionRecord): void {
    const request: Payload = {
      connectorId: this.connectorId,
      idTag: session.idTag,
      timestamp: this.#station.writtenNow(),
      meterStart: session.meterStartWh,
      ...(this.reservation && { reservationId: this.reservation.id }),
    };
    this.reservation = null;
    this.#station.queue.add({
      action: 'StartTransaction',
      payload: () => request,
      done: (answer, messageId) => {
        if (!answer) return this.#station.tell('dropped', { action: 'StartTransaction' });
        this.#startAnswered(session, answer);
        if (this.#station.quirks.has('repeatsStart')) this.#station.repeat('StartTransaction', request, messageId);
        if (this.#station.quirks.has('repeatsStartWithNewId')) this.#station.repeat('StartTransaction', request, null);
      },
    });
    if (this.#station.quirks.has('repeatsStartAtOnce')) this.#station.repeat('StartTransaction', request, null);
  }

  #startAnswered(session: SessionRecord, answer: Payload): void {
    session.transactionId = Number(answer.transactionId);
    session.tagStatus = String(asPayload(answer.idTagInfo).status);
    session.startAcknowledged = true;
    if (this.profileAtStart !== null) this.#station.profiles.set(this.connectorId, this.profileAtStart, session.transactionId);
    this.profileAtStart = null;
    this.#station.authorization.remember(session.idTag, answer.idTagInfo);
    this.#station.tell('started', session);
    const mustStop = session.tagStatus !== 'Accepted' && this.#station.configuration.isTrue('StopTransactionOnInvalidId');
    if (mustStop && this.session === session) this.stop('DeAuthorized');
  }

  #queueStop(session: SessionRecord, stopTag: string | null): void {
    const measurands = this.#station.configuration.list('StopTxnSampledData');
    const ends =
      measurands.length > 0 ? [this.#begin, this.read('Transaction.End', measurands)].filter((end) => end !== null) : [];
    const timestamp = this.#station.writtenNow();
    const payload = () => ({
      transactionId: session.transactionId ?? -1,
      ...(stopTag !== null && { idTag: stopTag }),
      timestamp,
      meterStop: session.meterStopWh,
      reason: session.reason,
      ...(ends.length > 0 && { transactionData: ends }),
    });
    this.#station.queue.add({
      action: 'StopTransaction',
      payload,
      done: (answer, messageId) => {
        if (!answer) return this.#station.tell('dropped', { action: 'StopTransaction' });
        session.stopAcknowledged = true;
        this.#station.tell('stopped', session);
        if (this.#station.quirks.has('repeatsStop')) this.#station.repeat('StopTransaction', payload(), messageId);
      },
    });
  }

  #runOn(session: SessionRecord): void {
    this.registerWh += 3;
    const meterValue = [this.read('Sample.Periodic', ['Energy.Active.Import.Register'])];
    this.#station.queue.add({
      action: 'MeterValues',
      payload: () => ({ connectorId: this.connectorId, transactionId: session.transactionId ?? -1, meterValue }),
      done: () => {},
    });
  }

  #tick(mostMs = tickMs): void {
    const sampleMs = this.#station.configuration.number('MeterValueSampleInterval') * 1000;
    const { timers } = this.#station;
    const lifeMs = Math.max(sampleMs > 0 ? Math.min(sampleMs, mostMs) : mostMs, shortestTickMs * timers.speed);
    this.#stopTicking = timers.after(lifeMs, () => {
      this.#advance();
      const dueMs = sampleMs / timers.speed - shortestTickMs / 2;
      if (sampleMs > 0 && Date.now() - this.#sampledAt >= dueMs) {
        this.#sampledAt = Date.now();
        this.sample('Sample.Periodic', this.#station.configuration.list('MeterValuesSampledData'));
      }
      this.#tick();
    });
  }

  /** Lets the car charge until now. Battery and ramp live at the station's speed; the meter counts real time. */
  #advance(): void {
    const now = Date.now();
    const ms = now - this.#advancedAt;
    this.#advancedAt = now;
    if (!this.charge || !this.session || ms <= 0) return;
    const { speed } = this.#station.timers;
    const before = this.charge.state;
    this.charge.limitA = this.limitAt(now);
    this.registerWh += this.charge.advance(ms * speed) / speed;
    const { state, offeredA } = this.charge;
    const isSuspended = state === 'paused' || state === 'full';
    const status = isSuspended ? 'SuspendedEV' : offeredA === 0 ? 'SuspendedEVSE' : 'Charging';
    if (status !== this.status) this.show(status);
    if (state === before) return;
    if (this.charge.state === 'full') this.#station.tell('full', { connectorId: this.connectorId });
  }
}
