import { registerAt } from './demo-history.ts';
import { demoQuirks, demoRoles, demoStations } from './demo-site.ts';
import { type Habits, live } from './life.ts';
import { hashText, type Random, seededRandom } from './random.ts';
import { simulateStation, type VirtualStation } from './station.ts';

const second = 1000;
const minute = 60 * second;
const patienceMs = 2 * second;

/** Short visits, so that sessions begin and end while one looks. */
const busy: Omit<Habits, 'tags'> = {
  freeMs: [10 * second, 75 * second],
  stayMs: [75 * second, 6 * minute],
  showsTagMs: [200, 1500],
  busyAtFirst: 0.85,
};
const calm: Omit<Habits, 'tags'> = {
  freeMs: [8 * minute, 50 * minute],
  stayMs: [25 * minute, 150 * minute],
  showsTagMs: [300, 3000],
  busyAtFirst: 0.55,
};

/** Runs the demo's stations against a daemon's endpoint (`ws://…/Ocpp/websocket`) until it is closed. */
export function runDemo(url: string, seed = 7): { close(): Promise<void> } {
  const random = seededRandom(seed);
  const running = demoStations().map((site) => {
    const { chargeBoxId, password, tags } = site;
    const role = demoRoles[chargeBoxId] ?? 'calm';
    const station = simulateStation({
      url,
      chargeBoxId,
      seed,
      ...(password !== undefined && { password }),
      ...(role === 'quirky' && { quirks: demoQuirks }),
      outlets: site.outlets.length,
      vendor: role === 'quirky' ? 'Odd Chargers' : 'Nordlys',
      model: role === 'quirky' ? 'One 22' : 'Duo 22',
      configuration: { MeterValueSampleInterval: '10', ClockAlignedDataInterval: '900' },
      registerWh: (connectorId) => registerAt(Date.now(), random.fork(`${chargeBoxId} ${connectorId}`)),
    });
    return { station, end: play(station, role, tags, random.fork(chargeBoxId)) };
  });
  return {
    async close() {
      for (const { end } of running) end();
      await Promise.all(running.map(({ station }) => leaveTidy(station)));
    },
  };
}

/** Its cars leave first, so that the next start of the demo finds no session of a car that is not there. */
async function leaveTidy(station: VirtualStation): Promise<void> {
  for (const outlet of station.outlets) outlet.unplug();
  if (station.isReady) {
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, patienceMs);
    await Promise.race([station.delivered(), station.next('offline'), late.promise]);
    clearTimeout(timer);
  }
  await station.close();
}

/** Lets a station play its role. Returns the function that ends it. */
function play(station: VirtualStation, role: string, tags: readonly string[], random: Random): () => void {
  const people = () => live(station, { ...(role === 'busy' || role === 'quirky' ? busy : calm), tags }, random);
  if (role === 'faulted') {
    station.outlet(2).fault('GroundFailure');
    return people();
  }
  if (role === 'reserved') {
    const [tag = 'DEMO'] = tags;
    station.outlet(1).reserve({ id: hashText(station.chargeBoxId) % 100_000, idTag: tag, parentIdTag: null });
    station.outlet(2).setOperative(false);
    return () => {};
  }
  if (role === 'offline') {
    // It has to be seen once: a station that never came is not offline but unknown.
    station.events.once('booted', () => station.timers.after(1500, () => station.goOffline('cut')));
    return () => {};
  }
  return people();
}
